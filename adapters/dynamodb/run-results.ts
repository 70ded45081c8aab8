import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { RunResult } from '../../core/runs/result.ts';
import type { Run } from '../../core/runs/run.ts';
import type { OnceMark } from './consequences.ts';
import { runKey, runResultKey, runResultPrefix } from './keys.ts';
import type { Page } from './lists.ts';
import { type RunName, runExpiry } from './runs.ts';
import { isConditionFailure, type Table } from './table.ts';

/** Results that a filtered page looks through at most. */
const maxLookedThrough = 1_000;

/** A result as stored: of which target of its page, and in which round. */
export const StoredResult = RunResult.extend({ place: z.int(), round: z.int() });
export type StoredResult = z.infer<typeof StoredResult>;

/** Where one target stands in a run: its page, and its place there from 0. */
export type TargetPlace = { page: number; place: number };

const LastKey = z.object({ sk: z.string() });

/** The mark that one target of a run has been seen to, which is its result; a failed one gives way to a later round. */
export function resultMark(run: Run, { page, place }: TargetPlace, result: RunResult): OnceMark {
  const item = {
    ...runResultKey(run.project, run.id, page, place),
    ...result,
    place,
    round: run.round,
    type: 'run-result',
    version: 1,
    expiresAt: runExpiry(run),
  };
  if (run.round === 1) return { item };
  const unless = {
    condition: '#outcome = :failed AND #round < :round',
    names: { '#outcome': 'outcome', '#round': 'round' },
    values: { ':failed': 'failed', ':round': run.round },
  };
  return { item, unless };
}

/** Stores a result by itself, where nothing else is stored with it. */
export async function storeResult(table: Table, { item, unless }: OnceMark): Promise<'stored' | 'done-before'> {
  try {
    await table.client.send(
      new PutCommand({
        TableName: table.name,
        Item: item,
        ConditionExpression: `attribute_not_exists(pk)${unless === undefined ? '' : ` OR (${unless.condition})`}`,
        ...(unless?.names === undefined ? {} : { ExpressionAttributeNames: unless.names }),
        ...(unless?.values === undefined ? {} : { ExpressionAttributeValues: unless.values }),
      }),
    );
    return 'stored';
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return 'done-before';
  }
}

/** Reads what became of one target, consistently. */
export async function getResult(table: Table, run: RunName, { page, place }: TargetPlace): Promise<StoredResult> {
  const Key = runResultKey(run.project, run.id, page, place);
  const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
  return StoredResult.parse(Item);
}

/** Reads the results of one page (of 25 targets or fewer) in their order, consistently. */
export async function readPageResults(table: Table, run: RunName, page: number): Promise<StoredResult[]> {
  const { pk, sk } = runResultKey(run.project, run.id, page, 0);
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :page)',
      ExpressionAttributeValues: { ':pk': pk, ':page': sk.slice(0, sk.lastIndexOf('#') + 1) },
      ConsistentRead: true,
    }),
  );
  return Items.map((item) => StoredResult.parse(item));
}

/** Lists a run's results in the order of its targets; a filtered page may hold few or none and still go on. */
export async function listResults(
  table: Table,
  run: RunName,
  page: { limit: number; after?: string | undefined; outcome?: RunResult['outcome'] | undefined },
): Promise<Page<RunResult>> {
  const { pk } = runKey(run.project, run.id);
  const { limit, after, outcome } = page;
  const { Items = [], LastEvaluatedKey } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :results)',
      ...(outcome === undefined
        ? {}
        : { FilterExpression: '#outcome = :outcome', ExpressionAttributeNames: { '#outcome': 'outcome' } }),
      ExpressionAttributeValues: {
        ':pk': pk,
        ':results': runResultPrefix,
        ...(outcome === undefined ? {} : { ':outcome': outcome }),
      },
      ...(after === undefined ? {} : { ExclusiveStartKey: { pk, sk: after } }),
      Limit: outcome === undefined ? limit : Math.max(limit, maxLookedThrough),
      ConsistentRead: true,
    }),
  );
  const entries = Items.slice(0, limit);
  const items = entries.map((item) => RunResult.parse(item));
  const last = entries.at(-1);
  if (Items.length > entries.length && last !== undefined) return { items, next: LastKey.parse(last).sk };
  return LastEvaluatedKey === undefined ? { items } : { items, next: LastKey.parse(LastEvaluatedKey).sk };
}
