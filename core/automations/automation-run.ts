import * as z from 'zod';
import { boundText } from '../activity.ts';
import type { Consequence } from '../consequence.ts';
import { resultOf } from '../runs/result.ts';

/** That an automation has run: on one record, or on all that its filter found, as a run of its own. */
export const AutomationRun = z.object({
  at: z.iso.datetime(),
  automation: z.string(),
  ticket: z.string().optional(),
  member: z.string().optional(),
  outcome: z.enum(['done', 'failed', 'skipped']).optional().describe('Absent for a run, which says that itself.'),
  reason: z.string().optional(),
  run: z.string().optional().describe('The id of the run, where a schedule began one.'),
});
export type AutomationRun = z.infer<typeof AutomationRun>;

/** What automations did within a consequence; `context` names the record. */
export function listAutomationRuns({ ran, context }: Pick<Consequence, 'ran' | 'context'>): AutomationRun[] {
  const target = 'ticket' in context ? { ticket: context.ticket.id } : { member: context.member.email };
  return ran.flatMap(({ automation, actions }) => {
    if (automation === undefined) return [];
    const { outcome, reason } = resultOf(target, actions);
    const why = reason === undefined ? {} : { reason: boundText(reason) };
    return [{ at: context.now, automation, ...target, outcome, ...why }];
  });
}
