import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { Activity } from '../../core/activity.ts';
import { type ActivityCaller, activityKey, activityPartition } from './keys.ts';
import type { Page } from './lists.ts';
import type { Table } from './table.ts';

/** How long activity is kept, in days. */
const activityDays = 30;
const hourMs = 3_600_000;
/** Hours that one page looks through at most, so many of them side by side. */
const hoursAPage = 7 * 24;
const hoursAtOnce = 24;

/** Stores one call that crossed; the same call again takes the place of what was said of it before. */
export async function putActivity(table: Table, activity: Activity): Promise<void> {
  const { apiKey, project, at, requestId } = activity;
  const caller = apiKey === undefined ? { project: project ?? '' } : { apiKey };
  const expiresAt = Math.floor(Date.parse(at) / 1000) + activityDays * 24 * 60 * 60;
  const Item = { ...activityKey(caller, at, requestId), ...activity, type: 'activity', version: 1, expiresAt };
  await table.client.send(new PutCommand({ TableName: table.name, Item }));
}

/** What a page of activity is to hold: so many entries before one, and only those with an outcome where one is given. */
export type ActivityRequest = { limit: number; before?: string | undefined; outcome?: string | undefined; now: number };

/** Lists what crossed, newest first; a page looks through a week and may hold few or no entries where there is more. */
export async function listActivity(
  table: Table,
  caller: ActivityCaller,
  { limit, before, outcome, now }: ActivityRequest,
): Promise<Page<Activity>> {
  const oldest = now - activityDays * 24 * hourMs;
  const newest = before === undefined ? now : Date.parse(before.slice(0, before.indexOf('#')));
  const items: Activity[] = [];
  for (let hour = 0; hour < hoursAPage; hour += hoursAtOnce) {
    const hours = Array.from({ length: hoursAtOnce }, (_, place) => newest - (hour + place) * hourMs);
    const pages = await Promise.all(
      hours.map(async (at) => await readHour(table, activityPartition(caller, toIso(at)), before, limit + 1)),
    );
    for (const { entries, hasMore } of pages) {
      items.push(...entries.filter((entry) => outcome === undefined || entry.outcome === outcome));
      const last = items.length > limit ? items[limit - 1] : hasMore ? entries.at(-1) : undefined;
      if (last !== undefined) return { items: items.slice(0, limit), next: `${last.at}#${last.requestId}` };
    }
    const reached = hours.at(-1) ?? oldest;
    if (reached < oldest) return { items };
  }
  // The first instant of the last hour that was looked through: what is older comes next.
  const reached = Math.floor((newest - (hoursAPage - 1) * hourMs) / hourMs) * hourMs;
  return reached <= oldest ? { items } : { items, next: `${toIso(reached)}#` };
}

/** Entries of an hour, newest first, and whether it has more that were not read. */
async function readHour(
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

function toIso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
