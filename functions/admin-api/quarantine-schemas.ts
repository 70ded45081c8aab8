import * as z from 'zod';
import { KeptSubmission, ListedSubmission } from '../../core/quarantine/submission.ts';
import { ErrorBody } from '../../core/reply-errors.ts';
import { CreatedTicket } from '../../core/tickets/ticket.ts';
import { PageQuery, pageOf } from './schemas.ts';

/** Kept submissions that one replay can be given by name. */
const maxNamed = 10_000;

/** What the list of kept submissions can be asked. */
export const SubmissionsQuery = PageQuery.extend({
  source: z.string().optional().describe('The key of a source.'),
  state: KeptSubmission.shape.state.optional(),
});

const ShownBody = z.object({
  bytes: z.int(),
  text: z.string().optional().describe('The body, where it is text.'),
  base64: z
    .string()
    .optional()
    .describe('The body, where it is no UTF-8 text, or one that is long once it is escaped.'),
  gone: z.literal(true).optional().describe('It cannot be read any more.'),
});
export type ShownBody = z.infer<typeof ShownBody>;

/** A kept submission as it is shown. */
export const ShownSubmission = ListedSubmission.extend({
  version: KeptSubmission.shape.version.describe('For `If-Match`.'),
  requestId: z.string(),
  errors: KeptSubmission.shape.errors.describe('What was wrong with it then.'),
  body: ShownBody.describe('Exactly as it came.'),
  correction: z
    .object({ body: ShownBody, at: z.iso.datetime(), by: z.string() })
    .optional()
    .describe('What a replay takes in its place.'),
  replayedAt: z.iso.datetime().optional(),
  replayedBy: z.string().optional(),
}).meta({ id: 'RejectedSubmission' });
export type ShownSubmission = z.infer<typeof ShownSubmission>;

/** What a submission would be answered today. */
const Check = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('passes'), ignoredParameters: z.array(z.string()) }),
  ErrorBody.pick({ description: true, errors: true }).extend({ outcome: z.literal('refused') }),
]);
export type Check = z.infer<typeof Check>;

/** A body to take the place of the rejected one. */
export const NewCorrection = z
  .strictObject({ body: z.record(z.string(), z.unknown()).describe('The whole report, corrected.') })
  .meta({ id: 'NewCorrection' });

/** A corrected submission, and what it would be answered today. */
export const CorrectedSubmission = ShownSubmission.extend({ check: Check }).meta({ id: 'CorrectedSubmission' });

/** What one replay can be asked. */
export const ReplayQuery = z.object({
  dryRun: z.enum(['true', 'false']).default('false').describe('Only say whether it would be taken.'),
});

/** What a replay of one submission made. */
export const ReplayedSubmission = z
  .object({ submission: z.string(), ticket: CreatedTicket })
  .meta({ id: 'ReplayedSubmission' });

/** What a dry run of one says that would be taken. */
export const PassingSubmission = z
  .object({ submission: z.string(), dryRun: z.literal(true), ignoredParameters: z.array(z.string()) })
  .meta({ id: 'PassingSubmission' });

/** A replay of many as it is asked for; without conditions it is over all that wait. */
export const NewResubmission = z
  .strictObject({
    source: z.string().min(1, 'names a source').max(63).optional().describe('Only what this source rejected.'),
    ids: z
      .array(z.string().min(1, 'names a kept submission').max(40))
      .min(1, 'names at least one kept submission')
      .max(maxNamed)
      .optional()
      .describe('Only these.'),
    dryRun: z.boolean().default(false).describe('Only say how many would be taken.'),
    confirm: z.boolean().optional().describe('Wait to be started once it is counted.'),
  })
  .meta({ id: 'NewResubmission' });

/** What a dry run over many says. */
export const ResubmissionCheck = z
  .object({
    dryRun: z.literal(true),
    checked: z.int(),
    wouldPass: z.int(),
    wouldFail: z.int(),
    examples: z
      .array(ErrorBody.pick({ description: true, errors: true }).extend({ id: z.string() }))
      .describe('The first of those that would be refused again, and why.'),
    more: z.boolean().describe('There are more than were looked at.'),
  })
  .meta({ id: 'ResubmissionCheck' });
export type ResubmissionCheck = z.infer<typeof ResubmissionCheck>;

export const SubmissionPage = pageOf('SubmissionPage', ListedSubmission);
