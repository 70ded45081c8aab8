import { finishedRun } from '../../adapters/dynamodb/automation-runs.ts';
import type { TransactItem } from '../../adapters/dynamodb/consequences.ts';
import { executedCallMark, findExecutedCall } from '../../adapters/dynamodb/listener-calls.ts';
import { rememberSignature } from '../../adapters/dynamodb/remembered-signatures.ts';
import { applyCall, type CallAction } from '../../core/listeners/apply-call.ts';
import type { ActionResult } from '../../core/records/action-result.ts';
import { type RunTarget, resultOf } from '../../core/runs/result.ts';
import type { HttpReply } from '../kit/http.ts';
import { recallSignature } from '../kit/recall-signature.ts';
import { type Decided, storeDecided } from '../kit/store-decided.ts';
import type { ListenerCall, ListenerDependencies } from './call.ts';
import { findRecord } from './find-record.ts';

/** How long a call goes on trying, in milliseconds: Slack and Shippo wait 3 seconds. */
const maxExecuteMs = 2_000;

/** What came of a call. */
export type ExecutedCall =
  | { outcome: 'executed'; target: RunTarget; run: string | undefined; actions: CallAction[] }
  | { outcome: 'filtered'; target: RunTarget }
  | { outcome: 'duplicate'; target?: { ticket?: string | undefined; member?: string | undefined }; run?: string }
  | { outcome: 'replayed'; reply: HttpReply; reason: string }
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
  const stored = await storeDecided(dependencies, () => decide(dependencies, call, find), deadline);
  if (stored.outcome === 'stored') return stored.answer;
  if (stored.outcome === 'done-before') return (await findDuplicate(dependencies, call)) ?? { outcome: 'duplicate' };
  return { outcome: 'contended' };
}

async function findDuplicate(
  { table, now }: ListenerDependencies,
  { project, listener, callId }: ListenerCall,
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
  const { table, newId, now, largeBodies } = dependencies;
  const { project, listener, configuration, body, content, callId } = call;
  const [duplicate, recall, found] = await Promise.all([
    findDuplicate(dependencies, call),
    recallSignature(dependencies, call.request, project, `listener/${listener.key}`, call.signature),
    findRecord(dependencies, configuration, listener, find),
  ]);
  // A sender that repeats its own call has not replayed it.
  if (duplicate !== undefined) return { answer: duplicate };
  if (recall.outcome === 'replayed') return { answer: recall };
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
  const marks =
    callId === undefined ? [] : [executedCallMark({ project, listener: listener.key, callId }, executed, at)];
  const deliveries = await largeBodies.store(consequence.deliveries);
  const { remember } = recall;
  const beside = [
    ...(remember === undefined ? [] : [rememberSignature(table, project, remember.endpoint, remember.fingerprint, at)]),
    ...describeRun(dependencies, call, { run, target, actions: consequence.ran[0]?.actions ?? [], at }),
  ];
  const stored = { ...consequence, deliveries };
  const write = { before, memberVersion, consequence: stored, token: newId(), marks, beside };
  return { answer: { outcome: 'executed', target, run, actions }, toStore: { write, now: at } };
}

/** The run of the macro, which is done with this one record; comments and data are no runs. */
function describeRun(
  { table, dueShards }: ListenerDependencies,
  { project, listener }: ListenerCall,
  { run, target, actions, at }: { run: string | undefined; target: RunTarget; actions: ActionResult[]; at: number },
): TransactItem[] {
  if (run === undefined || listener.type !== 'macro') return [];
  const cause = { kind: 'listener' as const, key: listener.key };
  const made = { id: run, project, macro: listener.macro, cause, result: resultOf(target, actions) };
  return finishedRun({ table, dueShards }, { ...made, startedAt: at, now: at });
}
