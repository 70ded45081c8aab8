import * as z from 'zod';
import { deliveryOfKey, duePartition } from './keys.ts';
import { readPages } from './read-all.ts';
import type { Table } from './table.ts';

const DueEntry = z.object({ pk: z.string() });

/** Yields the deliveries of a due shard whose time has come, earliest first, in pages of at most `pageSize`. */
export async function* readDueDeliveries(
  table: Table,
  shard: number,
  options: { now: number; pageSize: number },
): AsyncGenerator<string[]> {
  const pages = readPages(table, {
    IndexName: 'byDue',
    KeyConditionExpression: 'duePk = :shard AND dueSk <= :now',
    // '$' sorts just after '#', which ends the instant in a due key: what is due in this millisecond is included.
    ExpressionAttributeValues: { ':shard': duePartition(shard), ':now': `${new Date(options.now).toISOString()}$` },
    Limit: options.pageSize,
  });
  for await (const page of pages) {
    yield page.map((item) => deliveryOfKey(DueEntry.parse(item).pk)).filter((delivery) => delivery !== undefined);
  }
}
