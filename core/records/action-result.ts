import * as z from 'zod';

/** What became of one action of a macro. */
export const ActionResult = z.object({
  kind: z.enum(['webhook', 'workflow', 'setFields', 'comment', 'score', 'teams', 'email']),
  action: z.string(),
  outcome: z.enum(['applied', 'unchanged', 'queued', 'failed', 'skipped']),
  reason: z.string().optional().describe('Why it failed or was skipped; why points were given.'),
  delivery: z.string().optional(),
});
export type ActionResult = z.infer<typeof ActionResult>;
