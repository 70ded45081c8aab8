import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { TransactItem } from './consequences.ts';
import { type ItemKey, lookupKey } from './keys.ts';
import { readPages } from './read-all.ts';
import { isContention, type Table } from './table.ts';

/** A record that is found by values from outside: its kind, and its id or e-mail address. */
export type FoundByValue = { project: string; kind: 'ticket' | 'member'; id: string };

/** The texts by which a record is to be found from now on, and those by which no longer. */
export type LookupChange = { added: readonly string[]; removed: readonly string[] };

const LookupEntry = z.object({ sk: z.string() });

/** The parts of a transaction that change the texts by which a record is found. */
export function lookupItems(
  table: Table,
  { project, kind, id }: FoundByValue,
  { added, removed }: LookupChange,
): TransactItem[] {
  const lookup = (value: string) => lookupKey(project, kind, value, id);
  return [
    ...added.map((value) => ({ Put: { ...isLookup(table), Item: { ...lookup(value), type: 'lookup', version: 1 } } })),
    ...removed.map((value) => ({ Delete: { ...isLookup(table), Key: lookup(value) } })),
  ];
}

/** The keys of all entries by which a record with these external data may be found. */
export function lookupKeysOf(
  { project, kind, id }: FoundByValue,
  external: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): ItemKey[] {
  const texts = Object.values(external).flatMap((group) => Object.values(group).map(String));
  return [...new Set(texts)].map((text) => lookupKey(project, kind, text, id));
}

/**
 * Reads the ids of records under a text, consistently, a page of `pageSize` at a time. An entry may outlive the value: whether
 * the record still holds it is for the reader to see.
 */
export async function* readLookup(
  table: Table,
  { project, kind, value, pageSize }: { project: string; kind: 'ticket' | 'member'; value: string; pageSize: number },
): AsyncGenerator<string[]> {
  const pages = readPages(table, {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': lookupKey(project, kind, value, '').pk },
    ConsistentRead: true,
    Limit: pageSize,
  });
  for await (const page of pages) yield page.map((item) => LookupEntry.parse(item).sk);
}

/** Removes the entry of a record that does not hold the value any more. */
export async function removeLookup(
  table: Table,
  { project, kind, id, value }: FoundByValue & { value: string },
): Promise<void> {
  const Key = lookupKey(project, kind, value, id);
  try {
    await table.client.send(new DeleteCommand({ ...isLookup(table), Key }));
  } catch (error) {
    // Whoever clears away may be hindered: the entry does no harm but to cost a read.
    if (!isContention(error)) throw error;
  }
}

/** An entry may be there already, of another field with the same value, or may be missing, of a field that was none then. */
function isLookup(table: Table) {
  return {
    TableName: table.name,
    ConditionExpression: 'attribute_not_exists(pk) OR #type = :lookup',
    ExpressionAttributeNames: { '#type': 'type' },
    ExpressionAttributeValues: { ':lookup': 'lookup' },
  };
}
