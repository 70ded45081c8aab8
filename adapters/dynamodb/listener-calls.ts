import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { OnceMark } from './consequences.ts';
import { listenerCallKey } from './keys.ts';
import type { Table } from './table.ts';

/** How long an executed call is remembered, in seconds: 24 hours (docs/http.md). */
const rememberedSeconds = 24 * 60 * 60;

/** A call by the name that its sender gave it. */
export type NamedCall = { project: string; listener: string; callId: string };

/** What is remembered of a call that was executed: enough to tell its sender. */
export const ExecutedCall = z.object({
  target: z.object({ ticket: z.string().optional(), member: z.string().optional() }),
  run: z.string().optional(),
  expiresAt: z.int(),
});
export type ExecutedCall = z.infer<typeof ExecutedCall>;

/** Reads what is remembered of a call, consistently; expired memory is none, even where it is not deleted yet. */
export async function findExecutedCall(
  table: Table,
  { project, listener, callId }: NamedCall,
  now: number,
): Promise<ExecutedCall | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: listenerCallKey(project, listener, callId), ConsistentRead: true }),
  );
  if (Item === undefined) return undefined;
  const call = ExecutedCall.parse(Item);
  return call.expiresAt * 1000 > now ? call : undefined;
}

/** The mark that a call is executed, for the transaction that executes it. */
export function executedCallMark(
  { project, listener, callId }: NamedCall,
  { target: { ticket }, run }: Omit<ExecutedCall, 'expiresAt'>,
  now: number,
): OnceMark {
  const nowSeconds = Math.floor(now / 1000);
  return {
    item: {
      ...listenerCallKey(project, listener, callId),
      // Who it was about is not kept where nobody looks for people: a repetition names the member itself.
      target: ticket === undefined ? {} : { ticket },
      ...(run === undefined ? {} : { run }),
      type: 'executed-call',
      version: 1,
      expiresAt: nowSeconds + rememberedSeconds,
    },
    // An expired memory may still lie in the table: TTL deletes late.
    unless: { condition: 'expiresAt <= :now', values: { ':now': nowSeconds } },
  };
}
