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

const ListEntry = z.object({ listSk: z.string(), listed: z.record(z.string(), z.unknown()) });
const LastKey = z.object({ listSk: z.string() });

/** Reads one page of `byList`: at most `limit` entries are read, so a filtered page may hold fewer and still go on. */
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
      Limit: page.limit,
    }),
  );
  const entries = (answer.Items ?? []).map((item) => ListEntry.parse(item));
  const items = entries.map(({ listed, listSk }) => parse(listed, listSk));
  if (answer.LastEvaluatedKey === undefined) return { items };
  return { items, next: LastKey.parse(answer.LastEvaluatedKey).listSk };
}
