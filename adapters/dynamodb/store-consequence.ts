import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { addedItems, type ConsequenceWrite, type OnceMark, recordItems, type TransactItem } from './consequences.ts';
import type { DeliveryStorage } from './deliveries.ts';
import { cancelledItem, failedConditions, isContention, type Table } from './table.ts';

/**
 * Stores a whole consequence, all or nothing, if its records have not changed since they were read. After contention the
 * same can be tried again: what is there already counts as stored. Where one of its marks is there, it was done before.
 */
export async function storeConsequence(
  table: Table,
  write: ConsequenceWrite,
  storage: DeliveryStorage,
): Promise<'stored' | 'changed-meanwhile' | 'done-before' | 'contended'> {
  const records = [...recordItems(table, write), ...(write.beside ?? [])];
  const marks = (write.marks ?? []).map((mark) => markItem(table, mark, write.token));
  const added = addedItems(table, write.consequence, storage);
  const others = [...marks, ...added];
  if (others.length === 0 && records.every(({ ConditionCheck }) => ConditionCheck !== undefined)) return 'stored';
  try {
    const TransactItems = [...records, ...others];
    await table.client.send(new TransactWriteCommand({ TransactItems, ClientRequestToken: write.token }));
    return 'stored';
  } catch (error) {
    const failed = failedConditions(error);
    if (failed === undefined) {
      if (!isContention(error)) throw error;
      return 'contended';
    }
    // Ids are given once: a new item that is in the way is ours, of a try whose answer was lost.
    if (failed.some((place) => place >= records.length + marks.length)) return 'stored';
    const inTheWay = failed.filter((place) => place >= records.length).map((place) => cancelledItem(error, place));
    if (inTheWay.length === 0) return 'changed-meanwhile';
    return inTheWay.every((item) => item?.token?.S === write.token) ? 'stored' : 'done-before';
  }
}

/** The put of a mark, as a part of a transaction; `token` tells our own apart. */
export function markItem(table: Table, { item, unless }: OnceMark, token: string): TransactItem {
  const absent = 'attribute_not_exists(pk)';
  return {
    Put: {
      TableName: table.name,
      Item: { ...item, token },
      ConditionExpression: unless === undefined ? absent : `${absent} OR (${unless.condition})`,
      ...(unless?.names === undefined ? {} : { ExpressionAttributeNames: unless.names }),
      ...(unless?.values === undefined ? {} : { ExpressionAttributeValues: unless.values }),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}
