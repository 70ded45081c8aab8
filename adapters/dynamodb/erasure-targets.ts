import type { Counting } from '../../core/runs/run.ts';
import type { ErasureScope } from '../../core/runs/scope.ts';
import { listDeliveriesBetween } from './deliveries.ts';
import type { Table } from './table.ts';

/** A part of the list that a run is over: names of targets, and where it goes on; no `next` at the end of all lists. */
export type ListedTargets = { names: string[]; next?: Omit<Counting, 'pending'> };

/** Later than any instant that is written. */
const forEver = '9999';

/** Lists what an erasure has to see to: the deliveries of a deleted ticket, and last what hangs on the ticket itself. */
export async function listErasable(
  table: Table,
  project: string,
  { ticket, from }: ErasureScope,
  { list, after }: Omit<Counting, 'pending'>,
  limit: number,
): Promise<ListedTargets> {
  if (list > 1) return { names: [] };
  if (list === 1) return { names: [`ticket/${ticket}`] };
  const between = { limit, after: after ?? from, to: forEver };
  const { items, next } = await listDeliveriesBetween(table, project, between, { ticket });
  const names = items.map(({ id }) => `delivery/${id}`);
  return { names, next: next === undefined ? { list: 1 } : { list, after: next } };
}
