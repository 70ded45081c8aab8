import * as z from 'zod';
import { Ticket } from '../../core/tickets/ticket.ts';

/** What the caller is told of the ticket it created. */
export const CreatedTicket = Ticket.pick({
  id: true,
  feedbackType: true,
  state: true,
  submitter: true,
  createdAt: true,
});
export type CreatedTicket = z.infer<typeof CreatedTicket>;

/** A form for S3 that the caller completes with the file. */
const Upload = z.object({
  method: z.literal('POST'),
  url: z.url(),
  fields: z.record(z.string(), z.string()),
  expiresAt: z.iso.datetime(),
  maxBytes: z.int(),
});

/** The answer to an accepted report. */
export const Created = z
  .object({
    status: z.literal(201),
    ticket: CreatedTicket,
    files: z.array(z.object({ field: z.string(), parameter: z.string(), upload: Upload })),
    ignoredParameters: z.array(z.string()).describe('Top-level properties that nothing reads: typos are seen at once.'),
  })
  .meta({ id: 'Created' });

/** The answer to a dry run that would have been accepted. */
export const DryRun = z
  .object({ status: z.literal(200), dryRun: z.literal(true), ignoredParameters: z.array(z.string()) })
  .meta({ id: 'DryRun' });
