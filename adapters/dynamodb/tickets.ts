import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { ListedTicket, Ticket } from '../../core/tickets/ticket.ts';
import { batchGet } from './batch-get.ts';
import { counterKey, type ItemKey, type ListKey, onceKey, ticketKey, ticketListKey } from './keys.ts';
import { type Page, readListPage } from './lists.ts';
import { readPages } from './read-all.ts';
import type { Table } from './table.ts';

/** Bytes of list columns an entry of `byList` holds at most (docs/table.md). */
const maxListedBytes = 600;
const Counter = z.looseObject({ n: z.int() });
/** What is counted, and where counting ends. */
type Counting = { isCounted: (status: string) => boolean; maxTickets: number; maxPages: number };
const ListedState = z.looseObject({ state: Ticket.shape.state });

/** Takes the next number of a feedback type's tickets; a number that is taken is never given again. */
export async function takeTicketNumber(table: Table, project: string, feedbackType: string): Promise<number> {
  const { Attributes } = await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: counterKey(project, feedbackType),
      UpdateExpression: 'ADD n :one SET #type = :type',
      ExpressionAttributeNames: { '#type': 'type' },
      ExpressionAttributeValues: { ':one': 1, ':type': 'counter' },
      ReturnValues: 'UPDATED_NEW',
    }),
  );
  return Counter.parse(Attributes).n;
}

/** Reads one ticket, consistently; undefined where there is none. */
export async function findTicket(table: Table, project: string, id: string): Promise<Ticket | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: ticketKey(project, id), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : Ticket.parse(Item);
}

/** Reads the tickets with these distinct ids, consistently unless they may lag, by id; the missing ones are not in the answer. */
export async function findTickets(
  table: Table,
  project: string,
  ids: readonly string[],
  options: { mayLag?: boolean } = {},
): Promise<Map<string, Ticket>> {
  const keys = ids.map((id) => ticketKey(project, id));
  const items = await batchGet(table, keys, options);
  return new Map(items.map((item) => Ticket.parse(item)).map((ticket) => [ticket.id, ticket]));
}

/** Which of these automations, that run once for each ticket ever, have run for this one; read consistently. */
export async function findOnceMarks(
  table: Table,
  project: string,
  ticket: string,
  automations: readonly string[],
): Promise<Set<string>> {
  const keyOf = (automation: string) => onceKey(project, ticket, automation);
  const found = new Set((await batchGet(table, automations.map(keyOf))).map((item) => item.sk));
  return new Set(automations.filter((automation) => found.has(keyOf(automation).sk)));
}

/** A ticket as it lies in the table: with its keys, its type and its list entry. */
export function ticketItem(ticket: Ticket, number: number): ItemKey & ListKey & Record<string, unknown> {
  return {
    ...ticketKey(ticket.project, ticket.id),
    ...ticketListKey(ticket.project, ticket.feedbackType, number),
    ...ticket,
    type: 'ticket',
    number,
    listed: listedColumns(ticket),
  };
}

/** What a page of a feedback type's tickets reads. */
export type TicketsRequest = { limit: number; after?: string | undefined; newestFirst: boolean };

/** Lists a feedback type's tickets by number, oldest first unless turned; may lag a write by a second. */
export async function listTickets(
  table: Table,
  project: string,
  feedbackType: string,
  page: TicketsRequest,
): Promise<Page<ListedTicket>> {
  const { items, ...rest } = await listTicketEntries(table, project, feedbackType, page);
  return { items: items.map(({ listed }) => listed), ...rest };
}

/** Lists a feedback type's tickets as {@link listTickets} does, each with the place in the list after which it goes on. */
export async function listTicketEntries(
  table: Table,
  project: string,
  feedbackType: string,
  page: TicketsRequest,
): Promise<Page<{ listed: ListedTicket; place: string }>> {
  const { listPk } = ticketListKey(project, feedbackType, 0);
  return await readListPage(table, { listPk, ...page }, (listed, place) => {
    return { listed: ListedTicket.parse({ ...listed, project, feedbackType }), place };
  });
}

/** Lists the ids of the tickets of a feedback type that somebody submitted, oldest first; a page may hold few and still go on. */
export async function listTicketsOf(
  table: Table,
  { project, feedbackType, submitter }: { project: string; feedbackType: string; submitter: string },
  page: { limit: number; after?: string | undefined },
): Promise<Page<string>> {
  const { listPk } = ticketListKey(project, feedbackType, 0);
  const where = {
    expression: '#listed.#submitter = :submitter',
    names: { '#listed': 'listed', '#submitter': 'submitter' },
    values: { ':submitter': submitter },
  };
  return await readListPage(table, { listPk, ...page, newestFirst: false, where }, ({ id }) => z.string().parse(id));
}

/** Tickets by their status as `workflow/status`, how many pages were read for it, and whether those were all. */
export type StatusCounts = { counts: Map<string, number>; pages: number; isWhole: boolean };

/** Counts a feedback type's tickets in some statuses, from the list, up to a number of tickets and of pages (1 MB each). */
export async function countTicketsUpTo(
  table: Table,
  project: string,
  feedbackType: string,
  { isCounted, maxTickets, maxPages }: Counting,
): Promise<StatusCounts> {
  const counts = new Map<string, number>();
  let pagesRead = 0;
  let counted = 0;
  if (maxPages === 0) return { counts, pages: pagesRead, isWhole: false };
  const pages = readPages(table, {
    IndexName: 'byList',
    KeyConditionExpression: 'listPk = :list',
    ExpressionAttributeValues: { ':list': ticketListKey(project, feedbackType, 0).listPk },
  });
  for await (const page of pages) {
    pagesRead += 1;
    for (const item of page) {
      const { state } = ListedState.parse(item.listed);
      const status = `${state.workflow}/${state.status}`;
      if (!isCounted(status)) continue;
      counts.set(status, (counts.get(status) ?? 0) + 1);
      counted += 1;
      if (counted === maxTickets) return { counts, pages: pagesRead, isWhole: false };
    }
    if (pagesRead === maxPages) return { counts, pages: pagesRead, isWhole: false };
  }
  return { counts, pages: pagesRead, isWhole: true };
}

/** What a list shows of a ticket: fields in their order as long as they fit, since every byte is written twice. */
export function listedColumns(ticket: Ticket): Record<string, unknown> {
  const { id, state, submitter, createdAt, updatedAt } = ticket;
  const columns = { id, state, submitter, createdAt, updatedAt };
  let room = maxListedBytes - Buffer.byteLength(JSON.stringify(columns));
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(ticket.fields)) {
    const bytes = Buffer.byteLength(JSON.stringify({ [key]: value }));
    if (bytes > room) continue;
    fields[key] = value;
    room -= bytes;
  }
  return { ...columns, fields };
}
