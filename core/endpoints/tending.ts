import { type EndpointHealth, probeEveryMs, straggleMs, without } from './health.ts';

/** What is brought back goes at 10 a second, so that a receiver that is back is not run over. */
export const slotMs = 100;

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

/** The health of an endpoint of whose first notice managers have been told up to this one. */
export function afterSomeMails(health: EndpointHealth, toldUpTo: string | undefined): EndpointHealth {
  const [first, ...others] = health.notices;
  return first === undefined ? health : { ...health, notices: [{ ...first, toldUpTo }, ...others] };
}

/** The health while somebody brings deliveries back: the next tick does not send another to help. */
export function whileReturning(health: EndpointHealth, now: number): EndpointHealth {
  return { ...health, tendAt: iso(now + straggleMs) };
}

/**
 * Takes the next slots of a return, and says when the first is; undefined where the return is over or somebody else goes on
 * with it. `mine` is the health as whoever asks has left it.
 */
export function takeSlots(
  mine: EndpointHealth,
  health: EndpointHealth | undefined,
  { count, now }: { count: number; now: number },
): { firstAt: number; health: EndpointHealth } | undefined {
  if (health === undefined || health.pausedAt !== undefined) return undefined;
  if (health.returningUntil !== mine.returningUntil || health.nextSlotAt !== mine.nextSlotAt) return undefined;
  const firstAt = Math.max(now, health.nextSlotAt === undefined ? 0 : Date.parse(health.nextSlotAt));
  return { firstAt, health: whileReturning({ ...health, nextSlotAt: iso(firstAt + count * slotMs) }, now) };
}

/**
 * The health after all that was found has been brought back. It ends only where nothing was found and no sender can set
 * anything aside any more.
 */
export function afterReturn(health: EndpointHealth, found: number, now: number): EndpointHealth {
  const until = Date.parse(health.returningUntil ?? iso(now));
  if (found === 0 && now >= until) return lookAgain(without(health, ['returningUntil', 'tendAt']), undefined, now);
  const next = found === 0 ? until : now + straggleMs;
  return lookAgain({ ...health, returningUntil: iso(next) }, next, now);
}

/** The health after a look at a paused endpoint at which no probe was due. */
export function afterWatch(health: EndpointHealth, now: number): EndpointHealth {
  return lookAgain(health, health.probeAt === undefined ? now + probeEveryMs : Date.parse(health.probeAt), now);
}

/** The health of a paused endpoint that lets one delivery through; none where none waits. */
export function afterProbe(health: EndpointHealth, probe: string | undefined, now: number): EndpointHealth {
  const next = now + probeEveryMs;
  const probed = lookAgain({ ...without(health, ['probe']), probeAt: iso(next) }, next, now);
  return probe === undefined ? probed : { ...probed, probe };
}

/** Somebody looks again at this time, and soon where notices could not be told. */
function lookAgain(health: EndpointHealth, at: number | undefined, now: number): EndpointHealth {
  const soon = health.notices.length === 0 ? undefined : now + straggleMs;
  if (at === undefined && soon === undefined) return health;
  return { ...health, tendAt: iso(Math.min(at ?? Infinity, soon ?? Infinity)) };
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
