import type { ConsequenceWrite } from '../../adapters/dynamodb/consequences.ts';
import { unlessContended } from '../../adapters/dynamodb/contention.ts';
import { storeConsequence } from '../../adapters/dynamodb/store-consequence.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { noteAutomations } from './note-automations.ts';

/** Tries to change a record that others keep changing (docs/architecture.md, 1), and the longest wait between them, in milliseconds. */
const usualTries = 5;
const maxPauseMs = 2_000;

/** What storing a decision needs. */
export type DecisionStorage = {
  table: Table;
  dueShards: number;
  deliveryRetentionDays: number;
  now: () => number;
  newId: () => string;
  pause: (maxMs: number) => Promise<void>;
};

/** What was decided, and what has to be stored before it is true; `now` is in epoch milliseconds. */
export type Decided<Answer> = { answer: Answer; toStore?: { write: ConsequenceWrite; now: number } };

/** What came of a decision; nothing is stored unless it was `stored`. */
export type StoredDecision<Answer> =
  | { outcome: 'stored'; answer: Answer }
  | { outcome: 'done-before' | 'kept-changing' | 'too-busy' | 'time-up' };

/** Decides and stores, and decides again where the record was changed meanwhile; nothing is tried after `deadline`. */
export async function storeDecided<Answer>(
  { table, dueShards, deliveryRetentionDays, now, newId, pause }: DecisionStorage,
  decide: () => Promise<Decided<Answer>>,
  deadline: number,
  maxTries = usualTries,
): Promise<StoredDecision<Answer>> {
  let decided: Decided<Answer> | undefined;
  let hindrance: 'kept-changing' | 'too-busy' | 'time-up' = 'time-up';
  for (let tries = 1; tries <= maxTries && now() <= deadline; tries += 1) {
    if (tries > 1) await pause(Math.min(25 * 2 ** tries, maxPauseMs));
    if (decided === undefined) {
      const made = await unlessContended(decide);
      hindrance = 'too-busy';
      if (made.outcome === 'contended') continue;
      decided = made.value;
    }
    const { answer, toStore } = decided;
    if (toStore === undefined) return { outcome: 'stored', answer };
    const storage = { dueShards, deliveryRetentionDays, now: toStore.now };
    const outcome = await storeConsequence(table, toStore.write, storage);
    if (outcome === 'stored') {
      await noteAutomations({ table, newId }, toStore.write.consequence);
      return { outcome, answer };
    }
    if (outcome === 'done-before') return { outcome };
    hindrance = outcome === 'contended' ? 'too-busy' : 'kept-changing';
    // After contention the same is tried again, so that nothing is sent twice if it was stored after all.
    if (outcome === 'changed-meanwhile') decided = undefined;
  }
  return { outcome: hindrance };
}
