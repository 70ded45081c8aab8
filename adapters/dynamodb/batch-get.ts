import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import type { ItemKey } from './keys.ts';
import type { Table } from './table.ts';

/** Keys one BatchGetItem takes, a limit of DynamoDB. */
const maxBatchKeys = 100;

/** Reads the items with these distinct keys, consistently unless they may lag, in no order; the missing ones are not in the answer. */
export async function batchGet(
  table: Table,
  keys: readonly ItemKey[],
  { mayLag = false }: { mayLag?: boolean } = {},
): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for (let start = 0; start < keys.length; start += maxBatchKeys) {
    let wanted: Record<string, unknown>[] = keys.slice(start, start + maxBatchKeys);
    while (wanted.length > 0) {
      const answer = await table.client.send(
        new BatchGetCommand({ RequestItems: { [table.name]: { Keys: wanted, ConsistentRead: !mayLag } } }),
      );
      items.push(...(answer.Responses?.[table.name] ?? []));
      wanted = answer.UnprocessedKeys?.[table.name]?.Keys ?? [];
    }
  }
  return items;
}
