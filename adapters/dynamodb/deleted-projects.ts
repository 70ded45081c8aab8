import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { AuditEntry } from '../../core/audit.ts';
import type { Run } from '../../core/runs/run.ts';
import { auditItem } from './audit.ts';
import { type ItemKey, projectKey, runKey, runPagePrefix, runResultPrefix } from './keys.ts';
import { removeItem } from './remove-item.ts';
import { readPartition } from './rewrites.ts';
import { newRunItem, type RunName } from './runs.ts';
import type { Table } from './table.ts';
import { transact } from './transact.ts';

const Deletion = z.object({ deletedBy: z.string() });

/** A project that is to be deleted, the entry that says by whom, and what makes the call happen once. */
export type ProjectDeletion = { run: Run; entry: AuditEntry; entryId: string; token: string };

/**
 * Hides an archived project and stores the run that clears it away: its pointer is the mark that its key is taken until then.
 *
 *   archived, not deleted  ->  deleted by the run, in no list
 */
export async function deleteProject(
  table: Table,
  { run, entry, entryId, token }: ProjectDeletion,
  dueShards: number,
): Promise<'deleted' | 'changed-meanwhile' | 'contended'> {
  const hide = {
    Update: {
      TableName: table.name,
      Key: projectKey(run.project),
      UpdateExpression: 'SET deletedBy = :run REMOVE listPk, listSk, listed',
      ConditionExpression: 'attribute_exists(archivedAt) AND attribute_not_exists(deletedBy)',
      ExpressionAttributeValues: { ':run': run.id },
    },
  };
  const items = [hide, newRunItem(table, run, dueShards), auditItem(table, entryId, entry)];
  const outcome = await transact(table, items, token);
  return outcome === 'stored' ? 'deleted' : outcome;
}

/** The run that clears a deleted project away, consistently; undefined where none does. */
export async function findDeletion(table: Table, project: string): Promise<string | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: projectKey(project), ConsistentRead: true }),
  );
  return Deletion.safeParse(Item).data?.deletedBy;
}

/**
 * Frees the key of a project that its run has cleared away, and forgets what the run named; the run itself stays. Of a project
 * that was made anew under the key nothing is touched.
 */
export async function freeProject(table: Table, { project, id }: RunName): Promise<void> {
  const { pk } = runKey(project, id);
  for await (const items of readPartition(table, pk)) {
    for (const item of items) {
      const isNamed = item.sk.startsWith(runPagePrefix) || item.sk.startsWith(runResultPrefix);
      if (isNamed) await removeItem(table, item);
    }
  }
  await removeItem(table, projectKey(project), { condition: 'deletedBy = :run', values: { ':run': id } });
}

/** Removes an item unless somebody has leased it; `now` is in epoch milliseconds. */
export async function removeUnleased(table: Table, key: ItemKey, now: number): Promise<'removed' | 'leased'> {
  const condition = 'attribute_not_exists(leaseUntil) OR leaseUntil <= :now';
  const isRemoved = await removeItem(table, key, { condition, values: { ':now': new Date(now).toISOString() } });
  return isRemoved ? 'removed' : 'leased';
}
