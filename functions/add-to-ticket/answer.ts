import * as z from 'zod';
import { Comment } from '../../core/records/comment.ts';
import { FoundTicket } from '../../core/tickets/ticket.ts';

/** The answer to a later addition to a ticket's fields. */
export const ChangedFields = z
  .object({
    status: z.literal(200),
    dryRun: z.literal(true).optional().describe('Nothing was changed; it would have been.'),
    ticket: FoundTicket.describe('The ticket afterwards.'),
    ignoredParameters: z.array(z.string()).describe('Top-level properties that nothing reads: typos are seen at once.'),
  })
  .meta({ id: 'ChangedFields' });
export type ChangedFields = z.infer<typeof ChangedFields>;

/** A comment as the app that created a ticket writes it. */
export const AppComment = z
  .strictObject({ text: z.string().describe('At most 30,000 characters, and not blank.') })
  .meta({ id: 'AppComment' });

/** The answer to such a comment. */
export const AddedComment = z.object({ status: z.literal(201), comment: Comment }).meta({ id: 'AddedComment' });
export type AddedComment = z.infer<typeof AddedComment>;

/** The answer to a comment that would be written. */
export const CheckedComment = z
  .object({ status: z.literal(200), dryRun: z.literal(true) })
  .meta({ id: 'CheckedComment' });
