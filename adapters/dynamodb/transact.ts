import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { TransactItem } from './consequences.ts';
import { failedConditions, isContention, type Table } from './table.ts';

/** Stores all of these or none; `token` names the transaction, which DynamoDB carries out once within ten minutes. */
export async function transact(
  table: Table,
  TransactItems: TransactItem[],
  token: string,
): Promise<'stored' | 'changed-meanwhile' | 'contended'> {
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems, ClientRequestToken: token }));
    return 'stored';
  } catch (error) {
    if (failedConditions(error) !== undefined) return 'changed-meanwhile';
    if (!isContention(error)) throw error;
    return 'contended';
  }
}
