import { setTimeout } from 'node:timers/promises';

/** Waits between tries, in milliseconds: as many as the SDK makes. */
const waitsMs = [100, 400];

/** What one try of a call to AWS came to; `passing` is worth another. */
export type Try<Value> = { outcome: 'done'; value: Value } | { outcome: 'refused'; passing: boolean; fault: string };

/** An answer that is no use however often it is asked for again. */
export class UnreadableAnswer extends Error {}

/** Makes a call to AWS, and again where it may then succeed; `what` names it in the error that is thrown otherwise. */
export async function repeatCall<Value>(what: string, attempt: () => Promise<Try<Value>>): Promise<Value> {
  for (let tries = 0; ; tries += 1) {
    const waitMs = waitsMs[tries];
    // A connection that broke or took too long is worth another try, as long as one is left.
    const made = await attempt().catch((error: unknown) => {
      if (waitMs === undefined || error instanceof UnreadableAnswer) throw error;
      return { outcome: 'refused' as const, passing: true, fault: String(error) };
    });
    if (made.outcome === 'done') return made.value;
    if (!made.passing || waitMs === undefined) throw new Error(`${what}: ${made.fault}`);
    await setTimeout(waitMs);
  }
}
