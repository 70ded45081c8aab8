import * as z from 'zod';
import { ActionResult } from '../records/action-result.ts';
import { boundActions } from '../records/bound-entry.ts';

const notRetried = 'other actions were done, so a retry leaves it: run the macro again for it if they may be repeated';

/** What a run applies a macro to. */
export type RunTarget = { ticket: string } | { member: string };

/** A line of a file of members, and whom it is about. */
export type LineTarget = { member: string; line: number };

/** What a run works on: a record, a line, a delivery that is sent again, a kept submission, or something to be erased (`delivery/d1`). */
export type AnyTarget = RunTarget | LineTarget | { delivery: string } | { submission: string } | { item: string };

/** What became of one target. */
export const RunResult = z
  .object({
    ticket: z.string().optional(),
    member: z.string().optional(),
    delivery: z.string().optional().describe('The delivery that was to be sent again.'),
    submission: z
      .string()
      .optional()
      .describe('The rejected submission that was to be taken; `ticket` is what it became.'),
    item: z.string().optional().describe('What was to be erased, such as `delivery/d1`.'),
    line: z.int().optional().describe('The line of the file that was imported.'),
    change: z.enum(['added', 'changed', 'unchanged']).optional().describe('What a line came to.'),
    outcome: z.enum(['done', 'failed', 'skipped']),
    reason: z.string().optional(),
    actions: z.array(ActionResult),
    replay: z.string().optional().describe('The delivery that sends it again.'),
  })
  .meta({ id: 'RunResult' });
export type RunResult = z.infer<typeof RunResult>;

/** How many targets came to what. */
export const Tally = z.object({ done: z.int(), failed: z.int(), skipped: z.int() });
export type Tally = z.infer<typeof Tally>;

/** UTF-16 units of a result's reason that are kept. */
const maxReasonLength = 1_000;

/** What a macro came to for one target: one failed action makes it failed; what is there already is as good as done. */
export function resultOf(target: RunTarget, actions: readonly ActionResult[]): RunResult {
  const kept = boundActions(actions);
  const failed = actions.find(({ outcome }) => outcome === 'failed');
  if (failed !== undefined) return { ...target, outcome: 'failed', ...reasonOf(failed), actions: kept };
  if (actions.some(({ outcome }) => outcome !== 'skipped')) return { ...target, outcome: 'done', actions: kept };
  return { ...target, outcome: 'skipped', ...reasonOf(actions[0]), actions: kept };
}

/** Whether a retry works a target again: it failed, and nothing was done to it that would then be done twice. */
export function isRetried({ outcome, actions }: Pick<RunResult, 'outcome' | 'actions'>): boolean {
  return outcome === 'failed' && actions.every(isIdle);
}

/** The result with its reason, where it failed and a retry leaves it alone nevertheless. */
export function sayNotRetried(result: RunResult): RunResult {
  if (result.outcome !== 'failed' || isRetried(result)) return result;
  return { ...result, reason: `${result.reason ?? 'an action failed'}; ${notRetried}` };
}

/** Whether an action has changed nothing and sent nothing. */
function isIdle({ outcome }: ActionResult): boolean {
  return outcome !== 'applied' && outcome !== 'queued';
}

/** A target to which nothing was done at all. */
export function resultWithout(target: AnyTarget, outcome: 'failed' | 'skipped', reason: string): RunResult {
  return { ...target, outcome, reason, actions: [] };
}

/** Counts results by their outcome. */
export function tally(results: readonly Pick<RunResult, 'outcome'>[]): Tally {
  const count = (wanted: RunResult['outcome']) => results.filter(({ outcome }) => outcome === wanted).length;
  return { done: count('done'), failed: count('failed'), skipped: count('skipped') };
}

function reasonOf(action: ActionResult | undefined): { reason?: string } {
  const reason = action?.reason;
  if (reason === undefined) return {};
  return { reason: reason.length <= maxReasonLength ? reason : `${reason.slice(0, maxReasonLength).toWellFormed()}…` };
}
