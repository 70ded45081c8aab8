import { finishedRun } from '../../adapters/dynamodb/automation-runs.ts';
import type { TransactItem } from '../../adapters/dynamodb/consequences.ts';
import { executedCallMark, findExecutedCall } from '../../adapters/dynamodb/listener-calls.ts';
import { applyCall, type CallAction } from '../../core/listeners/apply-call.ts';
import { type RunResult, type RunTarget, resultOf } from '../../core/runs/result.ts';
import { type Decided, storeDecided } from '../kit/store-decided.ts';
import type { CalledListener, ListenerCall, ListenerDependencies } from './call.ts';
import { findRecord, TooManyOutlived } from './find-record.ts';

/** How long a call goes on trying, in milliseconds: Slack and Shippo wait 3 seconds. */
const maxExecuteMs = 2_000;

/** What came of a call. */
export type ExecutedCall =
  | { outcome: 'executed'; target: RunTarget; run: string | undefined; actions: CallAction[] }
  | { outcome: 'filtered'; target: RunTarget }
  | { outcome: 'duplicate'; target?: { ticket?: string | undefined; member?: string | undefined }; run?: string }
  | { outcome: 'missing' }
  | { outcome: 'several'; records: string[] }
  | { outcome: 'contended' };

/** Finds the record, decides what the call comes to on it, and stores all of that together. */
export async function executeCall(
  dependencies: ListenerDependencies,
  call: ListenerCall,
  find: string,
): Promise<ExecutedCall> {
  const deadline = dependencies.now() + maxExecuteMs;
  const stored = await storeDecided(dependencies, () => decide(dependencies, call, find), deadline).catch(
    (error: unknown) => {
      if (error instanceof TooManyOutlived) return { outcome: 'too-busy' as const };
      throw error;
    },
  );
  if (stored.outcome === 'stored') return stored.answer;
  if (stored.outcome === 'done-before') return (await findDuplicate(dependencies, call)) ?? { outcome: 'duplicate' };
  return { outcome: 'contended' };
}

/** What is remembered of a call that was executed before under the same name. */
export async function findDuplicate(
  { table, now }: ListenerDependencies,
  { project, listener, callId }: CalledListener,
): Promise<ExecutedCall | undefined> {
  if (callId === undefined) return undefined;
  const before = await findExecutedCall(table, { project, listener: listener.key, callId }, now());
  if (before === undefined) return undefined;
  const { target, run } = before;
  return { outcome: 'duplicate', target, ...(run === undefined ? {} : { run }) };
}

async function decide(
  dependencies: ListenerDependencies,
  call: ListenerCall,
  find: string,
): Promise<Decided<ExecutedCall>> {
  const { newId, now, largeBodies } = dependencies;
  const { project, listener, configuration, body, content, callId } = call;
  const [duplicate, found] = await Promise.all([
    findDuplicate(dependencies, call),
    findRecord(dependencies, configuration, listener, find),
  ]);
  if (duplicate !== undefined) {
    const target = found.outcome === 'found' ? { target: found.target } : {};
    return { answer: { ...duplicate, ...target } };
  }
  if (found.outcome !== 'found') return { answer: found };
  const { target, loaded } = found;
  const { context: before, memberVersion, ranOnce } = loaded;
  const context = body === undefined ? before : { ...before, request: body };
  const input = { document: configuration.document, context, memberVersion, ranOnce, newId };
  const applied = applyCall(listener, content, input);
  if (applied.outcome === 'filtered') return { answer: { outcome: 'filtered', target } };
  const { consequence, actions } = applied;
  const run = content.type === 'macro' ? newId() : undefined;
  const at = now();
  const executed = { target, ...(run === undefined ? {} : { run }) };
  const deliveries = await largeBodies.store(consequence.deliveries);
  const result = resultOf(target, consequence.ran[0]?.actions ?? []);
  // Of what came to nothing at all, a repetition may come to something.
  const isDone = result.outcome !== 'failed' || consequence.deliveries.length > 0;
  const marks =
    callId === undefined || !isDone
      ? []
      : [executedCallMark({ project, listener: listener.key, callId }, executed, at)];
  const beside = describeRun(dependencies, call, { run, result, at });
  const stored = { ...consequence, deliveries };
  const write = { before, memberVersion, consequence: stored, token: newId(), marks, beside };
  return { answer: { outcome: 'executed', target, run, actions }, toStore: { write, now: at } };
}

/** The run of the macro, which is done with this one record; comments and data are no runs. */
function describeRun(
  { table, dueShards }: ListenerDependencies,
  { project, listener }: ListenerCall,
  { run, result, at }: { run: string | undefined; result: RunResult; at: number },
): TransactItem[] {
  if (run === undefined || listener.type !== 'macro') return [];
  const cause = { kind: 'listener' as const, key: listener.key };
  const made = { id: run, project, macro: listener.macro, cause, result };
  return finishedRun({ table, dueShards }, { ...made, startedAt: at, now: at });
}
