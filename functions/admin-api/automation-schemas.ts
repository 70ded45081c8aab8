import * as z from 'zod';
import { AutomationRun } from '../../core/automations/automation-run.ts';
import { Automation } from '../../core/document/schema-automations.ts';
import { Run } from '../../core/runs/run.ts';
import { pageOf } from './schemas.ts';

/** An automation as it is listed. */
export const ShownAutomation = z
  .object({
    ...Automation.shape,
    nextRunAt: z.iso.datetime().optional().describe('Absent where it has no schedule, is disabled, or runs no more.'),
    lastRuns: z
      .array(
        AutomationRun.omit({ automation: true }).extend({
          progress: Run.pick({ state: true, total: true, done: true, failed: true, skipped: true })
            .optional()
            .describe('Of a run by schedule: how far it has come.'),
        }),
      )
      .describe('The last five, newest first, of the last 30 days.'),
  })
  .meta({ id: 'Automation' });
export type ShownAutomation = z.infer<typeof ShownAutomation>;

export const AutomationPage = pageOf('AutomationPage', ShownAutomation);
