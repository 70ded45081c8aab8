import { GetCommand, TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { Notification } from '../../core/notifications/notification.ts';
import { type DeliveryStorage, deliveryExpiry, deliveryItem } from './deliveries.ts';
import { notificationKey } from './keys.ts';
import { notificationName } from './notification-item.ts';
import { failedConditions, type Table } from './table.ts';
import { ticketStands } from './ticket-stands.ts';

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** A notification as stored, with the version that guards its next change. */
export type StoredNotification = { notification: Notification; version: number };

const Stored = z.looseObject({ version: z.int() });

/** Reads a notification, consistently; undefined where there is none. */
export async function findNotification(table: Table, name: string): Promise<StoredNotification | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: notificationKey(name), ConsistentRead: true }),
  );
  if (Item === undefined) return undefined;
  return { notification: Notification.parse(Item), version: Stored.parse(Item).version };
}

/** Stores e-mails (98 at most) together with how far the notification has come: all or nothing, and nothing twice. */
export async function storeTold(
  table: Table,
  read: StoredNotification,
  told: { mails: readonly Delivery[]; after: Notification },
  storage: DeliveryStorage,
): Promise<'stored' | 'changed-meanwhile'> {
  const { project, ticket } = read.notification;
  const mails = told.mails.map((mail) => ({
    Put: {
      TableName: table.name,
      Item: deliveryItem(mail, storage),
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  }));
  try {
    const TransactItems = [
      { Update: progressUpdate(table, read, told.after, storage) },
      ...mails,
      ...ticketStands(table, project, { ticket }),
    ];
    await table.client.send(new TransactWriteCommand({ TransactItems }));
    return 'stored';
  } catch (error) {
    if (failedConditions(error) === undefined) throw error;
    return 'changed-meanwhile';
  }
}

/** A notification that was told of is due no more, and is kept as long as its e-mails are. */
function progressUpdate(
  table: Table,
  { version }: StoredNotification,
  notification: Notification,
  storage: DeliveryStorage,
): NonNullable<TransactItem['Update']> {
  const { toldUpTo, toldAt } = notification;
  const values = {
    version: version + 1,
    ...(toldUpTo === undefined ? {} : { toldUpTo }),
    ...(toldAt === undefined ? {} : { toldAt, expiresAt: deliveryExpiry(storage) }),
  };
  const names = Object.keys(values);
  const set = `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`;
  return {
    TableName: table.name,
    Key: notificationKey(notificationName(notification)),
    UpdateExpression: toldAt === undefined ? set : `${set} REMOVE duePk, dueSk`,
    ConditionExpression: '#version = :before',
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ':before': version,
      ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])),
    },
  };
}
