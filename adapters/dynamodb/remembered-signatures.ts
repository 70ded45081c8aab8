import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { TransactItem } from './consequences.ts';
import { signatureKey } from './keys.ts';
import type { Table } from './table.ts';

/** How long an accepted signature without a timestamp is remembered, in seconds: 30 days. */
const rememberedSeconds = 30 * 24 * 60 * 60;

/** What a signature opened, by kind and key: a source and a listener may have the same key. */
export type SignedEndpoint = `${'source' | 'listener'}/${string}`;

const RememberedSignature = z.object({ firstSeenAt: z.iso.datetime(), expiresAt: z.int() });

/** When a signature that led to something was accepted first. */
export type RememberedSignature = { firstSeenAt: string };

/** Reads whether a signature led to something before, consistently; expired memory is none, even where it is not deleted yet. */
export async function findRememberedSignature(
  table: Table,
  project: string,
  endpoint: SignedEndpoint,
  fingerprint: string,
  now: number,
): Promise<RememberedSignature | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: signatureKey(project, endpoint, fingerprint), ConsistentRead: true }),
  );
  if (Item === undefined) return undefined;
  const { firstSeenAt, expiresAt } = RememberedSignature.parse(Item);
  return expiresAt * 1_000 > now ? { firstSeenAt } : undefined;
}

/** The part of a transaction that remembers a signature; its condition fails where it is remembered already. */
export function rememberSignature(
  table: Table,
  project: string,
  endpoint: SignedEndpoint,
  fingerprint: string,
  now: number,
): TransactItem {
  const nowSeconds = Math.floor(now / 1_000);
  return {
    Put: {
      TableName: table.name,
      Item: {
        ...signatureKey(project, endpoint, fingerprint),
        type: 'remembered-signature',
        version: 1,
        firstSeenAt: new Date(now).toISOString(),
        expiresAt: nowSeconds + rememberedSeconds,
      },
      // An expired memory may still lie in the table: TTL deletes late.
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
      ExpressionAttributeValues: { ':now': nowSeconds },
    },
  };
}
