import { isContention } from '../../adapters/dynamodb/table.ts';

/** Tries before contention is given back to the caller: waits of 25 ms and twice as long each time, some three seconds in all. */
const maxTries = 7;

/** Does work with the table again where it met contention; what it met last is thrown. The work must bear repetition. */
export async function patiently<Value>(
  { pause }: { pause: (maxMs: number) => Promise<void> },
  work: () => Promise<Value>,
): Promise<Value> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === maxTries || !isContention(error)) throw error;
      await pause(25 * 2 ** tries);
    }
  }
}
