import type { Counting, Run } from '../../core/runs/run.ts';
import type { DeliveryScope, QuarantineScope } from '../../core/runs/scope.ts';
import { listDeliveriesBetween } from './deliveries.ts';
import { type ListedTargets, listErasable } from './erasure-targets.ts';
import { listMembers } from './memberships.ts';
import { listSubmissions } from './quarantine.ts';
import type { Table } from './table.ts';
import { listTickets } from './tickets.ts';

/** Lists the next targets that a run looks through, at most `limit`, in its order; may lag a write by a second. */
export async function listTargets(
  table: Table,
  { project, over }: Run,
  { list, after }: Omit<Counting, 'pending'>,
  limit: number,
): Promise<ListedTargets> {
  if (over.kind === 'erasure') return await listErasable(table, project, over, { list, after }, limit);
  const lists = over.kind === 'records' && over.target === 'ticket' ? (over.feedbackTypes ?? []).length : 1;
  if (list >= lists) return { names: [] };
  switch (over.kind) {
    case 'list':
    case 'import':
      return { names: [] };
    case 'deliveries':
      return await listDeliveryNames(table, project, over, { list, after }, limit);
    case 'quarantine':
      return await listSubmissionNames(table, project, over, { list, after }, limit);
    case 'records': {
      if (over.target === 'member') {
        const { items, next } = await listMembers(table, project, { limit, after });
        const names = items.map(({ email }) => email);
        return next === undefined ? { names } : { names, next: { list, after: next } };
      }
      const types = over.feedbackTypes ?? [];
      const type = types[list];
      if (type === undefined) return { names: [] };
      const { items, next } = await listTickets(table, project, type, { limit, after, newestFirst: false });
      const names = items.map(({ id }) => id);
      if (next !== undefined) return { names, next: { list, after: next } };
      return list + 1 < types.length ? { names, next: { list: list + 1 } } : { names };
    }
  }
}

async function listSubmissionNames(
  table: Table,
  project: string,
  { source, sources = source === undefined ? undefined : [source], to }: QuarantineScope,
  { list, after }: Omit<Counting, 'pending'>,
  limit: number,
): Promise<ListedTargets> {
  const wanted = { sources, state: 'waiting' as const };
  const page = { limit, after, newestFirst: false };
  const { items, next } = await listSubmissions(table, project, page, wanted, Date.parse(to));
  const names = items.filter(({ submittedAt }) => submittedAt <= to).map(({ id }) => id);
  return next === undefined || next.slice(0, to.length) > to ? { names } : { names, next: { list, after: next } };
}

async function listDeliveryNames(
  table: Table,
  project: string,
  { kind: _, from, to, ...wanted }: DeliveryScope,
  { list, after }: Omit<Counting, 'pending'>,
  limit: number,
): Promise<ListedTargets> {
  const page = await listDeliveriesBetween(table, project, { limit, after: after ?? from, to }, wanted);
  // What is pending is sent by itself.
  const names = page.items.filter(({ outcome }) => outcome !== 'pending').map(({ id }) => id);
  return page.next === undefined ? { names } : { names, next: { list, after: page.next } };
}
