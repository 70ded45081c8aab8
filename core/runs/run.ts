import * as z from 'zod';
import type { ActionResult } from '../macros/apply-macro.ts';

/** What became of one action for one ticket. */
const RunAction = z.object({
  kind: z.string(),
  action: z.string(),
  outcome: z.enum(['queued', 'failed', 'skipped']),
  reason: z.string().optional(),
  delivery: z.string().optional(),
});

/** What became of one ticket. */
export const RunResult = z
  .object({
    ticket: z.string(),
    outcome: z.enum(['done', 'failed', 'skipped']),
    reason: z.string().optional(),
    actions: z.array(RunAction),
  })
  .meta({ id: 'RunResult' });
export type RunResult = z.infer<typeof RunResult>;

/** One execution of a macro over tickets. */
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

/** What a macro came to for one ticket: one failed action makes it failed, one that is under way makes it done. */
export function resultOf(ticket: string, actions: readonly ActionResult[]): RunResult {
  const failed = actions.find(({ outcome }) => outcome === 'failed');
  if (failed !== undefined) return { ticket, outcome: 'failed', ...reasonOf(failed), actions: [...actions] };
  if (actions.some(({ outcome }) => outcome === 'queued')) return { ticket, outcome: 'done', actions: [...actions] };
  return { ticket, outcome: 'skipped', ...reasonOf(actions[0]), actions: [...actions] };
}

/** A ticket to which the macro was not applied at all. */
export function resultWithout(ticket: string, outcome: 'failed' | 'skipped', reason: string): RunResult {
  return { ticket, outcome, reason, actions: [] };
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
