import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { AuditEntry } from '../../core/audit.ts';
import { batchGet } from './batch-get.ts';
import type { TransactItem } from './consequences.ts';
import { auditKey, auditListKey, auditPartition } from './keys.ts';
import { type Page, readListPage } from './lists.ts';
import { readPages } from './read-all.ts';
import { isConditionFailure, type Table } from './table.ts';

/** How long entries are kept, in days: a year, and the month in which somebody looks back at it. */
const keptDays = 400;

const LastKey = z.object({ sk: z.string() });
const ListedAudit = z.object({ project: z.string().optional(), id: z.string() });
const StoredAudit = AuditEntry.extend({ id: z.string() });

/** What a page reads: at most so many entries, after one. */
type AuditPage = { limit: number; after?: string | undefined };

/** The entry of a change, for the transaction that makes it. */
export function auditItem(table: Table, id: string, entry: AuditEntry): TransactItem {
  return { Put: putOf(table, id, entry, 'attribute_not_exists(pk)') };
}

/** Stores the entry of a change that was made. */
export async function addAuditEntry(table: Table, id: string, entry: AuditEntry): Promise<void> {
  try {
    await table.client.send(new PutCommand(putOf(table, id, entry, 'attribute_not_exists(pk)')));
  } catch (error) {
    // The first answer was lost on its way: the entry is there.
    if (!isConditionFailure(error)) throw error;
  }
}

/** Lists what was changed in a project, newest first. */
export async function listProjectAudit(
  table: Table,
  project: string,
  { limit, after }: AuditPage,
): Promise<Page<AuditEntry>> {
  const pk = auditPartition(project);
  const { Items = [], LastEvaluatedKey } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
      ...(after === undefined ? {} : { ExclusiveStartKey: { pk, sk: after } }),
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  const items = Items.map((item) => AuditEntry.parse(item));
  return LastEvaluatedKey === undefined ? { items } : { items, next: LastKey.parse(LastEvaluatedKey).sk };
}

/** Whether somebody has changed anything in a project, as far as entries are kept; read consistently. */
export async function hasChanged(table: Table, project: string, by: string): Promise<boolean> {
  const pages = readPages(table, {
    KeyConditionExpression: 'pk = :pk',
    FilterExpression: '#by = :by',
    ExpressionAttributeNames: { '#by': 'by' },
    ExpressionAttributeValues: { ':pk': auditPartition(project), ':by': by },
    ConsistentRead: true,
  });
  for await (const items of pages) if (items.length > 0) return true;
  return false;
}

/** Lists what was changed anywhere, newest first; may lag a write by a second. */
export async function listAudit(table: Table, page: AuditPage): Promise<Page<AuditEntry>> {
  const { listPk } = auditListKey('', '');
  const listed = await readListPage(table, { listPk, ...page, newestFirst: true }, (columns, listSk) => {
    const { project, id } = ListedAudit.parse(columns);
    return auditKey(project, listSk.slice(0, listSk.indexOf('#')), id);
  });
  const found = await batchGet(table, listed.items);
  const entries = new Map(found.map((item) => [StoredAudit.parse(item).id, AuditEntry.parse(item)]));
  const items = listed.items.flatMap(({ sk }) => entries.get(sk.slice(sk.indexOf('#') + 1)) ?? []);
  return listed.next === undefined ? { items } : { items, next: listed.next };
}

function putOf(table: Table, id: string, entry: AuditEntry, ConditionExpression: string) {
  const { project, at } = entry;
  return {
    TableName: table.name,
    ConditionExpression,
    Item: {
      ...auditKey(project, at, id),
      ...auditListKey(at, id),
      ...entry,
      id,
      type: 'audit',
      // What a document is at belongs to the entry; the item never changes but for erasures.
      listed: { ...(project === undefined ? {} : { project }), id },
      expiresAt: Math.floor(Date.parse(at) / 1_000) + keptDays * 24 * 60 * 60,
    },
  };
}
