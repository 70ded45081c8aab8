import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { deletedTicketKey } from './keys.ts';
import type { Table } from './table.ts';

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** The part of a transaction that holds what is new back from a ticket that was deleted; none where it is for a member. */
export function ticketStands(
  table: Table,
  project: string,
  target: { ticket: string } | { member: string },
): TransactItem[] {
  if (!('ticket' in target)) return [];
  return [
    {
      ConditionCheck: {
        TableName: table.name,
        Key: deletedTicketKey(project, target.ticket),
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
  ];
}
