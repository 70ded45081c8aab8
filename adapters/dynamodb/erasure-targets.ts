import * as z from 'zod';
import type { Counting, Run } from '../../core/runs/run.ts';
import type { ErasureScope } from '../../core/runs/scope.ts';
import { listDeliveriesBetween } from './deliveries.ts';
import {
  activityPartition,
  auditPartition,
  automationRunKey,
  deliveryKey,
  deliveryListKey,
  endpointKey,
  endpointListKey,
  importKey,
  importListKey,
  inspectedCountKey,
  memberKey,
  memberListKey,
  projectKey,
  runKey,
  runListKey,
  submissionKey,
  submissionListKey,
  ticketKey,
  ticketListKey,
} from './keys.ts';
import { type Page, type PageRequest, readListPage } from './lists.ts';
import { listSubmissions } from './quarantine.ts';
import type { Table } from './table.ts';

/** A part of the list that a run is over: names of targets, and where it goes on; no `next` at the end of all lists. */
export type ListedTargets = { names: string[]; next?: Omit<Counting, 'pending'> };

/** Later than any instant that is written. */
const forEver = '9999';

/** One list of a project, and how its entries are named as targets. */
type ProjectList = { listPk: string; name: (listSk: string, listed: Readonly<Record<string, unknown>>) => string };

/** Lists of deliveries, runs, submissions and imports are by instant. */
const timedLists = 4;
const lateAtOnce = 100;

const WithCreation = z.looseObject({ id: z.string(), createdAt: z.string() });
const WithId = z.looseObject({ id: z.string() });

/** Lists what an erasure has to see to, in its order. */
export async function listErasable(
  table: Table,
  project: string,
  over: ErasureScope,
  place: Omit<Counting, 'pending'>,
  limit: number,
): Promise<ListedTargets> {
  return over.of === 'ticket'
    ? await listOfTicket(table, project, over, place, limit)
    : await listOfProject(table, project, over, place, limit);
}

/** The deliveries of a deleted ticket, the rejected reports that became it or were counted on it, and last what hangs on the ticket itself. */
async function listOfTicket(
  table: Table,
  project: string,
  { ticket = '', from = '' }: ErasureScope,
  { list, after }: Omit<Counting, 'pending'>,
  limit: number,
): Promise<ListedTargets> {
  if (list > 2) return { names: [] };
  if (list === 2) return { names: [`ticket/${ticket}`] };
  if (list === 1) {
    const page = { limit, after, newestFirst: false };
    const kept = await listSubmissions(table, project, page, { ticket }, from === '' ? 0 : Date.parse(from));
    const submissions = kept.items.map(({ id }) => `submission/${id}`);
    return { names: submissions, next: kept.next === undefined ? { list: 2 } : { list, after: kept.next } };
  }
  const between = { limit, after: after ?? from, to: forEver };
  const { items, next } = await listDeliveriesBetween(table, project, between, { ticket });
  const names = items.map(({ id }) => `delivery/${id}`);
  return { names, next: next === undefined ? { list: 1 } : { list, after: next } };
}

/** All that a project's lists name, and last what was named when the erasure began. */
async function listOfProject(
  table: Table,
  project: string,
  { feedbackTypes = [], named = [] }: ErasureScope,
  { list, after }: Omit<Counting, 'pending'>,
  limit: number,
): Promise<ListedTargets> {
  const lists = projectLists(project, feedbackTypes);
  const wanted = lists[list];
  if (wanted === undefined) return { names: list === lists.length ? named : [] };
  const page = { listPk: wanted.listPk, limit, after, newestFirst: false };
  const { items, next } = await readListPage(table, page, (listed, listSk) => wanted.name(listSk, listed));
  return { names: items, next: next === undefined ? { list: list + 1 } : { list, after: next } };
}

/** Yields what was made since a run began: tickets, and what is listed by its instant. */
export async function* listLate(table: Table, { project, over, startedAt }: Run): AsyncGenerator<string[]> {
  const types = over.kind === 'erasure' ? (over.feedbackTypes ?? []) : [];
  const lists = projectLists(project, types);
  const timed = lists.slice(types.length, types.length + timedLists);
  for (const { listPk, name } of timed) {
    let after: string | undefined = startedAt;
    while (after !== undefined) {
      const request: PageRequest = { listPk, limit: lateAtOnce, after, newestFirst: false };
      const page: Page<string> = await readListPage(table, request, (listed, listSk) => name(listSk, listed));
      yield page.items;
      after = page.next;
    }
  }
  for (const { listPk } of lists.slice(0, types.length)) yield* listLateTickets(table, listPk, startedAt);
}

async function* listLateTickets(table: Table, listPk: string, since: string): AsyncGenerator<string[]> {
  let after: string | undefined;
  do {
    const page = { listPk, limit: lateAtOnce, after, newestFirst: true };
    const { items, next } = await readListPage(table, page, (listed) => WithCreation.parse(listed));
    const late = items.filter(({ createdAt }) => createdAt >= since);
    yield late.map(({ id }) => `ticket/${id}`);
    after = late.length === items.length ? next : undefined;
  } while (after !== undefined);
}

/** Every list of a project; tickets by the types they are of. */
function projectLists(project: string, feedbackTypes: readonly string[]): ProjectList[] {
  const afterInstant = (kind: string) => (listSk: string) => `${kind}/${listSk.slice(listSk.indexOf('#') + 1)}`;
  return [
    ...feedbackTypes.map((type) => ({
      listPk: ticketListKey(project, type, 0).listPk,
      name: (_: string, listed: Readonly<Record<string, unknown>>) => `ticket/${WithId.parse(listed).id}`,
    })),
    { listPk: deliveryListKey(project, '', '').listPk, name: afterInstant('delivery') },
    { listPk: runListKey(project, '', '').listPk, name: afterInstant('run') },
    { listPk: submissionListKey(project, '', '').listPk, name: afterInstant('submission') },
    { listPk: importListKey(project, '', '').listPk, name: afterInstant('import') },
    { listPk: memberListKey(project, '').listPk, name: (listSk) => `member/${listSk}` },
    { listPk: endpointListKey(project, '').listPk, name: (listSk) => `endpoint/${listSk}` },
  ];
}

/** The partitions that a target of an erasure stands for. */
export function partitionsOf(project: string, item: string): string[] {
  const [kind, ...rest] = item.split('/');
  const id = rest.join('/');
  switch (kind) {
    case 'ticket':
      return [ticketKey(project, id).pk];
    case 'delivery':
      return [deliveryKey(id).pk];
    case 'run':
      return [runKey(project, id).pk];
    case 'submission':
      return [submissionKey(project, id).pk];
    case 'member':
      return [memberKey(project, id).pk];
    case 'endpoint':
      return [endpointKey(id).pk];
    case 'automation':
      return [automationRunKey(project, id, '', '').pk];
    case 'project':
      return [projectKey(project).pk];
    case 'audit':
      return [auditPartition(project)];
    case 'import':
      return [importKey(project, id).pk];
    case 'inspected':
      return [inspectedCountKey(project, id).pk];
    case 'activity':
      return hoursOf(project, rest);
    default:
      throw new Error(`a run cannot erase "${kind}"`);
  }
}

/** The hours of one day of an API key's activity, or of that of callers who only sign. */
function hoursOf(project: string, [caller = '', day = '']: readonly string[]): string[] {
  const whose = caller === '' ? { project } : { apiKey: caller };
  return Array.from({ length: 24 }, (_, hour) =>
    activityPartition(whose, `${day}T${String(hour).padStart(2, '0')}:00:00.000Z`),
  );
}
