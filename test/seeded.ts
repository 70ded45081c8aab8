import { createHash } from 'node:crypto';

/** A clock that stands still until it is moved. */
export type TestClock = { now: () => number; advance: (milliseconds: number) => void };

/** Makes a clock at a fixed instant. */
export function fixedClock(at = Date.parse('2026-11-21T09:00:00.000Z')): TestClock {
  let instant = at;
  return {
    now: () => instant,
    advance: (milliseconds) => {
      instant += milliseconds;
    },
  };
}

/** Makes ids that are the same in every run of one test, and those of no other. */
export function seededIds(seed: string): () => string {
  let count = 0;
  return () => {
    count += 1;
    return createHash('sha256').update(`${seed}/${count}`).digest('hex').slice(0, 20);
  };
}
