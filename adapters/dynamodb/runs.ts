import { isDeepStrictEqual } from 'node:util';
import { GetCommand, PutCommand, type PutCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { Run } from '../../core/runs/run.ts';
import { runKey } from './keys.ts';
import { isConditionFailure, isContention, type Table } from './table.ts';

/** How long a run is kept, in seconds: 90 days. */
const keptSeconds = 90 * 24 * 60 * 60;

/** Stores a run before anything of it is done, so that what it did can always be traced to it. */
export async function storeRun(table: Table, project: string, run: Run): Promise<void> {
  await putOwnRun(table, run, { Item: runItem(project, run, 1), ConditionExpression: 'attribute_not_exists(pk)' });
}

/** Stores how a run ended. */
export async function storeFinishedRun(table: Table, project: string, run: Run): Promise<'stored' | 'contended'> {
  try {
    await putOwnRun(table, run, {
      Item: runItem(project, run, 2),
      ConditionExpression: '#version = :begun',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':begun': 1 },
    });
    return 'stored';
  } catch (error) {
    if (!isContention(error)) throw error;
    return 'contended';
  }
}

/** Reads a run, consistently; undefined where there is none in this project. */
export async function findRun(table: Table, project: string, id: string): Promise<Run | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: runKey(project, id), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : Run.parse(Item);
}

/** Puts a run; where a try whose answer was lost has put the very same, that is as good. */
async function putOwnRun(
  table: Table,
  run: Run,
  put: Omit<PutCommandInput, 'TableName' | 'ReturnValuesOnConditionCheckFailure'>,
): Promise<void> {
  try {
    await table.client.send(
      new PutCommand({ ...put, TableName: table.name, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
    );
  } catch (error) {
    if (!isConditionFailure(error) || error.Item === undefined) throw error;
    if (!isDeepStrictEqual(Run.parse(unmarshall(error.Item)), run)) throw error;
  }
}

function runItem(project: string, run: Run, version: number): Record<string, unknown> {
  const expiresAt = Math.floor(Date.parse(run.startedAt) / 1000) + keptSeconds;
  return { ...runKey(project, run.id), ...run, project, type: 'run', version, expiresAt };
}
