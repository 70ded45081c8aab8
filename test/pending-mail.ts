import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { deliveryItem } from '../adapters/dynamodb/deliveries.ts';
import type { Table } from '../adapters/dynamodb/table.ts';
import type { Delivery, FrozenMail } from '../core/deliveries/delivery.ts';

/** What a test changes about an e-mail. */
type MailChanges = Partial<Omit<Delivery, 'mail'>> & { mail?: Partial<FrozenMail> };

/** An e-mail that is due, with some of it changed. */
export function pendingMail(id: string, now: number, { mail, ...changes }: MailChanges = {}): Delivery {
  const at = new Date(now).toISOString();
  return {
    id,
    project: 'apollo',
    macro: 'tell-managers',
    action: '1',
    target: { ticket: 'BUG-0001' },
    cause: { kind: 'automation', key: 'on-critical' },
    outcome: 'pending',
    mail: {
      to: ['ann@example.com'],
      subject: 'Ein Absturz: „schlimm“ <b>',
      text: 'First line\nSecond line: 🚀\n',
      ...mail,
    },
    retry: 'standard',
    attemptsMade: 0,
    leases: 0,
    nextAttemptAt: at,
    createdAt: at,
    ...changes,
  };
}

/** Puts a delivery into the table as it would be committed. */
export async function storeDelivery(table: Table, delivery: Delivery, now: number, dueShards = 4): Promise<void> {
  const Item = deliveryItem(delivery, { dueShards, deliveryRetentionDays: 30, now });
  const ConditionExpression = 'attribute_not_exists(pk)';
  await table.client.send(new PutCommand({ TableName: table.name, Item, ConditionExpression }));
}
