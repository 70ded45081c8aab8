/** Longest that a delivery is sent away for; jitter comes on top. */
const maxWaitMs = 900_000;
const maxJitter = 0.1;

/** Those whom an instance has sent away: when the last of them is due, and when each comes that the queue holds. */
export type Line = { lastAt: number; byQueue: readonly number[] };

/** Nobody was sent away. */
export const emptyLine: Line = { lastAt: 0, byQueue: [] };

/** Gives the next one a place, `spacingMs` after the one before and not before `firstAt`; `byQueue` of them by the queue's delay. */
export function placeInLine(
  line: Line,
  next: { now: number; firstAt: number; spacingMs: number; byQueue: number; random: number },
): { line: Line; until: number; byQueue: boolean } {
  const { now, firstAt, spacingMs, random } = next;
  const lastAt = Math.min(now + maxWaitMs, Math.max(firstAt, line.lastAt > now ? line.lastAt + spacingMs : 0));
  const waitMs = lastAt - now;
  const until = lastAt + Math.floor(waitMs * maxJitter * random);
  const held = line.byQueue.filter((at) => at > now);
  // The queue's delay is the only way back within the minute, and what it holds must not grow with a backlog.
  const byQueue = waitMs < maxWaitMs && held.length < next.byQueue;
  return { line: { lastAt, byQueue: byQueue ? [...held, until] : held }, until, byQueue };
}
