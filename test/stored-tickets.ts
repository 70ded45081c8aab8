import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Table } from '../adapters/dynamodb/table.ts';
import { ticketItem } from '../adapters/dynamodb/tickets.ts';
import { type Ticket, ticketId } from '../core/tickets/ticket.ts';

/** Items one BatchWriteItem takes, a limit of DynamoDB. */
const batchSize = 25;
const at = '2026-11-21T09:00:00.000Z';

/** Stores issues by their numbers, as reports leave them but without their way; `change` says what is special of one. */
export async function storeTickets(
  table: Table,
  project: string,
  { first, last }: { first: number; last: number },
  change: (number: number) => Partial<Ticket> = () => ({}),
): Promise<void> {
  for (let start = first; start <= last; start += batchSize) {
    const puts = Array.from({ length: Math.min(batchSize, last - start + 1) }, (_, place) => {
      const number = start + place;
      const ticket = { ...issueOf(project, number), ...change(number) };
      return { PutRequest: { Item: ticketItem(ticket, number) } };
    });
    await table.client.send(new BatchWriteCommand({ RequestItems: { [table.name]: puts } }));
  }
}

function issueOf(project: string, number: number): Ticket {
  return {
    ...{ id: ticketId('BUG', 4, number), project, feedbackType: 'issues', version: 1 },
    state: { team: 'beta-support', workflow: 'default', status: 'New' },
    submitter: 'crash-bot@example.com',
    fields: { summary: `Issue ${number}`, severity: 'Low', description: 'x'.repeat(700) },
    external: {},
    origin: { kind: 'source', key: 'appcrashlog' },
    ...{ createdAt: at, updatedAt: at },
  };
}
