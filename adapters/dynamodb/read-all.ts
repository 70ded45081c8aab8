import { paginateQuery, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Table } from './table.ts';

/** Reads everything a query finds, a page of DynamoDB at a time. */
export async function* readPages(
  table: Table,
  query: Omit<QueryCommandInput, 'TableName'>,
): AsyncGenerator<Record<string, unknown>[]> {
  const pages = paginateQuery({ client: table.client }, { ...query, TableName: table.name });
  for await (const { Items } of pages) yield Items ?? [];
}

/** Reads everything a query finds into memory. */
export async function readAll(
  table: Table,
  query: Omit<QueryCommandInput, 'TableName'>,
): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for await (const page of readPages(table, query)) items.push(...page);
  return items;
}
