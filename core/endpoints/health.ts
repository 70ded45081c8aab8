import * as z from 'zod';
import { Delivery } from '../deliveries/delivery.ts';

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;

/** Failing without a success for so long pauses an endpoint (quality.md, "Nothing lost"). */
const maxFailingMs = 5 * dayMs;

/** A delivery that has been paused for so long fails (quality.md, "Nothing lost"). */
export const maxPausedMs = 14 * dayMs;

/** How often a paused endpoint is looked at, and one of its deliveries let through. */
export const probeEveryMs = hourMs;

/**
 * How long after a resume deliveries may still be set aside by a sender that has not heard of it: what it remembers (10 s)
 * and the longest that it runs (60 s), with room for the index to follow.
 */
export const straggleMs = 120_000;

/** Notices that wait at most; older ones give way, so that the item stays small. */
const maxNotices = 20;

/** Something that project managers are to be told of an endpoint. */
export const EndpointNotice = z.object({
  kind: z.enum(['failing', 'paused', 'resumed']),
  at: z.iso.datetime(),
  reason: z.string(),
  /** What the delivery that brought it about is for; absent where a person did. */
  target: Delivery.shape.target.optional(),
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
  /** When somebody has to look at the endpoint next; its place in the due index. */
  tendAt: z.iso.datetime().optional(),
  notices: z.array(EndpointNotice),
});
export type EndpointHealth = z.infer<typeof EndpointHealth>;

/** What an endpoint is, before anything is known of its health. */
export type EndpointName = Pick<EndpointHealth, 'endpoint' | 'project' | 'macro' | 'action'>;

/** An attempt that did not deliver, as the endpoint sees it. */
type Failure = Pick<z.infer<typeof Delivery>, 'target'> & { delivery: string; reason: string; class: string };

/** What happens to an endpoint; `isNotice` says that the delivery itself was a notice, of which nobody is told. */
export type HealthEvent =
  | { kind: 'succeeded'; delivery: string; target: Failure['target'] }
  | ({ kind: 'failed' | 'gone' | 'disable'; isNotice: boolean } & Failure)
  | { kind: 'person-paused' | 'person-resumed' };

/** What an event comes to: nothing that needs a write, or the health to be stored in place of the one before. */
export type HealthTransition = { outcome: 'unchanged' } | { outcome: 'changed'; health: EndpointHealth };

const unchanged: HealthTransition = { outcome: 'unchanged' };

/** Decides what an event makes of an endpoint's health; `now` in epoch milliseconds. */
export function decideHealth(
  name: EndpointName,
  before: EndpointHealth | undefined,
  event: HealthEvent,
  now: number,
): HealthTransition {
  const health = before ?? { ...name, notices: [] };
  switch (event.kind) {
    case 'succeeded':
      return succeed(health, event, now);
    case 'failed':
      return fail(health, event, now);
    case 'gone':
      return pauseFor(health, event, 'gone', now);
    case 'disable':
      return pauseFor(health, event, 'disable', now);
    case 'person-paused':
      return pauseByHand(health, now);
    case 'person-resumed':
      return health.pausedAt === undefined
        ? unchanged
        : changed(resume(health, 'A person resumed it.', undefined, now));
  }
}

function succeed(health: EndpointHealth, event: Extract<HealthEvent, { kind: 'succeeded' }>, now: number) {
  if (health.pausedAt === undefined) {
    if (health.failingSince === undefined) return unchanged;
    return changed({ ...without(health, ['failingSince']), lastSuccessAt: iso(now) });
  }
  // What was on its way when the endpoint was paused says little; only the delivery that was let through does.
  if (health.probe !== event.delivery) return unchanged;
  const reason = 'A delivery that was let through to try it arrived.';
  return changed({ ...resume(health, reason, event.target, now), lastSuccessAt: iso(now) });
}

function fail(health: EndpointHealth, event: Extract<HealthEvent, { isNotice: boolean }>, now: number) {
  if (health.pausedAt !== undefined) {
    return health.probe === event.delivery ? changed(without(health, ['probe'])) : unchanged;
  }
  if (event.isNotice) return unchanged;
  if (health.failingSince === undefined) {
    const failing = { ...health, failingSince: iso(now), lastFailure: describeFailure(event, now) };
    return changed(tell(failing, { kind: 'failing', at: iso(now), reason: event.reason, target: event.target }));
  }
  if (now - Date.parse(health.failingSince) < maxFailingMs) return unchanged;
  return pauseFor(health, event, 'failing', now);
}

function pauseFor(
  health: EndpointHealth,
  event: Extract<HealthEvent, { isNotice: boolean }>,
  pausedBy: 'gone' | 'disable' | 'failing',
  now: number,
): HealthTransition {
  if (health.pausedAt !== undefined) return fail(health, { ...event, kind: 'failed' }, now);
  const since = health.failingSince ?? iso(now);
  const pauseReason = {
    gone: 'The receiver answered 410: it is gone for good.',
    disable: 'The receiver asked for no more deliveries (webhook-delivery: disable).',
    failing: `It has failed since ${since} without a success; at last: ${event.reason}.`,
  }[pausedBy];
  const paused: EndpointHealth = {
    ...without(health, ['returningUntil']),
    failingSince: since,
    lastFailure: describeFailure(event, now),
    pausedAt: iso(now),
    pausedBy,
    pauseReason,
    probeAt: iso(now + probeEveryMs),
    tendAt: iso(now + probeEveryMs),
  };
  if (event.isNotice) return changed(paused);
  return changed(tell(paused, { kind: 'paused', at: iso(now), reason: pauseReason, target: event.target }));
}

function pauseByHand(health: EndpointHealth, now: number): HealthTransition {
  const pauseReason = 'A person paused it.';
  if (health.pausedBy === 'person') return unchanged;
  // Whoever pauses what is paused already wants no delivery let through any more.
  if (health.pausedAt !== undefined) {
    return changed({ ...without(health, ['probeAt', 'probe']), pausedBy: 'person', pauseReason });
  }
  const paused: EndpointHealth = {
    ...without(health, ['returningUntil']),
    pausedAt: iso(now),
    pausedBy: 'person',
    pauseReason,
    tendAt: iso(now + probeEveryMs),
  };
  const target = health.lastFailure?.target;
  const notice = { kind: 'paused' as const, at: iso(now), reason: pauseReason };
  return changed(tell(paused, target === undefined ? notice : { ...notice, target }));
}

const pauseParts = ['pausedAt', 'pausedBy', 'pauseReason', 'probeAt', 'probe', 'failingSince'] as const;

function resume(
  health: EndpointHealth,
  reason: string,
  target: Failure['target'] | undefined,
  now: number,
): EndpointHealth {
  const resumed = { ...without(health, pauseParts), returningUntil: iso(now + straggleMs) };
  const about = target ?? health.lastFailure?.target;
  const notice = { kind: 'resumed' as const, at: iso(now), reason };
  return tell(resumed, about === undefined ? notice : { ...notice, target: about });
}

/** Somebody has to look at once: to pass the notice on, and to bring back what waits. */
function tell(health: EndpointHealth, notice: EndpointNotice): EndpointHealth {
  return { ...health, tendAt: notice.at, notices: [...health.notices, notice].slice(-maxNotices) };
}

function describeFailure(failure: Failure, now: number): NonNullable<EndpointHealth['lastFailure']> {
  const { delivery, reason, target } = failure;
  return { at: iso(now), delivery, reason, class: failure.class, target };
}

function changed(health: EndpointHealth): HealthTransition {
  return { outcome: 'changed', health };
}

/** The health without these parts. */
export function without(health: EndpointHealth, parts: readonly (keyof EndpointHealth)[]): EndpointHealth {
  const left = Object.entries(health).filter(([name]) => !parts.some((part) => part === name));
  return EndpointHealth.parse(Object.fromEntries(left));
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
