import { isDeepStrictEqual } from 'node:util';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { replaceDeep } from '../../core/erasure/replace-address.ts';
import { readPages } from './read-all.ts';
import { isConditionFailure, isInvalidWrite, type Table } from './table.ts';

/** Items whose version guards their next change: whoever decides on an older one is to decide again. */
const guarded: ReadonlySet<string> = new Set([
  ...['ticket', 'member', 'notification', 'attachment', 'endpoint', 'rejected-submission', 'timetable'],
]);

const StoredItem = z.looseObject({
  pk: z.string(),
  sk: z.string(),
  type: z.string(),
  project: z.string().optional(),
  version: z.number().optional(),
});

/** An item of any kind, as it lies in the table. */
export type StoredItem = z.infer<typeof StoredItem>;

/** What rewriting an item came to. */
export type Rewritten = 'rewritten' | 'changed-meanwhile' | 'too-large';

/** Yields the items of a partition, consistently. */
export async function* readPartition(table: Table, pk: string): AsyncGenerator<StoredItem[]> {
  const pages = readPages(table, {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': pk },
    ConsistentRead: true,
  });
  for await (const items of pages) yield items.map((item) => StoredItem.parse(item));
}

/** Replaces texts wherever they stand in an item, but for its keys, unless it changed meanwhile in what is replaced. */
export async function rewriteItem(
  table: Table,
  item: StoredItem,
  replace: (text: string) => string,
  adapt: (item: Record<string, unknown>) => Record<string, unknown> = (same) => same,
): Promise<Rewritten> {
  const { pk, sk, type, version, listPk: _, listSk: __, duePk: ___, dueSk: ____, ...rest } = item;
  const replaced = adapt(z.record(z.string(), z.unknown()).parse(replaceDeep(rest, replace)));
  const changed = Object.keys(rest).filter((name) => !isDeepStrictEqual(rest[name], replaced[name]));
  if (changed.length === 0) return 'rewritten';
  const guard = guarded.has(type) && version !== undefined;
  const set = changed.map((_name, place) => `#a${place} = :n${place}`);
  const conditions = changed.map((_name, place) => `#a${place} = :o${place}`);
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: { pk, sk },
        UpdateExpression: `SET ${[...set, ...(guard ? ['#version = :next'] : [])].join(', ')}`,
        ConditionExpression: [...conditions, ...(guard ? ['#version = :version'] : [])].join(' AND '),
        ExpressionAttributeNames: {
          ...Object.fromEntries(changed.map((name, place) => [`#a${place}`, name])),
          ...(guard ? { '#version': 'version' } : {}),
        },
        ExpressionAttributeValues: {
          ...Object.fromEntries(changed.map((name, place) => [`:n${place}`, replaced[name]])),
          ...Object.fromEntries(changed.map((name, place) => [`:o${place}`, rest[name]])),
          ...(guard ? { ':version': version, ':next': version + 1 } : {}),
        },
      }),
    );
    return 'rewritten';
  } catch (error) {
    if (isInvalidWrite(error)) return 'too-large';
    if (!isConditionFailure(error)) throw error;
    return 'changed-meanwhile';
  }
}
