import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { TransactItem } from './consequences.ts';
import { idempotencyKey } from './keys.ts';
import { isConditionFailure, type Table } from './table.ts';

/** How long a call with an `Idempotency-Key` is remembered, in seconds (docs/http.md). */
const rememberedSeconds = 24 * 60 * 60;

/** What is remembered of a call with an `Idempotency-Key`: enough to answer it again. */
export const RememberedCall = z.object({
  bodyHash: z.string(),
  ticket: z.string(),
  answer: z.record(z.string(), z.unknown()),
  /** Set where the report was counted on a ticket that was there. */
  grouped: z.literal(true).optional(),
  expiresAt: z.int(),
});
export type RememberedCall = z.infer<typeof RememberedCall>;

/** A call that is to be remembered, by its source and the key that its sender gave it. */
export type KeyedCall = Omit<RememberedCall, 'expiresAt'> & { project: string; source: string; givenKey: string };

/** Reads what is remembered of a call, consistently; expired memory is none, even where it is not deleted yet. */
export async function findRememberedCall(
  table: Table,
  project: string,
  source: string,
  givenKey: string,
  now: number,
): Promise<RememberedCall | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: idempotencyKey(project, source, givenKey), ConsistentRead: true }),
  );
  if (Item === undefined) return undefined;
  const call = RememberedCall.parse(Item);
  return call.expiresAt * 1000 > now ? call : undefined;
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

function rememberedPut(table: Table, { project, source, givenKey, ...remembered }: KeyedCall, now: number) {
  const nowSeconds = Math.floor(now / 1000);
  return {
    TableName: table.name,
    Item: {
      ...idempotencyKey(project, source, givenKey),
      ...remembered,
      type: 'remembered-call',
      version: 1,
      expiresAt: nowSeconds + rememberedSeconds,
    },
    // An expired memory may still lie in the table: TTL deletes late.
    ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
    ExpressionAttributeValues: { ':now': nowSeconds },
  };
}
