import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Change } from '../../core/records/change.ts';
import { addsUp, type NumberBounds } from '../../core/sources/raise-field.ts';
import type { Ticket } from '../../core/tickets/ticket.ts';
import type { TransactItem } from './consequences.ts';
import { isOnlyRaised, raisedValues } from './grouped-ticket.ts';
import { changeKey, ticketKey } from './keys.ts';
import { type KeyedCall, rememberedItem } from './remembered-calls.ts';
import { failedConditions, isContention, isInvalidWrite, type Table } from './table.ts';
import { listedColumns } from './tickets.ts';

/** A number of a ticket that a report raises: the ticket as it was read, and the entry of its history. */
export type Raise = {
  ticket: Ticket;
  field: string;
  by: number;
  bounds: NumberBounds;
  change: Change;
  /** Names the transaction: DynamoDB carries one with the same token out once within ten minutes. */
  token: string;
  call?: KeyedCall | undefined;
  /** What else is written with it. */
  beside: readonly TransactItem[];
};

/** Whether a raise may be stored by {@link storeRaise}: such as add up in whatever order they come. */
export function isRaisable({ fields }: Ticket, { field, by, bounds }: Pick<Raise, 'field' | 'by' | 'bounds'>): boolean {
  return addsUp(Object.hasOwn(fields, field) ? fields[field] : undefined, by, bounds);
}

/**
 * Raises a number of a ticket on which nothing but reports was counted since it was read.
 *
 *   the number and the version, the entry of the history, what is remembered of the call  ->  all or none
 *
 *   version      7 ─▶ 8 ─▶ 9 ─▶ 10         Each raise notes the version since which there were only raises, and its own:
 *   raisedSince  -    7    7    7          whoever has read the ticket at any version from 7 on knows what is there,
 *   raisedTo     -    8    9    10         but for the number. Any other change leaves raisedTo behind the version.
 *
 * So reports that come at once only wait for each other's writes. Whoever decides on an older version loses and decides
 * again, while a raise is never lost to them.
 */
export async function storeRaise(
  table: Table,
  raise: Raise,
): Promise<'stored' | 'ticket-changed' | 'changed-meanwhile' | 'call-remembered' | 'unfit' | 'contended'> {
  const { ticket, change, call, beside, token } = raise;
  const now = Date.parse(change.at);
  const TransactItems = [
    { Update: raiseUpdate(table, raise) },
    {
      Put: {
        TableName: table.name,
        Item: { ...changeKey(ticketKey(ticket.project, ticket.id), change), ...change, type: 'change' },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
    ...beside,
    ...(call === undefined ? [] : [rememberedItem(table, call, now)]),
  ];
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems, ClientRequestToken: token }));
    return 'stored';
  } catch (error) {
    if (isInvalidWrite(error)) return 'unfit';
    const failed = failedConditions(error);
    // Ids are given once: an entry that is in the way is ours, of a try whose answer was lost.
    if (failed?.includes(1) === true) return 'stored';
    if (failed?.some((place) => place > 1 && place < 2 + beside.length) === true) return 'changed-meanwhile';
    if (failed?.includes(2 + beside.length) === true) return 'call-remembered';
    if (failed !== undefined) return 'ticket-changed';
    if (!isContention(error)) throw error;
    return 'contended';
  }
}

function raiseUpdate(table: Table, { ticket, field, by, bounds, change }: Raise) {
  const after = { ...ticket, fields: { ...ticket.fields, [field]: bounds.most } };
  const isListed = Object.hasOwn(Object(listedColumns(after).fields), field);
  const raised = 'if_not_exists(#fields.#field, :zero) + :by';
  const set = [
    `#fields.#field = ${raised}`,
    ...(isListed ? [`#listed.#fields.#field = ${raised}`] : []),
    '#listed.#updatedAt = :at',
    '#updatedAt = :at',
    '#version = #version + :one',
    'raisedSince = :since',
    'raisedTo = #version + :one',
  ];
  return {
    TableName: table.name,
    Key: ticketKey(ticket.project, ticket.id),
    UpdateExpression: `SET ${set.join(', ')}`,
    ConditionExpression: `${isOnlyRaised} AND (attribute_not_exists(#fields.#field) OR #fields.#field <= :most)`,
    ExpressionAttributeNames: {
      '#fields': 'fields',
      '#field': field,
      '#listed': 'listed',
      '#updatedAt': 'updatedAt',
      '#version': 'version',
    },
    ExpressionAttributeValues: {
      ':zero': 0,
      ':one': 1,
      ':by': by,
      ':at': change.at,
      ':most': bounds.most - by,
      ...raisedValues(ticket),
    },
  };
}
