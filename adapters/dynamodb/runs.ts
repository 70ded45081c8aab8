import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { runLane } from '../../core/deliveries/message.ts';
import { Run } from '../../core/runs/run.ts';
import type { StateChange } from '../../core/runs/run-request.ts';
import type { TransactItem } from './consequences.ts';
import { dueKey, runKey, runListKey } from './keys.ts';
import { isConditionFailure, type Table } from './table.ts';

/** How long a run is kept, in seconds: 90 days, and 7 where its pages hold what a file says of people. */
const keptSeconds = 90 * 24 * 60 * 60;
const keptImportSeconds = 7 * 24 * 60 * 60;

/** Names a run. */
export type RunName = Pick<Run, 'project' | 'id'>;

/** A change of a run, made if the run is as `change` or `from` and `when` say; an undefined value there is one that is absent. */
export type RunUpdate = {
  change?: StateChange;
  from?: readonly Run['state'][];
  when?: { [Name in keyof Run]?: Run[Name] | undefined };
  set?: Partial<Run>;
  add?: { [Name in 'total' | 'done' | 'failed' | 'skipped' | 'pages' | 'open' | 'worked']?: number };
  remove?: readonly (keyof Run)[];
  /** When somebody is to look at the run (epoch milliseconds); `never` takes it out of the due index. */
  tendAt?: number | 'never';
};

/** What a change of a run came to; `run` is the run afterwards, or as it is where the change did not fit. */
export type RunUpdated = { outcome: 'changed'; run: Run } | { outcome: 'refused'; run: Run | undefined };

/** When an item of a run is deleted, in epoch seconds. */
export function runExpiry({ startedAt, kind }: Pick<Run, 'startedAt' | 'kind'>): number {
  return Math.floor(Date.parse(startedAt) / 1000) + (kind === 'import' ? keptImportSeconds : keptSeconds);
}

/** The conditional put of a new run. */
export function newRunItem(table: Table, run: Run, dueShards: number): TransactItem & { Put: object } {
  const due = run.tendAt === undefined ? {} : dueOf(run, run.tendAt, dueShards);
  return {
    Put: {
      TableName: table.name,
      Item: {
        ...runKey(run.project, run.id),
        ...runListKey(run.project, run.startedAt, run.id),
        ...due,
        ...run,
        type: 'run',
        version: 1,
        listed: {},
        expiresAt: runExpiry(run),
      },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  };
}

/** Stores a run before anything of it is done, so that what it did can always be traced to it. */
export async function storeRun(table: Table, run: Run, dueShards: number): Promise<void> {
  const { Put } = newRunItem(table, run, dueShards);
  try {
    await table.client.send(new PutCommand({ ...Put, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }));
  } catch (error) {
    // Ids are given once: what is in the way is ours, of a try whose answer was lost.
    if (!isConditionFailure(error) || error.Item === undefined) throw error;
    if (Run.parse(unmarshall(error.Item)).startedAt !== run.startedAt) throw error;
  }
}

/** Reads a run, consistently; undefined where there is none in this project. */
export async function findRun(table: Table, { project, id }: RunName): Promise<Run | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: runKey(project, id), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : Run.parse(Item);
}

/** Changes a run; `token` names the change, so that one whose answer was lost is recognised. */
export async function changeRun(
  table: Table,
  name: RunName,
  update: RunUpdate,
  { token, dueShards }: { token: string; dueShards: number },
): Promise<RunUpdated> {
  const { Update } = runUpdateItem(table, name, { ...update, set: { ...update.set, changedBy: token } }, dueShards);
  try {
    const { Attributes } = await table.client.send(
      new UpdateCommand({ ...Update, ReturnValues: 'ALL_NEW', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
    );
    return { outcome: 'changed', run: Run.parse(Attributes) };
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    const run = error.Item === undefined ? undefined : Run.parse(unmarshall(error.Item));
    return run?.changedBy === token ? { outcome: 'changed', run } : { outcome: 'refused', run };
  }
}

/** A change of a run as a part of a transaction. */
export function runUpdateItem(table: Table, name: RunName, update: RunUpdate, dueShards: number) {
  const { change, from = change?.from, when = {}, add = {}, remove = [], tendAt } = update;
  const due = typeof tendAt === 'number' ? dueOf(name, new Date(tendAt).toISOString(), dueShards) : {};
  const set: Record<string, unknown> = {
    ...update.set,
    ...(change === undefined ? {} : { state: change.to }),
    ...(typeof tendAt === 'number' ? { ...due, tendAt: new Date(tendAt).toISOString() } : {}),
  };
  const removed = [...remove, ...(tendAt === 'never' ? ['tendAt', 'duePk', 'dueSk'] : [])];
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const nameFor = (attribute: string) => {
    names[`#${attribute}`] = attribute;
    return `#${attribute}`;
  };
  const placeFor = (attribute: string, value: unknown) => {
    values[`:${attribute}`] = value;
    return `:${attribute}`;
  };
  const assignments = [
    ...Object.entries(set).map(([key, value]) => `${nameFor(key)} = ${placeFor(key, value)}`),
    ...Object.entries(add).map(([key, value]) => `${nameFor(key)} = ${nameFor(key)} + ${placeFor(key, value)}`),
  ];
  const conditions = [
    'attribute_exists(pk)',
    ...(from === undefined
      ? []
      : [`${nameFor('state')} IN (${from.map((state) => placeFor(`from${state}`, state)).join(', ')})`]),
    ...Object.entries(when).map(([key, value]) =>
      value === undefined
        ? `attribute_not_exists(${nameFor(key)})`
        : `${nameFor(key)} = ${placeFor(`was${key}`, value)}`,
    ),
  ];
  const removal = removed.length === 0 ? '' : ` REMOVE ${removed.map(nameFor).join(', ')}`;
  return {
    Update: {
      TableName: table.name,
      Key: runKey(name.project, name.id),
      UpdateExpression: `SET ${assignments.join(', ')}${removal}`,
      ConditionExpression: conditions.join(' AND '),
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
    },
  };
}

function dueOf({ project, id }: RunName, dueAt: string, dueShards: number) {
  return dueKey({ id: `${project}/${id}`, lane: runLane }, dueAt, dueShards);
}
