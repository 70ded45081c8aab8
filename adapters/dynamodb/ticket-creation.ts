import { isDeepStrictEqual } from 'node:util';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { Ticket } from '../../core/tickets/ticket.ts';
import { addedItems, type ConsequenceWrite, memberItem, onceItems } from './consequences.ts';
import type { DeliveryStorage } from './deliveries.ts';
import { groupItem } from './groups.ts';
import { type KeyedCall, rememberedItem } from './remembered-calls.ts';
import { cancelledItem, failedConditions, isConditionFailure, isContention, type Table } from './table.ts';
import { ticketItem } from './tickets.ts';

/** A ticket to be created, with everything that follows from it. */
export type TicketCreation = ConsequenceWrite & {
  ticket: Ticket;
  number: number;
  call?: KeyedCall;
  /** The group that the ticket is created for, and the ticket that has it and is not open any more. */
  group?: { source: string; group: string; takesOverFrom: string | undefined };
};

/** Stores a ticket with its deliveries and what is remembered of its call, all or nothing; one Put where it stands alone. */
export async function createTicket(
  table: Table,
  creation: TicketCreation,
  storage: Omit<DeliveryStorage, 'now'>,
): Promise<
  'created' | 'number-taken' | 'call-remembered' | 'group-taken' | 'member-changed' | 'changed-meanwhile' | 'contended'
> {
  const ticketPut = {
    TableName: table.name,
    Item: ticketItem(creation.ticket, creation.number),
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
  // Repeated under one token, a transaction must be the same to the letter: its times are the ticket's.
  const now = Date.parse(creation.ticket.createdAt);
  const { before, memberVersion, consequence, ticket, call, group, beside = [], token } = creation;
  const calls = call === undefined ? [] : [rememberedItem(table, call, now)];
  const groups = group === undefined ? [] : [groupItem(table, ticket, group, token)];
  const member = memberItem(table, before, memberVersion, consequence, false);
  try {
    const others = [
      ...beside,
      ...calls,
      ...groups,
      ...member,
      ...onceItems(table, ticket, consequence.once),
      ...addedItems(table, consequence, { ...storage, now }),
    ];
    if (others.length === 0) {
      await table.client.send(new PutCommand(ticketPut));
      return 'created';
    }
    const TransactItems = [{ Put: ticketPut }, ...others];
    await table.client.send(new TransactWriteCommand({ TransactItems, ClientRequestToken: token }));
    return 'created';
  } catch (error) {
    if (isConditionFailure(error)) return isOwn(error.Item, creation.ticket) ? 'created' : 'number-taken';
    if (isContention(error)) return 'contended';
    const failed = failedConditions(error);
    if (failed === undefined) throw error;
    const callPlace = 1 + beside.length;
    const groupPlace = callPlace + calls.length;
    // Others may have raised the ticket since: then what tells that it is ours is its group.
    if (groups.length > 0 && cancelledItem(error, groupPlace)?.token?.S === token) return 'created';
    if (failed.includes(0) && isOwn(cancelledItem(error, 0), creation.ticket)) return 'created';
    if (failed.some((place) => place > 0 && place < callPlace)) return 'changed-meanwhile';
    if (failed.includes(0)) return 'number-taken';
    if (calls.length > 0 && failed.includes(callPlace)) return 'call-remembered';
    return groups.length > 0 && failed.includes(groupPlace) ? 'group-taken' : 'member-changed';
  }
}

/** Whether the item that is there is what we were about to put: a write whose answer was lost on the way is repeated. */
function isOwn(item: Record<string, AttributeValue> | undefined, ticket: Ticket): boolean {
  if (item === undefined) return false;
  return isDeepStrictEqual(Ticket.parse(unmarshall(item)), ticket);
}
