import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Characters of an id: 20 of base62 are 119 bits, which nobody guesses or meets twice. */
const idLength = 20;

/** The clock and the chance of the machine; tests pass their own. */
export const system = {
  /** The present instant in epoch milliseconds. */
  now: (): number => Date.now(),
  /** A number from 0 up to 1. */
  random: (): number => Math.random(),
  /** A new unguessable id. */
  newId: (): string => Array.from({ length: idLength }, () => base62.charAt(randomInt(base62.length))).join(''),
  /** So many random bytes. */
  randomBytes: (count: number): Uint8Array => randomBytes(count),
  /** Waits at most so many milliseconds, at least half of them: callers that met once meet less often again. */
  pause: async (maxMs: number): Promise<void> => {
    await setTimeout(maxMs * (0.5 + Math.random() / 2));
  },
};
