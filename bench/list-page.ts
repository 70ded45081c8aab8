import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { configurationReader } from '../adapters/dynamodb/configuration.ts';
import type { Table } from '../adapters/dynamodb/table.ts';
import { ticketItem } from '../adapters/dynamodb/tickets.ts';
import type { Where } from '../core/document/schema-filters.ts';
import { type Ticket, ticketId } from '../core/tickets/ticket.ts';
import { readTickets, type TicketReading } from '../functions/admin-api/read-tickets.ts';
import { seedProject } from '../test/project.ts';
import { againstBar, type Figure, withoutBar } from './figure.ts';
import { openPlace } from './place.ts';
import type { Setting } from './setting.ts';

const pageSize = 50;
/** Items one BatchWriteItem takes, a limit of DynamoDB. */
const batchSize = 25;
const feedbackType = 'issues';
const at = '2026-11-21T09:00:00.000Z';

/** Pages that a list is asked for: all tickets, those whose entries tell enough, and those that are loaded to be judged. */
const asked: ReadonlyMap<string, Where | undefined> = new Map([
  ['', undefined],
  [' by status', { field: 'status', op: 'equals', value: 'Open' }],
  [' by severity', { field: 'severity', op: 'equals', value: 'Critical' }],
]);

/** Counts what a page of 50 tickets reads, with few and with many tickets in the list, filtered and not. */
export async function measureListPage({ assemblyDir, tickets: most }: Setting): Promise<Figure[]> {
  const place = await openPlace(assemblyDir);
  const { project } = await seedProject(place.table);
  const readConfiguration = configurationReader(place.table, { freshMs: 0, now: Date.now, stageVariables: {} });
  const configuration = await readConfiguration(project);
  const figures: Figure[] = [];
  const few = new Map<string, number>();
  let stored = 0;
  for (const tickets of [1_000, most]) {
    await store(place.table, project, stored + 1, tickets);
    stored = tickets;
    for (const [name, where] of asked) {
      const units = await measurePages(place.table, { project, configuration, where }, tickets);
      figures.push(describe({ name, units, tickets, few: few.get(name) }));
      few.set(name, units);
    }
  }
  await place.stop();
  return figures;
}

type Asked = Pick<TicketReading, 'project' | 'configuration' | 'where'>;

async function measurePages(table: Table, question: Asked, tickets: number): Promise<number> {
  const middle = String(Math.floor(tickets / 2)).padStart(12, '0');
  const loading = { table, consoleOrigin: '', apiOrigin: '', loadKeys, now: Date.now };
  const units: number[] = [];
  for (const page of [{ newestFirst: true }, { newestFirst: false }, { newestFirst: true, after: middle }]) {
    table.meter.read();
    const reading = { types: [feedbackType], limit: pageSize, after: undefined, ...page, ...question };
    const { items } = await readTickets(loading, reading);
    if (items.length === 0) throw new Error('a page has no tickets');
    units.push(table.meter.read().readUnits);
  }
  return Math.max(...units);
}

function describe({
  name,
  units: value,
  tickets,
  few,
}: {
  name: string;
  units: number;
  tickets: number;
  few: number | undefined;
}) {
  const subject = `list page${name}, ${tickets.toLocaleString('en')} tickets in the table`;
  const which = name === '' ? '' : ' that one in five meets, looked for in at most 1,000 entries or 200 whole tickets';
  const how =
    `Read units of one page of ${pageSize} tickets${which}; their list entries are as large as they get; ` +
    'the dearest of the first, the last and a middle page.';
  const measured = { subject, value, figure: `${value} units`, how };
  if (name === '') return againstBar(measured, { atMost: 15, unit: ' units' });
  return few === undefined
    ? withoutBar(measured)
    : againstBar(measured, { atMost: few, unit: ' units, as with 1,000' });
}

async function loadKeys(): Promise<never> {
  throw new Error('no page of these looks for files');
}

async function store(table: Table, project: string, first: number, last: number): Promise<void> {
  for (let start = first; start <= last; start += batchSize) {
    if ((start - 1) % 50_000 === 0) console.error(`  list page: ${start - 1} of ${last} tickets stored`);
    await storeBatch(table, project, start, Math.min(start + batchSize - 1, last));
  }
}

async function storeBatch(table: Table, project: string, first: number, last: number): Promise<void> {
  const puts = Array.from({ length: last - first + 1 }, (_, place) => ({
    PutRequest: { Item: ticketItem(ticketOf(project, first + place), first + place) },
  }));
  const { UnprocessedItems } = await table.client.send(new BatchWriteCommand({ RequestItems: { [table.name]: puts } }));
  if (Object.keys(UnprocessedItems ?? {}).length > 0) throw new Error('the table engine did not take all tickets');
}

function ticketOf(project: string, number: number): Ticket {
  const isMet = number % 5 === 0;
  return {
    id: ticketId('BUG', 4, number),
    project,
    feedbackType,
    version: 1,
    state: { team: 'beta-support', workflow: 'default', status: isMet ? 'Open' : 'New' },
    submitter: 'crash-bot@example.com',
    // Fills the list entry up to its limit, and what is longer stays out of it.
    fields: {
      summary: 'x'.repeat(330),
      severity: isMet ? 'Critical' : 'Low',
      platforms: ['iOS'],
      description: 'y'.repeat(500),
    },
    external: {},
    origin: { kind: 'source', key: 'appcrashlog' },
    createdAt: at,
    updatedAt: at,
  };
}
