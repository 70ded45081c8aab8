import * as z from 'zod';
import {
  endpointLane,
  followLane,
  notificationLane,
  runLane,
  scheduleLane,
  uploadLane,
} from '../../core/deliveries/message.ts';
import { deliveryOfKey, duePartition, readDueSk } from './keys.ts';
import { readPages } from './read-all.ts';
import type { Table } from './table.ts';

const DueEntry = z.object({ pk: z.string(), dueSk: z.string() });

/** A delivery whose time has come, and the lane that says which queue and group it goes to. */
type DueDelivery = { delivery: string; lane: string };

/**
 * What is due in one page: deliveries, those whose captured values are to be followed, endpoints, runs, timetables,
 * notifications to be told, and attachments to be seen to.
 */
export type DuePage = {
  deliveries: DueDelivery[];
  followUps: string[];
  endpoints: string[];
  runs: { project: string; run: string }[];
  /** Projects of which a scheduled automation is due. */
  schedules: string[];
  notifications: string[];
  attachments: { project: string; ticket: string; id: string }[];
};

/** Yields what is due in a shard, earliest first, in pages of at most `pageSize`. */
export async function* readDue(
  table: Table,
  shard: number,
  options: { now: number; pageSize: number },
): AsyncGenerator<DuePage> {
  const pages = readPages(table, {
    IndexName: 'byDue',
    KeyConditionExpression: 'duePk = :shard AND dueSk <= :now',
    // '$' sorts just after '#', which ends the instant in a due key: what is due in this millisecond is included.
    ExpressionAttributeValues: { ':shard': duePartition(shard), ':now': `${new Date(options.now).toISOString()}$` },
    Limit: options.pageSize,
  });
  for await (const page of pages) {
    const entries = page.map((item) => DueEntry.parse(item)).map(({ pk, dueSk }) => ({ pk, ...readDueSk(dueSk) }));
    yield {
      deliveries: entries.flatMap(({ pk, lane }) => {
        const delivery = deliveryOfKey(pk);
        return delivery === undefined || lane === followLane ? [] : [{ delivery, lane }];
      }),
      followUps: idsIn(entries, followLane),
      endpoints: idsIn(entries, endpointLane),
      schedules: idsIn(entries, scheduleLane),
      notifications: idsIn(entries, notificationLane),
      runs: idsIn(entries, runLane).map((id) => {
        const [project = '', run = ''] = id.split('/');
        return { project, run };
      }),
      attachments: idsIn(entries, uploadLane).map((name) => {
        const [project = '', ticket = '', id = ''] = name.split('/');
        return { project, ticket, id };
      }),
    };
  }
}

function idsIn(entries: readonly { id: string; lane: string }[], lane: string): string[] {
  return entries.filter((entry) => entry.lane === lane).map(({ id }) => id);
}
