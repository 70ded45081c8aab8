import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Table } from '../adapters/dynamodb/table.ts';
import { listTickets, ticketItem } from '../adapters/dynamodb/tickets.ts';
import { type Ticket, ticketId } from '../core/tickets/ticket.ts';
import { againstBar, type Figure } from './figure.ts';
import { openPlace } from './place.ts';
import type { Setting } from './setting.ts';

const pageSize = 50;
/** Items one BatchWriteItem takes, a limit of DynamoDB. */
const batchSize = 25;
const project = 'apollo';
const feedbackType = 'issues';
const at = '2026-11-21T09:00:00.000Z';

/** Counts what a page of 50 tickets reads, with few and with many tickets in the list. */
export async function measureListPage({ assemblyDir, tickets: most }: Setting): Promise<Figure[]> {
  const place = await openPlace(assemblyDir);
  const figures: Figure[] = [];
  let stored = 0;
  for (const tickets of [1_000, most]) {
    await store(place.table, stored + 1, tickets);
    stored = tickets;
    figures.push(await measurePages(place.table, tickets));
  }
  await place.stop();
  return figures;
}

async function measurePages(table: Table, tickets: number): Promise<Figure> {
  const middle = String(Math.floor(tickets / 2)).padStart(12, '0');
  const units: number[] = [];
  for (const page of [{ newestFirst: true }, { newestFirst: false }, { newestFirst: true, after: middle }]) {
    table.meter.read();
    const { items } = await listTickets(table, project, feedbackType, { limit: pageSize, ...page });
    if (items.length !== pageSize) throw new Error(`a page has ${items.length} tickets`);
    units.push(table.meter.read().readUnits);
  }
  const value = Math.max(...units);
  const how =
    `Read units of one page of ${pageSize} tickets whose list entries are as large as they get; ` +
    'the dearest of the first, the last and a middle page.';
  const subject = `list page, ${tickets.toLocaleString('en')} tickets in the table`;
  return againstBar({ subject, value, figure: `${value} units`, how }, { atMost: 15, unit: ' units' });
}

async function store(table: Table, first: number, last: number): Promise<void> {
  for (let start = first; start <= last; start += batchSize) {
    if ((start - 1) % 50_000 === 0) console.error(`  list page: ${start - 1} of ${last} tickets stored`);
    await storeBatch(table, start, Math.min(start + batchSize - 1, last));
  }
}

async function storeBatch(table: Table, first: number, last: number): Promise<void> {
  const puts = Array.from({ length: last - first + 1 }, (_, place) => ({
    PutRequest: { Item: ticketItem(ticketOf(first + place), first + place) },
  }));
  const { UnprocessedItems } = await table.client.send(new BatchWriteCommand({ RequestItems: { [table.name]: puts } }));
  if (Object.keys(UnprocessedItems ?? {}).length > 0) throw new Error('the table engine did not take all tickets');
}

function ticketOf(number: number): Ticket {
  return {
    id: ticketId('BUG', 4, number),
    project,
    feedbackType,
    version: 1,
    state: { team: 'beta-support', workflow: 'default', status: 'New' },
    submitter: 'crash-bot@example.com',
    // Fills the list entry up to its limit, and what is longer stays out of it.
    fields: { summary: 'x'.repeat(330), severity: 'Low', platforms: ['iOS'], description: 'y'.repeat(500) },
    external: {},
    origin: { kind: 'source', key: 'appcrashlog' },
    createdAt: at,
    updatedAt: at,
  };
}
