import {
  type EndpointHealth,
  type EndpointName,
  type EndpointNotice,
  type Failure,
  type HealthEvent,
  type HealthTransition,
  probeEveryMs,
  straggleMs,
  without,
} from './health.ts';

/** Failing without a success for so long pauses an endpoint (quality.md, "Nothing lost"). */
const maxFailingMs = 5 * 24 * 60 * 60 * 1000;

/** Notices that wait at most; older ones give way, so that the item stays small. */
const maxNotices = 20;

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
  const isDelivered = event.kind === 'disable' && event.isDelivered;
  const since = health.failingSince ?? iso(now);
  const pauseReason = {
    gone: 'The receiver answered 410: it is gone for good.',
    disable: 'The receiver asked for no more deliveries (webhook-delivery: disable).',
    failing: `It has failed since ${since} without a success; at last: ${event.reason}.`,
  }[pausedBy];
  const paused: EndpointHealth = {
    ...without(health, ['returningUntil', ...(isDelivered ? (['failingSince'] as const) : [])]),
    ...(isDelivered ? { lastSuccessAt: iso(now) } : { failingSince: since, lastFailure: describeFailure(event, now) }),
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

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
