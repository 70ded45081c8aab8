import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { signatureKey } from './keys.ts';
import { isConditionFailure, type Table } from './table.ts';

/** How long a signature without a timestamp is remembered, in seconds: 30 days. */
const rememberedSeconds = 30 * 24 * 60 * 60;

/** A signature of a project's callers: all of its endpoints share the memory, since they may share the secret. */
export type SignatureName = { project: string; fingerprint: string };

/** When a signature was accepted first, and the call by which it came: a hash of what its sender calls it, where it does. */
export const RememberedSignature = z.object({ firstSeenAt: z.iso.datetime(), call: z.string().optional() });
export type RememberedSignature = z.infer<typeof RememberedSignature>;

const Stored = RememberedSignature.extend({ expiresAt: z.int() });

/** Reads what is remembered of a signature, consistently; expired memory is none, even where it is not deleted yet. */
export async function findRememberedSignature(
  table: Table,
  { project, fingerprint }: SignatureName,
  now: number,
): Promise<RememberedSignature | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: signatureKey(project, fingerprint), ConsistentRead: true }),
  );
  if (Item === undefined) return undefined;
  const { expiresAt, ...remembered } = Stored.parse(Item);
  return expiresAt * 1_000 > now ? remembered : undefined;
}

/** Remembers a signature, unless it is remembered already. */
export async function rememberSignature(
  table: Table,
  { project, fingerprint }: SignatureName,
  remembered: RememberedSignature,
): Promise<void> {
  const nowSeconds = Math.floor(Date.parse(remembered.firstSeenAt) / 1_000);
  const Item = {
    ...signatureKey(project, fingerprint),
    ...remembered,
    type: 'remembered-signature',
    version: 1,
    expiresAt: nowSeconds + rememberedSeconds,
  };
  try {
    await table.client.send(
      new PutCommand({
        TableName: table.name,
        Item,
        // An expired memory may still lie in the table: TTL deletes late.
        ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
        ExpressionAttributeValues: { ':now': nowSeconds },
      }),
    );
  } catch (error) {
    // Another call with the same signature came at the same time: which was first makes no difference.
    if (!isConditionFailure(error)) throw error;
  }
}
