import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { keptSeconds } from '../../core/quarantine/bounds.ts';
import type { TransactItem } from './consequences.ts';
import { idempotencyKey } from './keys.ts';
import { isConditionFailure, type Table } from './table.ts';

/** How long the sender of a call with an `Idempotency-Key` is answered with what it was answered, in seconds (docs/http.md). */
const answeredSeconds = 24 * 60 * 60;

/** How long a replay from the quarantine knows of a call: that of its sender may have been the day before it was refused. */
const knownToReplaysSeconds = answeredSeconds + keptSeconds;

/** What is remembered of a call with an `Idempotency-Key`: enough to answer it again. */
export const RememberedCall = z.object({
  bodyHash: z.string(),
  ticket: z.string(),
  answer: z.record(z.string(), z.unknown()),
  /** Set where the report was counted on a ticket that was there. */
  grouped: z.literal(true).optional(),
  /** Until when its sender is answered with it, where that is not as long as it is remembered. */
  answeredUntil: z.int().optional(),
  expiresAt: z.int(),
});
export type RememberedCall = z.infer<typeof RememberedCall>;

/** A call that is to be remembered, by its source and the key that its sender gave it. */
export type KeyedCall = Omit<RememberedCall, 'expiresAt' | 'answeredUntil'> & {
  project: string;
  source: string;
  givenKey: string;
  /** Whether replays from the quarantine are to know of it when its sender may use the key anew. */
  knownToReplays: boolean;
  /** When what is replayed came: a call counts that its sender was answered with at that time, or later. */
  submittedAt?: string | undefined;
};

/**
 * Reads what is remembered of a call, consistently; expired memory is none, even where it is not deleted yet. With the instant
 * at which a replayed report came, that is all which its sender was answered with since; without one, at this moment.
 */
export async function findRememberedCall(
  table: Table,
  project: string,
  { source, givenKey, submittedAt }: Pick<KeyedCall, 'source' | 'givenKey' | 'submittedAt'>,
  now: number,
): Promise<RememberedCall | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: idempotencyKey(project, source, givenKey), ConsistentRead: true }),
  );
  if (Item === undefined) return undefined;
  const call = RememberedCall.parse(Item);
  const { answeredUntil = call.expiresAt } = call;
  return call.expiresAt * 1000 > now && answeredUntil > countsFrom(submittedAt, now) ? call : undefined;
}

function countsFrom(submittedAt: string | undefined, now: number): number {
  return Math.floor((submittedAt === undefined ? now : Date.parse(submittedAt)) / 1000);
}

/** The part of a transaction that remembers its call, unless one with the same key is remembered; `now` is in epoch milliseconds. */
export function rememberedItem(table: Table, call: KeyedCall, now: number): TransactItem & { Put: object } {
  return { Put: rememberedPut(table, call, now) };
}

/** Remembers a call that came to nothing new; false where one with the same key is remembered. */
export async function rememberCallOnce(table: Table, call: KeyedCall, now: number): Promise<boolean> {
  try {
    await table.client.send(new PutCommand(rememberedPut(table, call, now)));
    return true;
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return false;
  }
}

function rememberedPut(table: Table, call: KeyedCall, now: number) {
  const { project, source, givenKey, knownToReplays, submittedAt, ...remembered } = call;
  const nowSeconds = Math.floor(now / 1000);
  const answeredUntil = nowSeconds + answeredSeconds;
  const known = knownToReplays ? { answeredUntil, expiresAt: nowSeconds + knownToReplaysSeconds } : undefined;
  return {
    TableName: table.name,
    Item: {
      ...idempotencyKey(project, source, givenKey),
      ...remembered,
      type: 'remembered-call',
      version: 1,
      ...(known ?? { expiresAt: answeredUntil }),
    },
    // An expired memory may still lie in the table: TTL deletes late.
    ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now OR answeredUntil <= :from',
    ExpressionAttributeValues: { ':now': nowSeconds, ':from': countsFrom(submittedAt, now) },
  };
}
