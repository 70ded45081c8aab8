import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { deliveryItem } from '../adapters/dynamodb/deliveries.ts';
import type { Table } from '../adapters/dynamodb/table.ts';
import type { Delivery } from '../core/deliveries/delivery.ts';
import { stages } from '../lib/settings.ts';
import { loop } from './plain-loop.ts';

/** Stores deliveries that are due and returns their ids. */
export async function storePendingDeliveries(
  table: Table,
  { count, name, url, body }: { count: number; name: string; url: string; body: string },
): Promise<string[]> {
  const now = Date.now();
  const at = new Date(now).toISOString();
  const ids = Array.from({ length: count }, (_, place) => `${name}-${place}`);
  await loop(count, 10, async (place) => {
    const delivery: Delivery = {
      id: ids[place] ?? '',
      project: 'apollo',
      // One endpoint may hold a quarter of the slots: enough of them keep an instance busy.
      macro: `tell-slack-${place % 5}`,
      action: 'webhook-1',
      target: { ticket: 'BUG-0001' },
      cause: { kind: 'automation', key: 'escalate' },
      outcome: 'pending',
      request: {
        method: 'POST',
        url: [{ text: url }],
        headers: [['Content-Type', [{ text: 'application/json' }]]],
        body: [{ text: body }],
        timeoutMs: 10_000,
      },
      retry: 'standard',
      attemptsMade: 0,
      leases: 0,
      nextAttemptAt: at,
      createdAt: at,
    };
    const { dueShards, deliveryRetentionDays } = stages.prod;
    const Item = deliveryItem(delivery, { dueShards, deliveryRetentionDays, now });
    await table.client.send(new PutCommand({ TableName: table.name, Item }));
  });
  return ids;
}
