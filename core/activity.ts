import * as z from 'zod';

/** Longest text that activity keeps, in UTF-16 units: an entry costs one write unit up to 1 KB. */
const maxTextLength = 300;

/** One call that crossed: who made it, what it was about, and what became of it. */
export const Activity = z
  .object({
    at: z.iso.datetime(),
    apiKey: z.string().optional().describe('The prefix of the key; absent where the caller only signs.'),
    address: z.string().describe("The caller's network address."),
    method: z.string(),
    route: z.string().describe('The path that was called, without its query.'),
    project: z.string().optional(),
    status: z.int(),
    outcome: z.string().describe('Such as accepted, executed, filtered, missing, duplicate, refused or failed.'),
    reason: z.string().optional().describe('Why it came to nothing, or to less.'),
    requestId: z.string(),
    ticket: z.string().optional(),
    member: z.string().optional(),
    run: z.string().optional(),
  })
  .meta({ id: 'Activity' });
export type Activity = z.infer<typeof Activity>;

/** A text as activity keeps it. */
export function boundText(text: string): string {
  return text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength).toWellFormed()}…`;
}
