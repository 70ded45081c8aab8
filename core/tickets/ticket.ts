import * as z from 'zod';
import { Attachment } from '../uploads/attachment.ts';

/** A stored value of one field; attachments are not values. */
export const FieldValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
export type FieldValue = z.infer<typeof FieldValue>;

/** A typed value that came from outside; instants are RFC 3339 text. */
export const ExternalValue = z.union([z.string(), z.number(), z.boolean()]);
export type ExternalValue = z.infer<typeof ExternalValue>;

/** External data of a record: group key, then field key. */
export const ExternalData = z.record(z.string(), z.record(z.string(), ExternalValue));
export type ExternalData = z.infer<typeof ExternalData>;

/** Where a ticket stands: a status of a workflow, and the team that owns it. */
export const TicketState = z
  .object({ team: z.string(), workflow: z.string(), status: z.string() })
  .meta({ id: 'TicketState' });
export type TicketState = z.infer<typeof TicketState>;

/** Where a ticket came from. */
const TicketOrigin = z.object({
  kind: z.enum(['source', 'person']),
  key: z.string().optional(),
  replayed: z.string().optional().describe('The id of the kept submission, where it was rejected at first.'),
  submittedAt: z.iso.datetime().optional().describe('When it was submitted, where it was rejected at first.'),
});

/** One piece of feedback as it is stored; `number` counts per feedback type and orders its list. */
export const Ticket = z.object({
  id: z.string().meta({ example: 'BUG-0001' }),
  project: z.string(),
  feedbackType: z.string(),
  version: z.int(),
  state: TicketState,
  submitter: z.string(),
  claimedSubmitter: z.string().optional().describe('The submitter as given, where it matched no member.'),
  fields: z.record(z.string(), FieldValue),
  external: ExternalData,
  latestDeliveries: z
    .record(z.string(), z.string())
    .optional()
    .describe('By endpoint, the delivery that was made last: a webhook with latestOnly gives way to it.'),
  origin: TicketOrigin,
  group: z.string().optional().describe('The group of equal reports that the ticket was created for.'),
  raisedSince: z
    .int()
    .optional()
    .describe('The version since which, up to `raisedTo`, only reports were counted on it.'),
  raisedTo: z.int().optional(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Ticket = z.infer<typeof Ticket>;

/** A ticket as it is shown. */
export const ShownTicket = Ticket.omit({ latestDeliveries: true, group: true, raisedSince: true, raisedTo: true })
  .extend({ attachments: z.array(Attachment).describe('Oldest first.') })
  .meta({ id: 'Ticket' });

/** What whoever brought a report is told of its ticket. */
export const CreatedTicket = Ticket.pick({
  id: true,
  feedbackType: true,
  state: true,
  submitter: true,
  createdAt: true,
});
export type CreatedTicket = z.infer<typeof CreatedTicket>;

/** What whoever adds to a ticket is told of it: not who reported it first, since a source's key may be in many hands. */
export const FoundTicket = CreatedTicket.omit({ submitter: true });

/** What a list says of a ticket: fields that do not fit into an index entry are left out. */
export const ListedTicket = Ticket.pick({
  id: true,
  project: true,
  feedbackType: true,
  state: true,
  submitter: true,
  fields: true,
  createdAt: true,
  updatedAt: true,
}).meta({ id: 'ListedTicket' });
export type ListedTicket = z.infer<typeof ListedTicket>;

/** A ticket's id for people: the prefix and at least so many digits, `BUG-0001`. */
export function ticketId(idPrefix: string, idDigits: number, number: number): string {
  return `${idPrefix}-${String(number).padStart(idDigits, '0')}`;
}

/** Whether a text can be a ticket's id (product.md: a prefix of up to 15, and a number). */
export function isTicketId(text: string): boolean {
  return /^[A-Z][A-Z0-9]{0,14}-[0-9]{1,16}$/.test(text);
}
