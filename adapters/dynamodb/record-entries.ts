import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Change } from '../../core/records/change.ts';
import { Comment } from '../../core/records/comment.ts';
import { changePrefix, commentPrefix, type ItemKey } from './keys.ts';
import type { Page } from './lists.ts';
import type { Table } from './table.ts';

/** What a page of a record's entries reads: at most so many, after a sort key. */
export type EntriesRequest = { limit: number; after?: string | undefined; newestFirst: boolean };

const LastKey = z.object({ sk: z.string() });

/** Lists a record's history, consistently. */
export async function listChanges(table: Table, record: ItemKey, page: EntriesRequest): Promise<Page<Change>> {
  return await listEntries(table, record, changePrefix, page, (item) => Change.parse(item));
}

/** Lists the comments on a record, consistently. */
export async function listComments(table: Table, record: ItemKey, page: EntriesRequest): Promise<Page<Comment>> {
  return await listEntries(table, record, commentPrefix, page, (item) => Comment.parse(item));
}

async function listEntries<Entry>(
  table: Table,
  { pk }: ItemKey,
  prefix: string,
  { limit, after, newestFirst }: EntriesRequest,
  parse: (item: unknown) => Entry,
): Promise<Page<Entry>> {
  const { Items = [], LastEvaluatedKey } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
      ...(after === undefined ? {} : { ExclusiveStartKey: { pk, sk: after } }),
      ScanIndexForward: !newestFirst,
      Limit: limit,
      ConsistentRead: true,
    }),
  );
  const items = Items.map(parse);
  return LastEvaluatedKey === undefined ? { items } : { items, next: LastKey.parse(LastEvaluatedKey).sk };
}
