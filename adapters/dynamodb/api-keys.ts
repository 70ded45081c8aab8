import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { ApiKey } from '../../core/keys/api-key.ts';
import { apiKeyKey, apiKeyListKey } from './keys.ts';
import { type Page, readListPage } from './lists.ts';
import { isConditionFailure, type Table } from './table.ts';

/** What is shown of an API key: everything but its hash. */
export const ListedApiKey = ApiKey.omit({ hash: true }).meta({ id: 'ApiKey' });
export type ListedApiKey = Omit<ApiKey, 'hash'>;

/** Reads an API key by its prefix, consistently; undefined where there is none. */
export async function findApiKey(table: Table, prefix: string): Promise<ApiKey | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: apiKeyKey(prefix), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : ApiKey.parse(Item);
}

/** Stores a new API key, unless its prefix is taken by a key with another secret. */
export async function addApiKeyOnce(table: Table, key: ApiKey): Promise<'added' | 'prefix-taken'> {
  const Item = {
    ...apiKeyKey(key.prefix),
    ...apiKeyListKey(key.prefix),
    ...key,
    type: 'api-key',
    version: 1,
    listed: ListedApiKey.parse(key),
  };
  try {
    await table.client.send(
      new PutCommand({
        TableName: table.name,
        Item,
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

/** Deletes an API key: it stops working as soon as caches run out. */
export async function deleteApiKey(table: Table, prefix: string): Promise<'deleted' | 'absent'> {
  try {
    await table.client.send(
      new DeleteCommand({
        TableName: table.name,
        Key: apiKeyKey(prefix),
        ConditionExpression: 'attribute_exists(pk)',
      }),
    );
    return 'deleted';
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return 'absent';
  }
}

/** Lists all API keys by prefix. */
export async function listApiKeys(
  table: Table,
  page: { limit: number; after?: string | undefined },
): Promise<Page<ListedApiKey>> {
  const { listPk } = apiKeyListKey('');
  return await readListPage(table, { listPk, ...page, newestFirst: false }, (listed) => ListedApiKey.parse(listed));
}
