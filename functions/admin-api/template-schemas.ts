import * as z from 'zod';
import { TagKind } from '../../core/templates/list-tags.ts';
import { ShownRequest } from './delivery-schemas.ts';

/** Longest template that is previewed, in characters: as long as one of a document may be (core/document/schema-names.ts). */
const maxTemplateLength = 262_144;

/** The ticket or member that something is tried with: exactly one. */
const chosenRecord = {
  ticket: z.string().min(1, 'names a ticket such as BUG-0001').max(64).optional().describe('The id of a ticket.'),
  member: z.string().min(1, 'names a member').max(254).optional().describe('The e-mail address of a member.'),
};

/** A webhook to be rendered for a record, and sent where that is asked for. */
export const MacroTest = z
  .strictObject({
    ...chosenRecord,
    action: z.string().min(1, 'names an action').max(64).optional().describe("The macro's first webhook if absent."),
    send: z.boolean().default(false).describe('Send it as well: once, and the record stays as it is.'),
  })
  .meta({ id: 'MacroTest' });

/** A webhook as it would be sent, or why it cannot be. */
export const TestedWebhook = z
  .object({
    action: z.string(),
    request: ShownRequest.optional(),
    problem: z.string().optional().describe('Why it cannot be rendered for this record.'),
    missingSecrets: z.array(z.string()).describe('Secrets that it names and that are not set.'),
    delivery: z.string().optional().describe('The id of the delivery, where it is sent.'),
  })
  .meta({ id: 'TestedWebhook' });
export type TestedWebhook = z.infer<typeof TestedWebhook>;

/** A template to be rendered for a record. */
export const TemplatePreview = z
  .strictObject({
    template: z
      .string()
      .max(maxTemplateLength, `may have ${maxTemplateLength.toLocaleString('en')} characters at most`),
    context: z.enum(['url', 'header', 'json', 'form', 'text', 'xml']).describe('Where the text goes.'),
    ...chosenRecord,
  })
  .meta({ id: 'TemplatePreview' });

/** A template's text for a record, secrets as the tags that name them, or why there is none. */
export const PreviewedTemplate = z
  .object({ text: z.string().optional(), problem: z.string().optional() })
  .meta({ id: 'PreviewedTemplate' });
export type PreviewedTemplate = z.infer<typeof PreviewedTemplate>;

/** What the list of tags can be asked. */
export const TagsQuery = z.object({
  target: z.enum(['feedback', 'member']).default('feedback').describe('What the macro is for, as in its `target`.'),
  feedbackType: z.string().optional().describe("The macro's feedback type; without it only tags that all types have."),
});

/** The tags that a template can use. */
export const TagList = z
  .object({
    items: z.array(
      z.object({
        tag: z.string().describe('Ready to be inserted, such as `((Jira ID))`.'),
        path: z.string().describe('What it stands for.'),
        names: z.array(z.string()).describe('Every name by which a tag can mean it.'),
        kind: TagKind,
        label: z.string().optional(),
        type: z.string().optional().describe('The kind of the field, or the type of the external data.'),
        everywhere: z.boolean().describe('Whether it works in every template of such a macro; `note` says where else.'),
        note: z.string().optional(),
      }),
    ),
    filters: z.array(z.object({ name: z.string(), example: z.string(), description: z.string() })),
  })
  .meta({ id: 'TagList' });
