import { GetCommand, PutCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { ApiKey } from '../../core/keys/api-key.ts';
import { batchGet } from './batch-get.ts';
import { apiKeyKey, apiKeyListKey, deletedKeyKey, deletedKeyListKey } from './keys.ts';
import { type Page, type PageRequest, readListPage } from './lists.ts';
import { failedConditions, isConditionFailure, type Table } from './table.ts';

/** What is shown of an API key: everything but its hash. */
export const ListedApiKey = ApiKey.omit({ hash: true, previous: true })
  .extend({
    previousValidUntil: z.iso.datetime().optional().describe('Until when the secret before the last rotation counts.'),
  })
  .meta({ id: 'ApiKey' });
export type ListedApiKey = z.infer<typeof ListedApiKey>;

/** An API key as it is stored, with the version that guards its next change. */
export type StoredApiKey = { key: ApiKey; version: number };

const Stored = z.looseObject({ version: z.int() });

/** A key as it may be shown. */
export function showApiKey({ previous, ...key }: ApiKey): ListedApiKey {
  return ListedApiKey.parse({ ...key, previousValidUntil: previous?.validUntil });
}

/** Reads an API key to change it, consistently; undefined where there is none. */
export async function findStoredApiKey(table: Table, prefix: string): Promise<StoredApiKey | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: apiKeyKey(prefix), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : { key: ApiKey.parse(Item), version: Stored.parse(Item).version };
}

/** Stores a changed API key, unless it was changed or deleted meanwhile; its last use stays as it is. */
export async function replaceApiKey(
  table: Table,
  before: StoredApiKey,
  key: ApiKey,
): Promise<'stored' | 'changed-meanwhile'> {
  try {
    await table.client.send(
      new PutCommand({
        TableName: table.name,
        Item: toItem(key, before.version + 1),
        ConditionExpression: '#version = :before',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':before': before.version },
      }),
    );
    return 'stored';
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return 'changed-meanwhile';
  }
}

/** Notes that a key was used, unless that was noted after `since` (RFC 3339) or the key is gone. */
export async function noteKeyUse(table: Table, prefix: string, at: string, since: string): Promise<void> {
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: apiKeyKey(prefix),
        UpdateExpression: 'SET lastUsedAt = :at',
        ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(lastUsedAt) OR lastUsedAt < :since)',
        ExpressionAttributeValues: { ':at': at, ':since': since },
      }),
    );
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
  }
}

function toItem(key: ApiKey, version: number) {
  return {
    ...apiKeyKey(key.prefix),
    ...apiKeyListKey(key.prefix),
    ...key,
    type: 'api-key',
    version,
    listed: listedColumns(key),
  };
}

/** What a list shows of a key: its last use is not written there each time. */
function listedColumns(key: ApiKey): Omit<ListedApiKey, 'lastUsedAt'> {
  const { lastUsedAt: _, ...listed } = showApiKey(key);
  return listed;
}

/** Reads an API key by its prefix, consistently; undefined where there is none. */
export async function findApiKey(table: Table, prefix: string): Promise<ApiKey | undefined> {
  return (await findStoredApiKey(table, prefix))?.key;
}

/** Stores a new API key, unless its prefix is taken by a key with another secret. */
export async function addApiKeyOnce(table: Table, key: ApiKey): Promise<'added' | 'prefix-taken'> {
  try {
    await table.client.send(
      new PutCommand({
        TableName: table.name,
        Item: toItem(key, 1),
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return 'added';
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    // A write whose answer was lost on the way is repeated: then the key that is there is ours.
    const isOwn = error.Item !== undefined && ApiKey.parse(unmarshall(error.Item)).hash === key.hash;
    return isOwn ? 'added' : 'prefix-taken';
  }
}

/** Days for which the prefix of a deleted key is known: what crossed with it is kept for 30, and an erasure takes a while. */
const keptDeletedDays = 35;

/** Deletes an API key at an instant (epoch milliseconds): it stops working as soon as caches run out. */
export async function deleteApiKey(table: Table, prefix: string, now: number): Promise<'deleted' | 'absent'> {
  const expiresAt = Math.floor(now / 1_000) + keptDeletedDays * 24 * 60 * 60;
  const mark = {
    ...{ ...deletedKeyKey(prefix), ...deletedKeyListKey(prefix) },
    ...{ type: 'deleted-api-key', version: 1, listed: { prefix }, expiresAt },
  };
  try {
    await table.client.send(
      new TransactWriteCommand({
        TransactItems: [
          { Delete: { TableName: table.name, Key: apiKeyKey(prefix), ConditionExpression: 'attribute_exists(pk)' } },
          {
            Put: {
              TableName: table.name,
              Item: mark,
              ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :expiresAt',
              ExpressionAttributeValues: { ':expiresAt': expiresAt },
            },
          },
        ],
      }),
    );
    return 'deleted';
  } catch (error) {
    if (failedConditions(error) === undefined) throw error;
    return 'absent';
  }
}

/** Lists all API keys by prefix; their last uses, which change too often for a list, are read from the keys. */
export async function listApiKeys(
  table: Table,
  page: { limit: number; after?: string | undefined },
): Promise<Page<ListedApiKey>> {
  const { listPk } = apiKeyListKey('');
  const found = await readListPage(table, { listPk, ...page, newestFirst: false }, (listed) =>
    ListedApiKey.parse(listed),
  );
  const stored = await batchGet(
    table,
    found.items.map(({ prefix }) => apiKeyKey(prefix)),
    { mayLag: true },
  );
  const lastUse = new Map(stored.map((item) => [item.prefix, item.lastUsedAt]));
  return {
    ...found,
    items: found.items.map((key) => ListedApiKey.parse({ ...key, lastUsedAt: lastUse.get(key.prefix) })),
  };
}

/** Lists the prefixes of all API keys, and of those whose deletion is not long past. */
export async function listKeyPrefixes(table: Table): Promise<string[]> {
  const prefixes = new Set<string>();
  for (const { listPk } of [apiKeyListKey(''), deletedKeyListKey('')]) {
    let after: string | undefined;
    do {
      const request: PageRequest = { listPk, limit: 200, after, newestFirst: false };
      const page: Page<string> = await readListPage(table, request, (_, prefix) => prefix);
      for (const prefix of page.items) prefixes.add(prefix);
      after = page.next;
    } while (after !== undefined);
  }
  return [...prefixes];
}
