import { PutCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Tally } from '../../core/runs/result.ts';
import { Run, RunPage } from '../../core/runs/run.ts';
import { batchGet } from './batch-get.ts';
import type { TransactItem } from './consequences.ts';
import { runKey, runPageKey, runPagePrefix } from './keys.ts';
import { readPages } from './read-all.ts';
import { type RunName, type RunUpdate, runExpiry, runUpdateItem } from './runs.ts';
import { cancelledItem, failedConditions, isConditionFailure, isContention, type Table } from './table.ts';

/** Pages that are put at once. */
const atOnce = 20;

/** Stores the pages of a run that is not stored yet; what is there already is of a try whose answer was lost. */
export async function storePages(table: Table, run: Run, pages: readonly RunPage[]): Promise<void> {
  for (let start = 0; start < pages.length; start += atOnce) {
    const some = pages.slice(start, start + atOnce);
    await Promise.all(some.map((page) => storePage(table, run, page)));
  }
}

async function storePage(table: Table, run: Run, page: RunPage): Promise<void> {
  try {
    await table.client.send(new PutCommand(newPage(table, run, page)));
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
  }
}

/** Stores pages together with how far counting has come, if it is still ours to do; at most 90. */
export async function storeCounted(
  table: Table,
  run: Run,
  { pages, update }: { pages: readonly RunPage[]; update: RunUpdate },
  { token, dueShards }: { token: string; dueShards: number },
): Promise<'stored' | 'not-ours'> {
  const own = runUpdateItem(table, run, update, dueShards);
  const items: TransactItem[] = [own, ...pages.map((page) => ({ Put: newPage(table, run, page) }))];
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems: items, ClientRequestToken: token }));
    return 'stored';
  } catch (error) {
    if (failedConditions(error) === undefined) throw error;
    return 'not-ours';
  }
}

/** Reads a run and one of its pages, consistently. */
export async function findPage(
  table: Table,
  { project, id }: RunName,
  number: number,
): Promise<{ run: Run; page: RunPage } | undefined> {
  const keys = [runKey(project, id), runPageKey(project, id, number)];
  const items = await batchGet(table, keys);
  const [run, page] = keys.map(({ sk }) => items.find((item) => item.sk === sk));
  return run === undefined || page === undefined ? undefined : { run: Run.parse(run), page: RunPage.parse(page) };
}

/**
 * Leases a page, so that nobody else works it.
 *
 *   run running, page as it was read and not leased  ->  page leased
 */
export async function takePage(
  table: Table,
  { run, page }: { run: Run; page: RunPage },
  lease: { token: string; now: number; until: number },
): Promise<'taken' | 'not-running' | 'in-hand' | 'contended'> {
  const items: TransactItem[] = [
    {
      ConditionCheck: {
        TableName: table.name,
        Key: runKey(run.project, run.id),
        ConditionExpression: '#state = :running AND stretch = :stretch',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':running': 'running', ':stretch': run.stretch },
      },
    },
    {
      Update: {
        TableName: table.name,
        Key: runPageKey(run.project, run.id, page.number),
        UpdateExpression: 'SET leaseUntil = :until, leasedBy = :token, leases = :leases',
        ConditionExpression: 'leases = :before AND (attribute_not_exists(leaseUntil) OR leaseUntil <= :now)',
        ExpressionAttributeValues: {
          ':until': new Date(lease.until).toISOString(),
          ':token': lease.token,
          ':leases': page.leases + 1,
          ':before': page.leases,
          ':now': new Date(lease.now).toISOString(),
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  ];
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems: items, ClientRequestToken: lease.token }));
    return 'taken';
  } catch (error) {
    const failed = failedConditions(error);
    if (failed === undefined) {
      if (!isContention(error)) throw error;
      return 'contended';
    }
    if (cancelledItem(error, 1)?.leasedBy?.S === lease.token) return 'taken';
    return failed.includes(0) ? 'not-running' : 'in-hand';
  }
}

/** Gives a page back that is not done yet. */
export async function releasePage(table: Table, run: RunName, page: RunPage, token: string): Promise<void> {
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: runPageKey(run.project, run.id, page.number),
        UpdateExpression: 'REMOVE leaseUntil, leasedBy',
        ConditionExpression: 'leasedBy = :token',
        ExpressionAttributeValues: { ':token': token },
      }),
    );
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
  }
}

/**
 * Settles a page with what its targets came to, once, together with the counters of its run.
 *
 *   leased by us, not done in this round  ->  done in this round; the run has one page less to do
 */
export async function settlePage(
  table: Table,
  { run, page, tally, worked }: { run: Run; page: RunPage; tally: Tally; worked: number },
  { token, dueShards }: { token: string; dueShards: number },
): Promise<'settled' | 'not-ours' | 'contended'> {
  const before = page.tally ?? { done: 0, failed: 0, skipped: 0 };
  const add = {
    done: tally.done - before.done,
    failed: tally.failed - before.failed,
    skipped: tally.skipped - before.skipped,
    open: -1,
    worked,
  };
  const items: TransactItem[] = [
    runUpdateItem(table, run, { add }, dueShards),
    {
      Update: {
        TableName: table.name,
        Key: runPageKey(run.project, run.id, page.number),
        UpdateExpression: 'SET doneRound = :round, tally = :tally, settledBy = :token REMOVE leaseUntil, leasedBy',
        ConditionExpression: 'leasedBy = :token',
        ExpressionAttributeValues: { ':round': run.round, ':tally': tally, ':token': token },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  ];
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems: items }));
    return 'settled';
  } catch (error) {
    if (failedConditions(error) === undefined) {
      if (!isContention(error)) throw error;
      return 'contended';
    }
    // Its own earlier try, whose answer was lost.
    return cancelledItem(error, 1)?.settledBy?.S === token ? 'settled' : 'not-ours';
  }
}

/** Yields all pages of a run in their order, consistently. */
export async function* readRunPages(table: Table, { project, id }: RunName): AsyncGenerator<RunPage[]> {
  const pages = readPages(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :pages)',
    ExpressionAttributeValues: { ':pk': runKey(project, id).pk, ':pages': runPagePrefix },
    ConsistentRead: true,
  });
  for await (const items of pages) yield items.map((item) => RunPage.parse(item));
}

function newPage(table: Table, run: Run, page: RunPage) {
  const key = runPageKey(run.project, run.id, page.number);
  return {
    TableName: table.name,
    Item: { ...key, ...page, type: 'run-page', version: 1, expiresAt: runExpiry(run) },
    ConditionExpression: 'attribute_not_exists(pk)',
  };
}
