import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { Activity } from '../../core/activity.ts';
import { type ActivityCaller, activityKey, activityPartition } from './keys.ts';
import type { Page } from './lists.ts';
import type { Table } from './table.ts';

/** How long activity is kept, in days. */
const activityDays = 30;
const hourMs = 3_600_000;
/** Hours that one page looks through at most, and how many of them side by side; fewer where several callers share them. */
const hoursAPage = 7 * 24;
const hoursAtOnce = 24;
/** Partitions that one page of several callers reads at most: an hour of a caller is one. */
const partitionsAPage = 2 * hoursAPage;

/** Stores one call that crossed; the same call again takes the place of what was said of it before. */
export async function putActivity(table: Table, activity: Activity): Promise<void> {
  const { apiKey, project, at, requestId } = activity;
  const caller = apiKey === undefined ? { project: project ?? '' } : { apiKey };
  const expiresAt = Math.floor(Date.parse(at) / 1000) + activityDays * 24 * 60 * 60;
  const Item = { ...activityKey(caller, at, requestId), ...activity, type: 'activity', version: 1, expiresAt };
  await table.client.send(new PutCommand({ TableName: table.name, Item }));
}

/** What a page of activity is to hold: so many entries before one, and only those that fulfil what else is given. */
export type ActivityRequest = {
  limit: number;
  before?: string | undefined;
  outcome?: string | undefined;
  project?: string;
  /** Nothing that is older (epoch milliseconds). */
  since?: number | undefined;
  now: number;
};

/** Lists what crossed with one caller, newest first; a page looks through a week and may hold few or no entries where there is more. */
export async function listActivity(
  table: Table,
  caller: ActivityCaller,
  request: ActivityRequest,
): Promise<Page<Activity>> {
  return await listActivityOf(table, [caller], request);
}

/** Lists what crossed with several callers, newest first, merged; the more there are, the fewer hours a page looks through. */
export async function listActivityOf(
  table: Table,
  callers: readonly ActivityCaller[],
  request: ActivityRequest,
): Promise<Page<Activity>> {
  const { limit, before, since = 0, now } = request;
  const oldest = Math.max(now - activityDays * 24 * hourMs, since);
  const newest = before === undefined ? now : Date.parse(before.slice(0, before.indexOf('#')));
  const most = Math.min(hoursAPage, Math.max(1, Math.floor(partitionsAPage / callers.length)));
  const atOnce = Math.max(1, Math.floor(hoursAtOnce / callers.length));
  // The first instants of the hours that are looked through, as far back as there is any.
  const hours = Array.from({ length: most }, (_, place) => hourOf(newest) - place * hourMs);
  const wanted = hours.filter((at) => at + hourMs > oldest);
  const items: Activity[] = [];
  for (let start = 0; start < wanted.length; start += atOnce) {
    const read = wanted
      .slice(start, start + atOnce)
      .map(async (at) => await readHour(table, callers, toIso(at), request));
    for (const { entries, reached } of await Promise.all(read)) {
      items.push(...entries.filter((entry) => isWanted(entry, request)));
      const last = items.length > limit ? items[limit - 1] : undefined;
      const next = last === undefined ? reached : placeOf(last);
      if (next !== undefined) return { items: items.slice(0, limit), next };
    }
  }
  // Where the last hour that was looked through begins: what is older comes next.
  const reached = hours.at(-1) ?? oldest;
  return reached <= oldest ? { items } : { items, next: `${toIso(reached)}#` };
}

/** Entries of an hour, newest first; `reached` is the last of them where not all were read. */
async function readHour(
  table: Table,
  callers: readonly ActivityCaller[],
  hour: string,
  { before, limit }: ActivityRequest,
): Promise<{ entries: Activity[]; reached: string | undefined }> {
  const read = await Promise.all(
    callers.map(async (caller) => await readPartition(table, activityPartition(caller, hour), before, limit + 1)),
  );
  // What one caller has beyond what was read may be newer than what another has.
  const ends = read.flatMap(({ entries, hasMore }) => (hasMore ? entries.slice(-1).map(placeOf) : []));
  const reached = ends.sort().at(-1);
  const entries = read
    .flatMap((one) => one.entries)
    .filter((entry) => reached === undefined || placeOf(entry) >= reached)
    .sort((one, other) => (placeOf(one) < placeOf(other) ? 1 : -1));
  return { entries, reached };
}

async function readPartition(
  table: Table,
  pk: string,
  before: string | undefined,
  limit: number,
): Promise<{ entries: Activity[]; hasMore: boolean }> {
  const { Items = [], LastEvaluatedKey } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: before === undefined ? 'pk = :pk' : 'pk = :pk AND sk < :before',
      ExpressionAttributeValues: { ':pk': pk, ...(before === undefined ? {} : { ':before': before }) },
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  return { entries: Items.map((item) => Activity.parse(item)), hasMore: LastEvaluatedKey !== undefined };
}

function isWanted(entry: Activity, { outcome, project, since = 0 }: ActivityRequest): boolean {
  if (outcome !== undefined && entry.outcome !== outcome) return false;
  if (project !== undefined && entry.project !== project) return false;
  return Date.parse(entry.at) >= since;
}

/** Where an entry stands among all: its sort key. */
function placeOf({ at, requestId }: Activity): string {
  return `${at}#${requestId}`;
}

function hourOf(epochMs: number): number {
  return Math.floor(epochMs / hourMs) * hourMs;
}

function toIso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
