import * as z from 'zod';
import { IdPrefix, Key, Name, StatusKey } from './schema-names.ts';

/** Longest text a field may allow, in code points: an item of the table holds 350 KB in all (architecture.md). */
const maxFieldLength = 100_000;

/** The kinds of form elements. */
const FieldKind = z.enum([
  'text',
  'longText',
  'number',
  'boolean',
  'date',
  'singleChoice',
  'multipleChoice',
  'ratingScale',
  'attachment',
]);

/** One form element of a feedback type. */
export const Field = z
  .strictObject({
    key: Key,
    label: Name.describe('What people read, and a tag: ((Label)).'),
    kind: FieldKind,
    required: z.boolean().default(false).describe('Refuse tickets without a value. Attachments cannot be required.'),
    maxLength: z
      .int()
      .min(1)
      .max(maxFieldLength)
      .optional()
      .describe('Code points of a text; default 1,000, for longText 30,000.'),
    options: z
      .array(z.string().regex(/\S/, 'a choice: it may not be blank').max(200))
      .min(1)
      .max(500)
      .optional()
      .describe('The choices of singleChoice and multipleChoice; values must equal one exactly.'),
    min: z.number().optional().describe('Least value of a number or ratingScale (there 1 by default).'),
    max: z.number().optional().describe('Greatest value of a number or ratingScale (there 5 by default).'),
    internal: z.boolean().default(false).describe('Not shown to testers.'),
  })
  .describe('One form element of a feedback type.');

/** One status of a workflow. */
const Status = z
  .strictObject({
    key: StatusKey.describe('The text of the status.'),
    team: Key.describe('The team that is responsible in this status.'),
    closed: z.boolean().default(false).describe('A ticket is open until its status is closed.'),
  })
  .describe('One status of a workflow.');

/** One named workflow of a feedback type. */
const Workflow = z
  .strictObject({ key: Key, name: Name, statuses: z.array(Status).min(1) })
  .describe('A named list of statuses.');

/** One kind of ticket. */
export const FeedbackType = z
  .strictObject({
    key: Key,
    name: Name,
    idPrefix: IdPrefix.describe('Starts the ids of its tickets, as BUG in BUG-0001; unique in the project for ever.'),
    idDigits: z.int().min(1).max(9).default(4).describe("The least number of digits in a ticket's id."),
    fields: z.array(Field).default([]),
    workflows: z.array(Workflow).min(1).describe('A new ticket without a given state takes the first.'),
  })
  .describe('One kind of ticket: its fields, ids and workflows.');
