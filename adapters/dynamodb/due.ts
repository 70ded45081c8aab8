import * as z from 'zod';
import { deliveryOfKey, duePartition, readDueSk } from './keys.ts';
import { readPages } from './read-all.ts';
import type { Table } from './table.ts';

const DueEntry = z.object({ pk: z.string(), dueSk: z.string() });

/** A delivery whose time has come, and the lane that says which queue and group it goes to. */
export type DueDelivery = { delivery: string; lane: string };

/** Yields the deliveries of a due shard whose time has come, earliest first, in pages of at most `pageSize`. */
export async function* readDueDeliveries(
  table: Table,
  shard: number,
  options: { now: number; pageSize: number },
): AsyncGenerator<DueDelivery[]> {
  const pages = readPages(table, {
    IndexName: 'byDue',
    KeyConditionExpression: 'duePk = :shard AND dueSk <= :now',
    // '$' sorts just after '#', which ends the instant in a due key: what is due in this millisecond is included.
    ExpressionAttributeValues: { ':shard': duePartition(shard), ':now': `${new Date(options.now).toISOString()}$` },
    Limit: options.pageSize,
  });
  for await (const page of pages) {
    yield page.flatMap((item) => {
      const entry = DueEntry.parse(item);
      const delivery = deliveryOfKey(entry.pk);
      return delivery === undefined ? [] : [{ delivery, lane: readDueSk(entry.dueSk).lane }];
    });
  }
}
