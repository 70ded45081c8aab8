/** Longest that a delivery is sent away for; jitter comes on top. */
const maxWaitMs = 900_000;
const maxJitter = 0.1;
/** Places that are remembered: those behind come at the latest instant anyway. */
const maxPlaces = maxWaitMs / 5_000;

/** Those whom an instance has sent away and expects back, it or another one. */
export type Line = readonly { until: number; byQueue: boolean }[];

/** Gives the next one a place: each comes one call's time after the one before, `byQueue` of them by the queue's delay. */
export function placeInLine(
  line: Line,
  next: { now: number; firstAt: number; callMs: number; byQueue: number; random: number },
): { line: Line; until: number; byQueue: boolean } {
  const { now, firstAt, callMs, random } = next;
  const ahead = line.filter(({ until }) => until > now);
  const waitMs = Math.min(maxWaitMs, firstAt - now + ahead.length * callMs);
  const until = now + waitMs + Math.floor(waitMs * maxJitter * random);
  // The queue's delay is the only way back within the minute, and what it holds must not grow with a backlog.
  const byQueue = waitMs < maxWaitMs && ahead.filter((one) => one.byQueue).length < next.byQueue;
  return { line: ahead.length < maxPlaces ? [...ahead, { until, byQueue }] : ahead, until, byQueue };
}
