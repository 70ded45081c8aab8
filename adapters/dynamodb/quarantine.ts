import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { keptSeconds } from '../../core/quarantine/bounds.ts';
import { type Correction, KeptSubmission, ListedSubmission } from '../../core/quarantine/submission.ts';
import { batchGet } from './batch-get.ts';
import type { TransactItem } from './consequences.ts';
import { submissionKey, submissionListKey } from './keys.ts';
import { type Page, type PageRequest, readListPage } from './lists.ts';
import { removeItem } from './remove-item.ts';
import { isConditionFailure, type Table } from './table.ts';

/** Reads a kept submission, consistently; undefined where there is none in this project, or its time is over. */
export async function findSubmission(
  table: Table,
  project: string,
  id: string,
  now: number,
): Promise<KeptSubmission | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: submissionKey(project, id), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : parseKept(Item, now);
}

/** Reads the kept submissions with these distinct ids, consistently, by id; the missing ones are not in the answer. */
export async function findSubmissions(
  table: Table,
  project: string,
  ids: readonly string[],
  now: number,
): Promise<Map<string, KeptSubmission>> {
  const items = await batchGet(
    table,
    ids.map((id) => submissionKey(project, id)),
  );
  const kept = items.flatMap((item) => parseKept(item, now) ?? []);
  return new Map(kept.map((submission) => [submission.id, submission]));
}

/** TTL deletes late: what is over is not there. */
function parseKept(item: Readonly<Record<string, unknown>>, now: number): KeptSubmission | undefined {
  const submission = KeptSubmission.parse(item);
  return Date.parse(submission.submittedAt) + keptSeconds * 1_000 > now ? submission : undefined;
}

/** What a listed submission must be, by any of a source's keys; each that is given counts. */
export type WantedSubmissions = {
  sources?: readonly string[] | undefined;
  state?: KeptSubmission['state'] | undefined;
  ticket?: string | undefined;
};

/** Lists a project's kept submissions, newest first unless turned; may lag a write by a second. */
export async function listSubmissions(
  table: Table,
  project: string,
  { limit, after = '', newestFirst }: { limit: number; after?: string | undefined; newestFirst: boolean },
  wanted: WantedSubmissions,
  now: number,
): Promise<Page<ListedSubmission>> {
  const { listPk } = submissionListKey(project, '', '');
  const over = lastOver(now);
  const from = newestFirst || after > over ? after : over;
  const page = { limit, newestFirst, ...(from === '' ? {} : { after: from }) };
  const { items, next } = await readListPage(
    table,
    { listPk, ...page, ...whereListed(wanted) },
    (listed, listSk): ListedSubmission | undefined => {
      if (listSk <= over) return undefined;
      const [submittedAt, id] = listSk.split('#');
      return ListedSubmission.parse({ ...listed, id, project, submittedAt });
    },
  );
  const kept = items.filter((item) => item !== undefined);
  return next === undefined || next <= over ? { items: kept } : { items: kept, next };
}

/** The end of those entries of the list whose time is over, though TTL has not deleted them yet. */
function lastOver(now: number): string {
  const { listSk } = submissionListKey('', new Date(now - keptSeconds * 1_000).toISOString(), '~');
  return listSk;
}

function whereListed({ sources, state, ticket }: WantedSubmissions): Pick<PageRequest, 'where'> {
  const given = [
    ...(sources === undefined ? [] : [{ name: 'source', wanted: sources }]),
    ...(state === undefined ? [] : [{ name: 'state', wanted: [state] }]),
    ...(ticket === undefined ? [] : [{ name: 'ticket', wanted: [ticket] }]),
  ];
  if (given.length === 0) return {};
  const values = given.flatMap(({ name, wanted }) => wanted.map((value, place) => [`:${name}${place}`, value]));
  const isOneOf = ({ name, wanted }: (typeof given)[number]) =>
    `#listed.#${name} IN (${wanted.map((_, place) => `:${name}${place}`).join(', ')})`;
  return {
    where: {
      expression: given.map(isOneOf).join(' AND '),
      names: { '#listed': 'listed', ...Object.fromEntries(given.map(({ name }) => [`#${name}`, name])) },
      values: Object.fromEntries(values),
    },
  };
}

/**
 * Puts another body in place of a rejected one, which stays beside it.
 *
 *   waiting, as it was read  ->  waiting, corrected
 */
export async function correctSubmission(
  table: Table,
  { project, id, version }: KeptSubmission,
  correction: Correction,
): Promise<{ outcome: 'corrected' | 'changed-meanwhile'; submission: KeptSubmission | undefined }> {
  try {
    const { Attributes } = await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: submissionKey(project, id),
        UpdateExpression: 'SET correction = :correction, #version = :next',
        ConditionExpression: '#version = :version AND #state = :waiting',
        ExpressionAttributeNames: { '#version': 'version', '#state': 'state' },
        ExpressionAttributeValues: {
          ':correction': correction,
          ':next': version + 1,
          ':version': version,
          ':waiting': 'waiting',
        },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return { outcome: 'corrected', submission: KeptSubmission.parse(Attributes) };
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    const submission = error.Item === undefined ? undefined : KeptSubmission.parse(unmarshall(error.Item));
    // Its own first try, whose answer was lost and that the SDK repeated.
    const isOurs = submission?.correction?.token === correction.token;
    return { outcome: isOurs ? 'corrected' : 'changed-meanwhile', submission };
  }
}

/**
 * Marks a submission as replayed, as a part of the transaction that stores its ticket.
 *
 *   waiting, as it was read  ->  replayed, with its ticket
 */
export function replayedItem(
  table: Table,
  { project, id, version }: KeptSubmission,
  { ticket, at, by }: { ticket: string; at: string; by: string },
): TransactItem {
  return {
    Update: {
      TableName: table.name,
      Key: submissionKey(project, id),
      UpdateExpression:
        'SET #state = :replayed, listed.#state = :replayed, ticket = :ticket, listed.ticket = :ticket, replayedAt = :at, replayedBy = :by, #version = :next',
      ConditionExpression: '#version = :version AND #state = :waiting',
      ExpressionAttributeNames: { '#version': 'version', '#state': 'state' },
      ExpressionAttributeValues: {
        ':replayed': 'replayed',
        ':waiting': 'waiting',
        ':ticket': ticket,
        ':at': at,
        ':by': by,
        ':version': version,
        ':next': version + 1,
      },
    },
  };
}

/** Deletes a kept submission; whether there was one. */
export async function deleteSubmission(table: Table, project: string, id: string): Promise<boolean> {
  return await removeItem(table, submissionKey(project, id));
}
