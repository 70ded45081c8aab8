import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import type { ConsequenceWrite } from '../../adapters/dynamodb/consequences.ts';
import { unlessContended } from '../../adapters/dynamodb/contention.ts';
import { getResult, resultMark, storeResult, type TargetPlace } from '../../adapters/dynamodb/run-results.ts';
import { storeConsequence } from '../../adapters/dynamodb/store-consequence.ts';
import type { LargeBodies } from '../../adapters/s3/large-bodies.ts';
import { type Consequence, decideMacro, decideScheduled } from '../../core/consequence.ts';
import type { Automation, Macro } from '../../core/document/schema.ts';
import { type RunResult, type RunTarget, resultOf, resultWithout, sayNotRetried } from '../../core/runs/result.ts';
import { pageSize, type Run } from '../../core/runs/run.ts';
import { matchesScope } from '../../core/runs/scope.ts';
import { mentionsFiles, readsFiles } from '../../core/uploads/reads-files.ts';
import { type LoadedRecord, loadRecord, type RecordLoading } from './load-record.ts';
import { noteAutomations } from './note-automations.ts';
import { patiently } from './patiently.ts';

/** Tries to apply a macro to a record that others keep changing (docs/architecture.md, 1). */
const maxTries = 5;
const keptChanging = 'the record kept changing: run the macro again for this target';
const tooBusy = 'the table was too busy: run the macro again for this target';

/** What working a target needs. */
export type TargetDependencies = RecordLoading & {
  largeBodies: Pick<LargeBodies, 'store' | 'read'>;
  dueShards: number;
  deliveryRetentionDays: number;
  newId: () => string;
  pause: (maxMs: number) => Promise<void>;
};

/** A macro on its way through a run, which begins nothing any more after `deadline` (epoch milliseconds). */
export type WorkedMacro = {
  run: Run;
  macro: Macro;
  /** The automation that the run is of. */
  automation: Automation | undefined;
  configuration: Configuration;
  deadline: number;
  /** Does the work of one key after the other. */
  inLine: InLine;
};

/** Does work when nobody else does work of the same key. */
export type InLine = <Value>(key: string, work: () => Promise<Value>) => Promise<Value>;

/** What is to become of a target, and what has to be stored with it. */
type Decision = { result: RunResult; toStore?: { write: ConsequenceWrite; now: number }; member?: string | undefined };

/**
 * Applies a run's macro to one record and stores what follows from it together with its result, once; what hinders it is the
 * result. Undefined where the time was up before anything was stored.
 */
export async function workTarget(
  dependencies: TargetDependencies,
  worked: WorkedMacro,
  target: RunTarget,
  place: TargetPlace,
): Promise<RunResult | undefined> {
  const { now, pause } = dependencies;
  const attempt: Attempt = { decision: undefined, hindrance: tooBusy, member: '' };
  for (let tries = 1; tries <= maxTries; tries += 1) {
    if (now() > worked.deadline) return undefined;
    if (tries > 1) await pause(25 * 2 ** tries);
    const work = async () => await tryTarget(dependencies, worked, target, place, attempt);
    // Whoever lost a race over a member waits for others of the page who touch the same one.
    const result = tries === 1 || attempt.member === '' ? await work() : await worked.inLine(attempt.member, work);
    if (result !== undefined) return result;
  }
  return await storeAlone(dependencies, worked.run, place, resultWithout(target, 'failed', attempt.hindrance));
}

/** Stores the result of a target with which nothing else is stored; where there is one already, that is the result. */
export async function storeAlone(
  dependencies: Pick<TargetDependencies, 'table' | 'pause'>,
  run: Run,
  place: TargetPlace,
  result: RunResult,
): Promise<RunResult> {
  const { table } = dependencies;
  const outcome = await patiently(dependencies, () => storeResult(table, resultMark(run, place, result)));
  return outcome === 'stored' ? result : await patiently(dependencies, () => getResult(table, run, place));
}

type Attempt = { decision: Decision | undefined; hindrance: string; member: string };

async function tryTarget(
  dependencies: TargetDependencies,
  worked: WorkedMacro,
  target: RunTarget,
  place: TargetPlace,
  attempt: Attempt,
): Promise<RunResult | undefined> {
  const { table, dueShards, deliveryRetentionDays } = dependencies;
  if (attempt.decision === undefined) {
    const decided = await unlessContended(() => decide(dependencies, worked, target));
    attempt.hindrance = tooBusy;
    if (decided.outcome === 'contended') return undefined;
    attempt.decision = decided.value;
    attempt.member = decided.value.member ?? '';
  }
  const { result, toStore } = attempt.decision;
  if (toStore === undefined) return await storeAlone(dependencies, worked.run, place, result);
  const storage = { dueShards, deliveryRetentionDays, now: toStore.now };
  const write = { ...toStore.write, marks: [resultMark(worked.run, place, result)] };
  const outcome = await storeConsequence(table, write, storage);
  if (outcome === 'stored') {
    if (worked.automation === undefined) await noteAutomations(dependencies, toStore.write.consequence);
    else await noteAutomations(dependencies, withoutFirst(toStore.write.consequence));
    return result;
  }
  if (outcome === 'done-before') return await patiently(dependencies, () => getResult(table, worked.run, place));
  attempt.hindrance = outcome === 'contended' ? tooBusy : keptChanging;
  // After contention the same is tried again, so that nothing is sent twice if it was stored after all.
  if (outcome === 'changed-meanwhile') attempt.decision = undefined;
  return undefined;
}

/** What the run's own automation did is in the run. */
function withoutFirst({ ran, context }: Consequence): Pick<Consequence, 'ran' | 'context'> {
  return { ran: ran.slice(1), context };
}

async function decide(dependencies: TargetDependencies, worked: WorkedMacro, target: RunTarget): Promise<Decision> {
  const { newId, now } = dependencies;
  const { configuration, run } = worked;
  const where = run.over.kind === 'records' ? run.over.where : undefined;
  const withFiles = readsFiles(configuration.document) || mentionsFiles(configuration.document, where);
  const loaded = await loadRecord(dependencies, configuration, target, { withFiles });
  if (loaded === undefined) {
    const what = 'ticket' in target ? 'ticket' : 'member';
    return { result: resultWithout(target, 'failed', `there is no such ${what}`) };
  }
  const reason = whySkipped(worked, loaded);
  if (reason !== undefined) return { result: resultWithout(target, 'skipped', reason) };
  const { context, memberVersion, ranOnce } = loaded;
  const input = { document: configuration.document, context, memberVersion, ranOnce, newId };
  const { macro, automation } = worked;
  const cause = { kind: 'run' as const, key: run.id };
  const by = run.cause.by === undefined ? {} : { by: run.cause.by };
  const consequence =
    automation === undefined
      ? decideMacro(input, { macro, cause, changeCause: { ...cause, ...by }, isBulk: isBulk(run) })
      : decideScheduled(input, automation, macro);
  const [first] = consequence.ran;
  // Stored before the commit: what the commit then does not take, the bucket forgets.
  const deliveries = await dependencies.largeBodies.store(consequence.deliveries);
  const write = { before: context, memberVersion, consequence: { ...consequence, deliveries }, token: newId() };
  const member = 'ticket' in context ? context.submitter?.email : context.member.email;
  return { result: sayNotRetried(resultOf(target, first?.actions ?? [])), toStore: { write, now: now() }, member };
}

/** A list of a few tickets is what a person moves by hand. */
function isBulk({ over, total }: Run): boolean {
  return over.kind !== 'list' || total > pageSize;
}

function whySkipped({ macro, automation, run, configuration }: WorkedMacro, loaded: LoadedRecord): string | undefined {
  const { context, ranOnce } = loaded;
  if ('ticket' in context && macro.feedbackType !== undefined && macro.feedbackType !== context.ticket.feedbackType) {
    return `the macro is for ${macro.feedbackType}, the ticket is of ${context.ticket.feedbackType}`;
  }
  if (run.over.kind === 'records' && !matchesScope(configuration.document, run.over, context)) {
    return 'no longer matches the filter';
  }
  const hasRun = automation?.limit === 'oncePerTicket' && ranOnce.has(automation.key);
  return hasRun ? 'has run for this ticket before' : undefined;
}
