import * as z from 'zod';
import { ErrorBody } from '../../core/reply-errors.ts';
import { CreatedTicket, FoundTicket } from '../../core/tickets/ticket.ts';
import { UploadForm } from '../kit/upload-schemas.ts';

/** The answer to an accepted report. */
export const Created = z
  .object({
    status: z.literal(201),
    ticket: CreatedTicket,
    files: z.array(
      z.object({
        field: z.string(),
        parameter: z.string(),
        endpoint: z.url().describe('Takes any number of files for 7 days, without the key.'),
        upload: UploadForm,
      }),
    ),
    ignoredParameters: z.array(z.string()).describe('Top-level properties that nothing reads: typos are seen at once.'),
  })
  .meta({ id: 'Created' });

/** The answer to a report that was counted on an open ticket instead of creating another. */
export const Grouped = Created.extend({ status: z.literal(200), grouped: z.literal(true), ticket: FoundTicket }).meta({
  id: 'Grouped',
});

/** The answer to a dry run that would have been accepted. */
export const DryRun = z
  .object({
    status: z.literal(200),
    dryRun: z.literal(true),
    grouped: z.literal(true).optional().describe('It would be counted on this ticket instead of creating one.'),
    ticket: FoundTicket.optional(),
    ignoredParameters: z.array(z.string()),
  })
  .meta({ id: 'DryRun' });

const replayed = z.literal(true).optional().describe('The ticket was there: the batch was sent before.');

/** The answer to a batch: that of each report, in its order, as though it had come alone. */
export const BatchAnswer = z
  .object({
    status: z.literal(200),
    accepted: z.int(),
    refused: z.int(),
    reports: z.array(z.union([Created.extend({ replayed }), Grouped.extend({ replayed }), DryRun, ErrorBody])),
  })
  .meta({ id: 'BatchAnswer' });
