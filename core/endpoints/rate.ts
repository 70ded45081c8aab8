/** What a delivery's log says while its endpoint's `maxPerSecond` keeps it waiting. */
export const rateReason = "waits for its endpoint's turn: no more a second are wanted (maxPerSecond)";

/** Longest that a leased delivery waits for its turn inside its instance, which keeps others of its endpoint from a slot. */
export const maxRateWaitMs = 2_000;

/** An endpoint's timetable: when the next call may go, and when the last one is due that was told to come again. */
type Timetable = { freeAt: number; lineEnd: number };

/** What is written next for a call that is to go: it goes at once, at the next free instant, later in line, or comes then. */
type RateStep = { step: 'start' } | { step: 'follow' } | { step: 'line-up' } | { step: 'return'; until: number };

/** The milliseconds between the calls of an endpoint: evenly spaced, no second ever has more than `maxPerSecond`. */
export function intervalMs(maxPerSecond: number): number {
  return Math.ceil(1_000 / maxPerSecond);
}

/** Decides how a call gets its turn; one that was told to come now (`returning`) goes before those who have just come. */
export function planRate(timetable: Timetable | undefined, call: { now: number; returning: boolean }): RateStep {
  const { now, returning } = call;
  if (timetable === undefined) return { step: 'start' };
  if (!returning && timetable.lineEnd > now) return { step: 'line-up' };
  if (timetable.freeAt <= now) return { step: 'start' };
  if (timetable.freeAt - now <= maxRateWaitMs) return { step: 'follow' };
  return returning ? { step: 'return', until: timetable.freeAt } : { step: 'line-up' };
}
