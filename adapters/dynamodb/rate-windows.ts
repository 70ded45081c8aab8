import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { ItemKey } from './keys.ts';
import { isConditionFailure, type Table } from './table.ts';

/** How long a window of a rate is, in milliseconds. */
const windowMs = 60_000;
/** How long a window is kept, in seconds: TTL deletes late anyway. */
const keptSeconds = 60 * 60;

/** What is limited: the window of an API key, of an endpoint, or of one network's calls of an endpoint. */
export type RateLimit = { key: ItemKey; maxPerMinute: number };

/** Whether turns may be taken within a rate, how many more may, and when the window ends (epoch milliseconds). */
export type RateTurn = { outcome: 'taken' | 'spent'; left: number; endsAt: number };

const Window = z.looseObject({ startedAt: z.number(), calls: z.int() });

/**
 * Counts turns against a rate, all of them or none: a window of a minute begins with the first after the one before has ended.
 * Mostly one write; a second begins a window.
 */
export async function takeTurns(table: Table, limit: RateLimit, turns: number, now: number): Promise<RateTurn> {
  if (turns > limit.maxPerMinute) return { outcome: 'spent', left: 0, endsAt: now + windowMs };
  const counted = await countTurns(table, limit, turns, now);
  if (counted !== 'over') return counted;
  if (await beginWindow(table, limit, turns, now)) {
    return { outcome: 'taken', left: limit.maxPerMinute - turns, endsAt: now + windowMs };
  }
  // Somebody else began it at the same moment.
  const again = await countTurns(table, limit, turns, now);
  return again === 'over' ? { outcome: 'spent', left: 0, endsAt: now + windowMs } : again;
}

async function countTurns(
  table: Table,
  { key, maxPerMinute }: RateLimit,
  turns: number,
  now: number,
): Promise<RateTurn | 'over'> {
  try {
    const { Attributes } = await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key,
        UpdateExpression: 'ADD calls :turns',
        ConditionExpression: 'startedAt > :begun AND calls <= :most',
        ExpressionAttributeValues: { ':turns': turns, ':begun': now - windowMs, ':most': maxPerMinute - turns },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    const { startedAt, calls } = Window.parse(Attributes);
    return { outcome: 'taken', left: maxPerMinute - calls, endsAt: startedAt + windowMs };
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    const window = error.Item === undefined ? undefined : Window.parse(unmarshall(error.Item));
    if (window === undefined || window.startedAt <= now - windowMs) return 'over';
    return { outcome: 'spent', left: Math.max(0, maxPerMinute - window.calls), endsAt: window.startedAt + windowMs };
  }
}

async function beginWindow(table: Table, { key }: RateLimit, turns: number, now: number): Promise<boolean> {
  const expiresAt = Math.floor(now / 1_000) + keptSeconds;
  const Item = { ...key, type: 'rate-window', version: 1, startedAt: now, calls: turns, expiresAt };
  try {
    await table.client.send(
      new PutCommand({
        TableName: table.name,
        Item,
        ConditionExpression: 'attribute_not_exists(pk) OR startedAt <= :over',
        ExpressionAttributeValues: { ':over': now - windowMs },
      }),
    );
    return true;
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return false;
  }
}
