/** Timeouts in a row after which an endpoint's breaker opens (quality.md, "Nothing lost"). */
const timeoutsToOpen = 3;
/** While a breaker is open, one probe is let through in this time. */
const probeEveryMs = 30_000;

/** How an endpoint's calls ended lately: the timeouts in a row, and when the next probe may go while the breaker is open. */
export type Breaker = { timeouts: number; probeAt: number };

/** How a call ended for the breaker; `none` where the endpoint was not called after all. */
export type CallResult = 'timeout' | 'answered' | 'none';

/** The breaker of an endpoint of which nothing bad is known. */
export const closedBreaker: Breaker = { timeouts: 0, probeAt: 0 };

/** Whether a breaker lets nothing but probes through. */
export function isOpen({ timeouts }: Breaker): boolean {
  return timeouts >= timeoutsToOpen;
}

/** The breaker after a call has been let through: while it is open, that is the probe. */
export function noteCall(breaker: Breaker, now: number): Breaker {
  return isOpen(breaker) ? { ...breaker, probeAt: now + probeEveryMs } : breaker;
}

/** The breaker after a call's end: a refused connection closes it like any answer, since it takes no time from others. */
export function noteResult(breaker: Breaker, result: CallResult, now: number): Breaker {
  if (result === 'answered') return closedBreaker;
  if (result === 'none') return { ...breaker, probeAt: Math.min(breaker.probeAt, now) };
  const opens = breaker.timeouts + 1 === timeoutsToOpen;
  return { timeouts: breaker.timeouts + 1, probeAt: opens ? now + probeEveryMs : breaker.probeAt };
}
