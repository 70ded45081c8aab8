import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import { type ConsequenceWrite, storeConsequence } from '../../adapters/dynamodb/consequences.ts';
import { unlessContended } from '../../adapters/dynamodb/contention.ts';
import { decideMacro } from '../../core/consequence.ts';
import type { Macro } from '../../core/document/schema.ts';
import { type RunResult, type RunTarget, resultOf, resultWithout } from '../../core/runs/run.ts';
import { loadRecord } from '../kit/load-record.ts';
import type { AdminDependencies } from './call.ts';

/** Tries to apply a macro to a record that others keep changing (docs/architecture.md, 1). */
const maxTries = 5;
const keptChanging = 'the record kept changing: run the macro again';
const tooBusy = 'the table was too busy: run the macro again for this target';
const timeUp = 'the time of this run was up: run the macro again for this target';

/** A macro on its way through a run, which tries nothing any more after `deadline` (epoch milliseconds). */
export type RunningMacro = {
  project: string;
  run: string;
  /** Who runs it: a person's address, or a machine's role. */
  by: string;
  macro: Macro;
  configuration: Configuration;
  deadline: number;
};

/** What is to become of a target, and what has to be stored before it is true. */
type Decision = { result: RunResult; toStore?: { write: ConsequenceWrite; now: number } };

/** Applies a run's macro to one record and stores what follows from it; what hinders it is the target's result. */
export async function runForRecord(
  dependencies: AdminDependencies,
  running: RunningMacro,
  target: RunTarget,
): Promise<RunResult> {
  const { table, dueShards, deliveryRetentionDays, now, pause } = dependencies;
  let decision: Decision | undefined;
  let hindrance = timeUp;
  for (let tries = 1; tries <= maxTries && now() <= running.deadline; tries += 1) {
    if (tries > 1) await pause(25 * 2 ** tries);
    if (decision === undefined) {
      const decided = await unlessContended(() => decide(dependencies, running, target));
      hindrance = tooBusy;
      if (decided.outcome === 'contended') continue;
      decision = decided.value;
    }
    const { result, toStore } = decision;
    if (toStore === undefined) return result;
    const storage = { dueShards, deliveryRetentionDays, now: toStore.now };
    const outcome = await storeConsequence(table, toStore.write, storage);
    if (outcome === 'stored') return result;
    hindrance = outcome === 'contended' ? tooBusy : keptChanging;
    // After contention the same is tried again, so that nothing is sent twice if it was stored after all.
    if (outcome === 'changed-meanwhile') decision = undefined;
  }
  return resultWithout(target, 'failed', hindrance);
}

async function decide(dependencies: AdminDependencies, running: RunningMacro, target: RunTarget): Promise<Decision> {
  const { newId, now } = dependencies;
  const { macro, configuration, run, by } = running;
  const loaded = await loadRecord(dependencies, configuration, target);
  if (loaded === undefined) {
    const what = 'ticket' in target ? 'ticket' : 'member';
    return { result: resultWithout(target, 'failed', `there is no such ${what}`) };
  }
  const { context, memberVersion, ranOnce } = loaded;
  if ('ticket' in context && macro.feedbackType !== undefined && macro.feedbackType !== context.ticket.feedbackType) {
    const reason = `the macro is for ${macro.feedbackType}, the ticket is of ${context.ticket.feedbackType}`;
    return { result: resultWithout(target, 'skipped', reason) };
  }
  const cause = { kind: 'run' as const, key: run };
  const consequence = decideMacro(
    { document: configuration.document, context, memberVersion, ranOnce, newId },
    { macro, cause, changeCause: { ...cause, by } },
  );
  const [first] = consequence.ran;
  // Stored before the commit: what the commit then does not take, the bucket forgets.
  const deliveries = await dependencies.largeBodies.store(consequence.deliveries);
  const write = { before: context, memberVersion, consequence: { ...consequence, deliveries }, token: newId() };
  return { result: resultOf(target, first?.actions ?? []), toStore: { write, now: now() } };
}
