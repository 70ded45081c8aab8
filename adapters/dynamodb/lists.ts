import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Table } from './table.ts';

/** One page of a list; `next` is the sort key to go on after, absent at the end. */
export type Page<Item> = { items: Item[]; next?: string };

/** What a page reads: entries after a sort key, and whether newest come first; `where` filters on list columns. */
export type PageRequest = {
  listPk: string;
  limit: number;
  after?: string | undefined;
  newestFirst: boolean;
  where?: { expression: string; names: Record<string, string>; values: Record<string, unknown> };
};

/** Entries that a filtered page looks through at most: about 250 KB, and half as many read units. */
const maxLookedThrough = 1_000;

const ListEntry = z.object({ listSk: z.string(), listed: z.record(z.string(), z.unknown()) });
const LastKey = z.object({ listSk: z.string() });

/** Reads one page of `byList`: at most `limit` entries; a filtered one looks through more, may hold fewer, and still goes on. */
export async function readListPage<Item>(
  table: Table,
  page: PageRequest,
  parse: (listed: Readonly<Record<string, unknown>>, listSk: string) => Item,
): Promise<Page<Item>> {
  const order = page.newestFirst ? '<' : '>';
  const answer = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      IndexName: 'byList',
      KeyConditionExpression: page.after === undefined ? 'listPk = :list' : `listPk = :list AND listSk ${order} :after`,
      ExpressionAttributeValues: {
        ':list': page.listPk,
        ...(page.after === undefined ? {} : { ':after': page.after }),
        ...page.where?.values,
      },
      ...(page.where === undefined
        ? {}
        : { FilterExpression: page.where.expression, ExpressionAttributeNames: page.where.names }),
      ScanIndexForward: !page.newestFirst,
      Limit: page.where === undefined ? page.limit : Math.max(page.limit, maxLookedThrough),
    }),
  );
  const found = (answer.Items ?? []).map((item) => ListEntry.parse(item));
  const entries = found.slice(0, page.limit);
  const items = entries.map(({ listed, listSk }) => parse(listed, listSk));
  const last = entries.at(-1);
  if (found.length > entries.length && last !== undefined) return { items, next: last.listSk };
  if (answer.LastEvaluatedKey === undefined) return { items };
  return { items, next: LastKey.parse(answer.LastEvaluatedKey).listSk };
}
