import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { Delivery } from '../../core/deliveries/delivery.ts';
import type { TransactItem } from './consequences.ts';
import { type DeliveryStorage, deliveryExpiry } from './deliveries.ts';
import { deliveryKey } from './keys.ts';
import type { Table } from './table.ts';

/** A delivery whose captured values are still to be followed. */
export type Unfollowed = Delivery & {
  follow: NonNullable<Delivery['follow']>;
  followUp: NonNullable<Delivery['followUp']>;
};

/** Reads a delivery, consistently, if its captured values are still to be followed. */
export async function findUnfollowed(table: Table, id: string): Promise<Unfollowed | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: deliveryKey(id), ConsistentRead: true }),
  );
  if (Item === undefined) return undefined;
  const { follow, followUp, ...delivery } = Delivery.parse(Item);
  return follow === undefined || followUp === undefined ? undefined : { ...delivery, follow, followUp };
}

/** Says that there is nothing to follow any more: the record or the project is gone. */
export async function markFollowed(
  table: Table,
  delivery: Unfollowed,
  storage: Pick<DeliveryStorage, 'deliveryRetentionDays' | 'now'>,
): Promise<void> {
  await table.client.send(new UpdateCommand(followedUpdate(table, delivery, storage)));
}

/** The part of a transaction that says that a delivery's values have been followed, unless somebody has said so before. */
export function followedItem(
  table: Table,
  delivery: Unfollowed,
  storage: Pick<DeliveryStorage, 'deliveryRetentionDays' | 'now'>,
): TransactItem {
  return { Update: followedUpdate(table, delivery, storage) };
}

function followedUpdate(
  table: Table,
  { id }: Unfollowed,
  storage: Pick<DeliveryStorage, 'deliveryRetentionDays' | 'now'>,
) {
  return {
    TableName: table.name,
    Key: deliveryKey(id),
    UpdateExpression: 'SET expiresAt = :expiry REMOVE followUp, duePk, dueSk',
    ConditionExpression: 'attribute_exists(followUp)',
    ExpressionAttributeValues: { ':expiry': deliveryExpiry(storage) },
  };
}
