import * as z from 'zod';

/** A message of the webhook queue: a delivery that may be due. Whoever gets it twice finds out by the lease. */
export const DeliveryMessage = z.object({ delivery: z.string() });
export type DeliveryMessage = z.infer<typeof DeliveryMessage>;

/** A message of the macro queue: drain one shard of what is due. */
export const MacroMessage = z.object({ kind: z.literal('drain-due'), shard: z.int() });
export type MacroMessage = z.infer<typeof MacroMessage>;

/** Messages of one endpoint share its turns, so that a busy endpoint does not keep others waiting. */
export function endpointGroup(endpoint: { project: string; macro: string; action: string }): string {
  return `${endpoint.project}/${endpoint.macro}/${endpoint.action}`;
}
