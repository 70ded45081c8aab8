import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import type { ItemKey } from './keys.ts';
import { isConditionFailure, type Table } from './table.ts';

/** What an item must be to be removed: a condition, with its values. */
type RemovalCondition = { condition: string; values?: Readonly<Record<string, unknown>> };

/** Removes an item for good if it is still there, or as a condition says; whether it was removed. */
export async function removeItem(
  table: Table,
  { pk, sk }: ItemKey,
  { condition, values }: RemovalCondition = { condition: 'attribute_exists(pk)' },
): Promise<boolean> {
  try {
    await table.client.send(
      new DeleteCommand({
        TableName: table.name,
        Key: { pk, sk },
        ConditionExpression: condition,
        ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
      }),
    );
    return true;
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return false;
  }
}
