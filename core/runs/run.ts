import * as z from 'zod';
import { ActionResult } from '../records/action-result.ts';

/** What a run applies a macro to. */
export type RunTarget = { ticket: string } | { member: string };

/** What became of one target. */
export const RunResult = z
  .object({
    ticket: z.string().optional(),
    member: z.string().optional(),
    outcome: z.enum(['done', 'failed', 'skipped']),
    reason: z.string().optional(),
    actions: z.array(ActionResult),
  })
  .meta({ id: 'RunResult' });
export type RunResult = z.infer<typeof RunResult>;

/** One execution of a macro over tickets or members. */
export const Run = z
  .object({
    id: z.string(),
    macro: z.string(),
    state: z.enum(['running', 'done']),
    total: z.int(),
    done: z.int(),
    failed: z.int(),
    skipped: z.int(),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().optional(),
    results: z.array(RunResult),
  })
  .meta({ id: 'Run' });
export type Run = z.infer<typeof Run>;

/** What a macro came to for one target: one failed action makes it failed; what is there already is as good as done. */
export function resultOf(target: RunTarget, actions: readonly ActionResult[]): RunResult {
  const failed = actions.find(({ outcome }) => outcome === 'failed');
  if (failed !== undefined) return { ...target, outcome: 'failed', ...reasonOf(failed), actions: [...actions] };
  if (actions.some(({ outcome }) => outcome !== 'skipped')) {
    return { ...target, outcome: 'done', actions: [...actions] };
  }
  return { ...target, outcome: 'skipped', ...reasonOf(actions[0]), actions: [...actions] };
}

/** A target to which the macro was not applied at all. */
export function resultWithout(target: RunTarget, outcome: 'failed' | 'skipped', reason: string): RunResult {
  return { ...target, outcome, reason, actions: [] };
}

/** A run that begins. */
export function beginRun({ id, macro, total, startedAt }: Pick<Run, 'id' | 'macro' | 'total' | 'startedAt'>): Run {
  return { id, macro, state: 'running', total, done: 0, failed: 0, skipped: 0, startedAt, results: [] };
}

/** The same run at its end. */
export function finishRun(run: Run, results: readonly RunResult[], finishedAt: string): Run {
  const count = (wanted: RunResult['outcome']) => results.filter(({ outcome }) => outcome === wanted).length;
  const counts = { done: count('done'), failed: count('failed'), skipped: count('skipped') };
  const { id, macro, total, startedAt } = run;
  return { id, macro, state: 'done', total, ...counts, startedAt, finishedAt, results: [...results] };
}

function reasonOf(action: ActionResult | undefined): { reason?: string } {
  return action?.reason === undefined ? {} : { reason: action.reason };
}
