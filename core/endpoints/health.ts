import * as z from 'zod';
import { Delivery } from '../deliveries/delivery.ts';

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;

/** A delivery that has been paused for so long fails (quality.md, "Nothing lost"). */
export const maxPausedMs = 14 * dayMs;

/** How often a paused endpoint is looked at, and one of its deliveries let through. */
export const probeEveryMs = hourMs;

/**
 * How long after a resume deliveries may still be set aside by a sender that has not heard of it: what it remembers (10 s)
 * and the longest that it runs (60 s), with room for the index to follow.
 */
export const straggleMs = 120_000;

/** Something that project managers are to be told of an endpoint. */
export const EndpointNotice = z.object({
  kind: z.enum(['failing', 'paused', 'resumed']),
  at: z.iso.datetime(),
  reason: z.string(),
  /** What the delivery that brought it about is for; absent where a person did. */
  target: Delivery.shape.target.optional(),
  /** Managers have got their e-mails up to this address, in the order of addresses. */
  toldUpTo: z.string().optional(),
});
export type EndpointNotice = z.infer<typeof EndpointNotice>;

/** How an endpoint, which is a macro's webhook action, is doing; stored only once it has failed or was paused. */
export const EndpointHealth = z.object({
  endpoint: z.string(),
  project: z.string(),
  macro: z.string(),
  action: z.string(),
  /** When it failed first after its last success. */
  failingSince: z.iso.datetime().optional(),
  /** The failure that began it, or that paused it. */
  lastFailure: z
    .object({
      at: z.iso.datetime(),
      delivery: z.string(),
      reason: z.string(),
      class: z.string(),
      target: Delivery.shape.target,
    })
    .optional(),
  /** Written on transitions alone: a success of a healthy endpoint costs no write. */
  lastSuccessAt: z.iso.datetime().optional(),
  pausedAt: z.iso.datetime().optional(),
  pausedBy: z.enum(['gone', 'disable', 'failing', 'person']).optional(),
  pauseReason: z.string().optional(),
  /** When the next delivery is let through; absent where a person paused it. */
  probeAt: z.iso.datetime().optional(),
  /** The one delivery that is let through although the endpoint is paused. */
  probe: z.string().optional(),
  /** Since a resume: deliveries may still have to be brought back until then. */
  returningUntil: z.iso.datetime().optional(),
  /** When the next delivery that is brought back may go: the slots before are taken. */
  nextSlotAt: z.iso.datetime().optional(),
  /** When somebody has to look at the endpoint next; its place in the due index. */
  tendAt: z.iso.datetime().optional(),
  notices: z.array(EndpointNotice),
});
export type EndpointHealth = z.infer<typeof EndpointHealth>;

/** What an endpoint is, before anything is known of its health. */
export type EndpointName = Pick<EndpointHealth, 'endpoint' | 'project' | 'macro' | 'action'>;

/** An attempt that did not deliver, as the endpoint sees it. */
export type Failure = Pick<z.infer<typeof Delivery>, 'target'> & { delivery: string; reason: string; class: string };

/**
 * What happens to an endpoint; `isNotice` says that the delivery itself was a notice, of which nobody is told, and
 * `isDelivered` that the receiver took the delivery with which it asked for no more.
 */
export type HealthEvent =
  | { kind: 'succeeded'; delivery: string; target: Failure['target'] }
  | ({ kind: 'failed' | 'gone'; isNotice: boolean } & Failure)
  | ({ kind: 'disable'; isNotice: boolean; isDelivered: boolean } & Failure)
  | { kind: 'person-paused' | 'person-resumed' };

/** What an event comes to: nothing that needs a write, or the health to be stored in place of the one before. */
export type HealthTransition = { outcome: 'unchanged' } | { outcome: 'changed'; health: EndpointHealth };

/** The health without these parts. */
export function without(health: EndpointHealth, parts: readonly (keyof EndpointHealth)[]): EndpointHealth {
  const left = Object.entries(health).filter(([name]) => !parts.some((part) => part === name));
  return EndpointHealth.parse(Object.fromEntries(left));
}
