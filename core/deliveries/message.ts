import { createHash } from 'node:crypto';
import * as z from 'zod';

/** A message of the webhook queue: a delivery that may be due. Whoever gets it twice finds out by the lease. */
export const DeliveryMessage = z.object({ delivery: z.string() });
export type DeliveryMessage = z.infer<typeof DeliveryMessage>;

/** A message of the macro queue: drain one shard of what is due. */
export const MacroMessage = z.object({ kind: z.literal('drain-due'), shard: z.int() });
export type MacroMessage = z.infer<typeof MacroMessage>;

/**
 * The group of an endpoint's messages: they share its turns, so that a busy endpoint does not keep others waiting. A hash,
 * because three keys may have more than the 128 characters that SQS takes.
 */
export function endpointGroup(endpoint: { project: string; macro: string; action: string }): string {
  const name = `${endpoint.project}/${endpoint.macro}/${endpoint.action}`;
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}
