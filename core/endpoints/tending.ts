import { type EndpointHealth, probeEveryMs, straggleMs, without } from './health.ts';

/** What looking at an endpoint is for; times are epoch milliseconds. */
export type Tending =
  | { kind: 'nothing' }
  /** Bring back what waits for an endpoint that is not paused any more. */
  | { kind: 'return' }
  /** Fail what has waited too long, and let one delivery through where `probe` says so. */
  | { kind: 'watch'; probe: boolean };

/** Says what an endpoint needs; its notices come before. */
export function planTending(health: EndpointHealth, now: number): Tending {
  if (health.pausedAt !== undefined) {
    return { kind: 'watch', probe: health.probeAt !== undefined && Date.parse(health.probeAt) <= now };
  }
  return health.returningUntil === undefined ? { kind: 'nothing' } : { kind: 'return' };
}

/** The health of an endpoint whose first notice has been passed on. */
export function afterNotice(health: EndpointHealth): EndpointHealth {
  const notices = health.notices.slice(1);
  const isDone = notices.length === 0 && health.pausedAt === undefined && health.returningUntil === undefined;
  return { ...(isDone ? without(health, ['tendAt']) : health), notices };
}

/** The health while somebody brings deliveries back: the next tick does not send another to help. */
export function whileReturning(health: EndpointHealth, now: number): EndpointHealth {
  return { ...health, tendAt: iso(now + straggleMs) };
}

/**
 * The health after all that was found has been brought back. It ends only where nothing was found and no sender can set
 * anything aside any more.
 */
export function afterReturn(health: EndpointHealth, found: number, now: number): EndpointHealth {
  const until = Date.parse(health.returningUntil ?? iso(now));
  if (found === 0 && now >= until) return without(health, ['returningUntil', 'tendAt']);
  const next = found === 0 ? until : now + straggleMs;
  return { ...health, returningUntil: iso(next), tendAt: iso(next) };
}

/** The health after a look at a paused endpoint at which no probe was due. */
export function afterWatch(health: EndpointHealth, now: number): EndpointHealth {
  return { ...health, tendAt: health.probeAt ?? iso(now + probeEveryMs) };
}

/** The health of a paused endpoint that lets one delivery through; none where none waits. */
export function afterProbe(health: EndpointHealth, probe: string | undefined, now: number): EndpointHealth {
  const next = iso(now + probeEveryMs);
  const probed = { ...without(health, ['probe']), probeAt: next, tendAt: next };
  return probe === undefined ? probed : { ...probed, probe };
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
