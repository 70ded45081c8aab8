import { isContention } from './table.ts';

/** What work with the table came to: its value, or contention or throttling that outlasted the SDK's retries. */
type Unhindered<Value> = { outcome: 'done'; value: Value } | { outcome: 'contended' };

/** Does work with the table and gives contention back as an outcome; of several writes some may have been done by then. */
export async function unlessContended<Value>(work: () => Promise<Value>): Promise<Unhindered<Value>> {
  try {
    return { outcome: 'done', value: await work() };
  } catch (error) {
    if (!isContention(error)) throw error;
    return { outcome: 'contended' };
  }
}
