import { createHash } from 'node:crypto';
import * as z from 'zod';

/**
 * A message of the webhook queue, or of the e-mail queue: a delivery that may be due, and its endpoint, so that it can be
 * held back before it is read. Whoever gets it twice finds out by the lease.
 */
export const DeliveryMessage = z.object({
  delivery: z.string(),
  endpoint: z.string().optional(),
  /** A person waits for it: it takes no turns. */
  isTest: z.literal(true).optional(),
});
export type DeliveryMessage = z.infer<typeof DeliveryMessage>;

/**
 * A message of the macro queue: drain one shard of what is due, see to an endpoint, follow what was captured, begin what
 * schedules say, do a part of a run, or tell a team of a ticket. `slot` (epoch milliseconds) is when the next delivery that is
 * brought back may go, where an earlier message has taken the slots before.
 */
export const MacroMessage = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('drain-due'),
    shard: z.int(),
    /** What is due for these queues stays: they are busy with what they hold. */
    leaves: z.array(z.enum(['webhooks', 'emails', 'uploads'])).optional(),
  }),
  z.object({ kind: z.literal('tend-endpoint'), endpoint: z.string(), slot: z.number().optional() }),
  z.object({ kind: z.literal('follow-capture'), delivery: z.string() }),
  z.object({ kind: z.literal('run-schedules'), project: z.string() }),
  z.object({ kind: z.literal('count-run'), project: z.string(), run: z.string() }),
  z.object({ kind: z.literal('run-page'), project: z.string(), run: z.string(), page: z.int() }),
  z.object({ kind: z.literal('tend-run'), project: z.string(), run: z.string() }),
  z.object({ kind: z.literal('tell-team'), notification: z.string().describe('`<project>/<ticket>/<id>`') }),
]);
export type MacroMessage = z.infer<typeof MacroMessage>;

/** What the lanes of e-mails begin with, in place of an endpoint; by itself the lane of all projects in older versions. */
const mailPrefix = 'mail';

/** The lane of due entries that stand for an endpoint itself, which wants to be looked at. */
export const endpointLane = 'endpoint';

/** The lane of due entries of deliveries that are delivered, and whose captured values are still to be followed. */
export const followLane = 'follow';

/** The lane of due entries that stand for a project's timetable; their id is the project. */
export const scheduleLane = 'schedule';

/** The lane of due entries that stand for a run, which wants to be looked at; their id is `<project>/<run>`. */
export const runLane = 'run';

/** The lane of due entries that stand for a notification whose team has not been told yet; their id is `<project>/<ticket>/<id>`. */
export const notificationLane = 'notification';

/** The lane of due entries that stand for an attachment, which wants to be looked at; their id is `<project>/<ticket>/<id>`. */
export const uploadLane = 'upload';

/**
 * The id of an endpoint: 64 bits of a hash, because three keys may have more than the 128 characters that SQS takes as a
 * group. Its messages share the group's turns, so that a busy endpoint does not keep others waiting.
 */
export function endpointId(endpoint: { project: string; macro: string; action: string }): string {
  const name = `${endpoint.project}/${endpoint.macro}/${endpoint.action}`;
  return shortHash(name);
}

/** Which queue a delivery goes to, and there which group: its endpoint's id, or its project's lane of e-mails. */
export function laneOf(delivery: { project: string; macro: string; action: string; mail?: unknown }): string {
  return delivery.mail === undefined ? endpointId(delivery) : `${mailPrefix}-${shortHash(delivery.project)}`;
}

/** Whether what is in a lane goes to the e-mail queue; ids of endpoints are hexadecimal. */
export function isMailLane(lane: string): boolean {
  return lane.startsWith(mailPrefix);
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
