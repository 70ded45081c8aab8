import * as z from 'zod';
import { Comment, maxCommentLength } from '../../core/records/comment.ts';

/** What is changed of a ticket; the project's document says which fields there are and what they take. */
export const TicketEdit = z
  .strictObject({
    state: z
      .strictObject({ workflow: z.string(), status: z.string(), team: z.string() })
      .partial()
      .describe("What is not named follows from the rest: the team is the status' own unless it is given."),
    fields: z.record(z.string(), z.unknown()).describe('Values by the keys of fields.'),
    external: z
      .record(z.string(), z.record(z.string(), z.unknown()))
      .describe('External data by the keys of groups and of their fields.'),
  })
  .partial()
  .meta({ id: 'TicketEdit' });

/** A comment as a person writes it. */
export const NewComment = z
  .strictObject({
    text: z.string().describe(`At most ${maxCommentLength.toLocaleString('en')} characters, and not blank.`),
    visibility: Comment.shape.visibility.default('internal').describe('Public ones are meant for testers as well.'),
  })
  .meta({ id: 'NewComment' });
