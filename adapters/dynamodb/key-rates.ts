import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { keyRateKey } from './keys.ts';
import { isConditionFailure, type Table } from './table.ts';

/** How long a window of a key's rate is, in milliseconds. */
const windowMs = 60_000;
/** How long a window is kept, in seconds: TTL deletes late anyway. */
const keptSeconds = 24 * 60 * 60;

/** Whether a call may be made within its key's rate, how many more may, and when the window ends (epoch milliseconds). */
export type KeyTurn = { outcome: 'taken' | 'spent'; left: number; endsAt: number };

const Window = z.looseObject({ startedAt: z.number(), calls: z.int() });

/**
 * Counts a call against its key's rate: a window of a minute begins with the first call after the one before has ended. Mostly one
 * write; a second begins a window.
 */
export async function takeKeyTurn(table: Table, prefix: string, maxPerMinute: number, now: number): Promise<KeyTurn> {
  const counted = await countCall(table, prefix, maxPerMinute, now);
  if (counted !== 'over') return counted;
  if (await beginWindow(table, prefix, now)) {
    return { outcome: 'taken', left: maxPerMinute - 1, endsAt: now + windowMs };
  }
  // Somebody else began it at the same moment.
  const again = await countCall(table, prefix, maxPerMinute, now);
  return again === 'over' ? { outcome: 'spent', left: 0, endsAt: now + windowMs } : again;
}

async function countCall(table: Table, prefix: string, maxPerMinute: number, now: number): Promise<KeyTurn | 'over'> {
  try {
    const { Attributes } = await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: keyRateKey(prefix),
        UpdateExpression: 'ADD calls :one',
        ConditionExpression: 'startedAt > :begun AND calls < :most',
        ExpressionAttributeValues: { ':one': 1, ':begun': now - windowMs, ':most': maxPerMinute },
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
    return { outcome: 'spent', left: 0, endsAt: window.startedAt + windowMs };
  }
}

async function beginWindow(table: Table, prefix: string, now: number): Promise<boolean> {
  const expiresAt = Math.floor(now / 1_000) + keptSeconds;
  const Item = { ...keyRateKey(prefix), type: 'key-rate', version: 1, startedAt: now, calls: 1, expiresAt };
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
