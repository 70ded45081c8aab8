import { isDeepStrictEqual } from 'node:util';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { Ticket } from '../../core/tickets/ticket.ts';
import { addedItems, type ConsequenceWrite, memberItem, onceItems } from './consequences.ts';
import type { DeliveryStorage } from './deliveries.ts';
import { idempotencyKey } from './keys.ts';
import { cancelledItem, failedConditions, isConditionFailure, isContention, type Table } from './table.ts';
import { ticketItem } from './tickets.ts';

/** How long a call with an `Idempotency-Key` is remembered, in seconds (docs/http.md). */
const rememberedSeconds = 24 * 60 * 60;

/** What is remembered of a call with an `Idempotency-Key`: enough to answer it again. */
export const RememberedCall = z.object({
  bodyHash: z.string(),
  ticket: z.string(),
  answer: z.record(z.string(), z.unknown()),
  expiresAt: z.int(),
});
export type RememberedCall = z.infer<typeof RememberedCall>;

/** A ticket to be created, with everything that follows from it. */
export type TicketCreation = ConsequenceWrite & {
  ticket: Ticket;
  number: number;
  call?: { source: string; givenKey: string; bodyHash: string; answer: Readonly<Record<string, unknown>> };
};

/** Reads what is remembered of a call, consistently; expired memory is none, even where it is not deleted yet. */
export async function findRememberedCall(
  table: Table,
  project: string,
  source: string,
  givenKey: string,
  now: number,
): Promise<RememberedCall | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: idempotencyKey(project, source, givenKey), ConsistentRead: true }),
  );
  if (Item === undefined) return undefined;
  const call = RememberedCall.parse(Item);
  return call.expiresAt * 1000 > now ? call : undefined;
}

/** Stores a ticket with its deliveries and what is remembered of its call, all or nothing; one Put where it stands alone. */
export async function createTicket(
  table: Table,
  creation: TicketCreation,
  storage: Omit<DeliveryStorage, 'now'>,
): Promise<'created' | 'number-taken' | 'call-remembered' | 'member-changed' | 'changed-meanwhile' | 'contended'> {
  const ticketPut = {
    TableName: table.name,
    Item: ticketItem(creation.ticket, creation.number),
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
  // Repeated under one token, a transaction must be the same to the letter: its times are the ticket's.
  const now = Date.parse(creation.ticket.createdAt);
  const { before, memberVersion, consequence, ticket, call, beside = [] } = creation;
  const member = memberItem(table, before, memberVersion, consequence, false);
  try {
    const calls = call === undefined ? [] : [{ Put: rememberPut(table, creation, call, now) }];
    const others = [
      ...beside,
      ...calls,
      ...member,
      ...onceItems(table, ticket, consequence.once),
      ...addedItems(table, consequence, { ...storage, now }),
    ];
    if (others.length === 0) {
      await table.client.send(new PutCommand(ticketPut));
      return 'created';
    }
    const TransactItems = [{ Put: ticketPut }, ...others];
    await table.client.send(new TransactWriteCommand({ TransactItems, ClientRequestToken: creation.token }));
    return 'created';
  } catch (error) {
    if (isConditionFailure(error)) return isOwn(error.Item, creation.ticket) ? 'created' : 'number-taken';
    if (isContention(error)) return 'contended';
    const failed = failedConditions(error);
    if (failed === undefined) throw error;
    if (failed.includes(0) && isOwn(cancelledItem(error, 0), creation.ticket)) return 'created';
    if (failed.some((place) => place > 0 && place <= beside.length)) return 'changed-meanwhile';
    if (failed.includes(0)) return 'number-taken';
    return call !== undefined && failed.includes(beside.length + 1) ? 'call-remembered' : 'member-changed';
  }
}

/** Whether the item that is there is what we were about to put: a write whose answer was lost on the way is repeated. */
function isOwn(item: Record<string, AttributeValue> | undefined, ticket: Ticket): boolean {
  if (item === undefined) return false;
  return isDeepStrictEqual(Ticket.parse(unmarshall(item)), ticket);
}

function rememberPut(table: Table, creation: TicketCreation, call: NonNullable<TicketCreation['call']>, now: number) {
  const nowSeconds = Math.floor(now / 1000);
  return {
    TableName: table.name,
    Item: {
      ...idempotencyKey(creation.ticket.project, call.source, call.givenKey),
      type: 'remembered-call',
      version: 1,
      bodyHash: call.bodyHash,
      ticket: creation.ticket.id,
      answer: call.answer,
      expiresAt: nowSeconds + rememberedSeconds,
    },
    // An expired memory may still lie in the table: TTL deletes late.
    ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
    ExpressionAttributeValues: { ':now': nowSeconds },
  };
}
