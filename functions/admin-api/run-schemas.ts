import * as z from 'zod';
import { isPlainInstant } from '../../core/dates.ts';
import { Where } from '../../core/document/schema-filters.ts';
import { Key } from '../../core/document/schema-names.ts';
import { RunResult } from '../../core/runs/result.ts';
import { PageQuery, pageOf } from './schemas.ts';

/** Targets that a run can be given by name. */
const maxRunTargets = 10_000;

/** A run as it is asked for: over named targets, or over what a filter finds. */
export const NewRun = z
  .strictObject({
    tickets: z
      .array(z.string().min(1, 'names a ticket such as BUG-0001').max(64))
      .min(1, 'names at least one ticket')
      .max(maxRunTargets)
      .optional()
      .describe('Ids of tickets, for a macro over tickets; one that is named twice counts once.'),
    members: z
      .array(z.string().min(1, 'names a member by e-mail address').max(254))
      .min(1, 'names at least one member')
      .max(maxRunTargets)
      .optional()
      .describe('E-mail addresses of members, for a macro over members.'),
    filter: Key.optional().describe('The key of a saved filter: all that it finds when the run is counted.'),
    where: Where.optional().describe('Conditions in place of a saved filter.'),
    confirm: z.boolean().optional().describe('Wait to be started once it is counted.'),
  })
  .meta({ id: 'NewRun' });
export type NewRun = z.output<typeof NewRun>;

/** Longest of what deliveries go by as their macro: `team:` and a key. */
const maxMacroLength = 68;

const Instant = z
  .string()
  .max(40)
  .refine(isPlainInstant, 'must be a date such as 2026-11-30 or 2026-11-30T09:15:00Z, without a leap second');

/** A bulk replay as it is asked for; every condition that is given counts, and one is needed. */
export const NewReplay = z
  .strictObject({
    outcome: z.enum(['delivered', 'failed', 'cancelled']).optional().describe('Pending ones are sent by themselves.'),
    ticket: z.string().min(1, 'names a ticket').max(64).optional(),
    member: z.string().min(1, 'names a member').max(254).optional(),
    macro: z.string().min(1, 'names a macro').max(maxMacroLength).optional(),
    action: z.string().min(1, 'names an action').max(64).optional(),
    from: Instant.optional().describe('Created at this date or instant, or later.'),
    to: Instant.optional().describe('Created at this instant or earlier; now if absent.'),
    perSecond: z
      .int()
      .min(1)
      .max(100)
      .default(10)
      .describe(
        'How fast they are released for sending, in each second; it does not bound retries or what was held up.',
      ),
    confirm: z.boolean().optional().describe('Wait to be started once it is counted.'),
  })
  .meta({ id: 'NewReplay' });

/** What the list of a run's results can be asked. */
export const ResultsQuery = PageQuery.extend({ outcome: RunResult.shape.outcome.optional() });
export const ResultPage = pageOf('RunResultPage', RunResult);
