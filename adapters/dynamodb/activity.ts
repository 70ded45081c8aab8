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

/** Lists what crossed, newest first; a page looks through a week and may hold few or no entries where there is more. */
export async function listActivity(
  table: Table,
  caller: ActivityCaller,
  { limit, before, now }: { limit: number; before?: string | undefined; now: number },
): Promise<Page<Activity>> {
  const oldest = now - activityDays * 24 * hourMs;
  const newest = before === undefined ? now : Date.parse(before.slice(0, before.indexOf('#')));
  const items: Activity[] = [];
  for (let hour = 0; hour < hoursAPage; hour += hoursAtOnce) {
    const hours = Array.from({ length: hoursAtOnce }, (_, place) => newest - (hour + place) * hourMs);
    const pages = await Promise.all(
      hours.map(async (at) => await readHour(table, activityPartition(caller, toIso(at)), before, limit + 1)),
    );
    items.push(...pages.flat());
    if (items.length > limit) {
      const shown = items.slice(0, limit);
      const last = shown.at(-1);
      return last === undefined ? { items: shown } : { items: shown, next: `${last.at}#${last.requestId}` };
    }
    const reached = hours.at(-1) ?? oldest;
    if (reached < oldest) return { items };
  }
  // The first instant of the last hour that was looked through: what is older comes next.
  const reached = Math.floor((newest - (hoursAPage - 1) * hourMs) / hourMs) * hourMs;
  return reached <= oldest ? { items } : { items, next: `${toIso(reached)}#` };
}

async function readHour(table: Table, pk: string, before: string | undefined, limit: number): Promise<Activity[]> {
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: before === undefined ? 'pk = :pk' : 'pk = :pk AND sk < :before',
      ExpressionAttributeValues: { ':pk': pk, ...(before === undefined ? {} : { ':before': before }) },
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  return Items.map((item) => Activity.parse(item));
}

function toIso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
