import * as z from 'zod';
import { ExternalData } from './tickets/ticket.ts';

/** A user in a project, identified by the canonical form of an e-mail address, as stored. */
export const Member = z.object({
  email: z.string(),
  name: z.string(),
  teams: z.array(z.string()),
  role: z.string().optional(),
  score: z.number(),
  external: ExternalData,
  notifications: z.literal('off').optional().describe('Set where they want no e-mails about tickets of their teams.'),
  latestDeliveries: z
    .record(z.string(), z.string())
    .optional()
    .describe('By endpoint, the delivery that was made last: a webhook with latestOnly gives way to it.'),
});
export type Member = z.infer<typeof Member>;

/** A member as it is shown. */
export const ShownMember = Member.omit({ latestDeliveries: true })
  .extend({ version: z.int().describe('It is raised by every change; `If-Match` names it.') })
  .meta({ id: 'Member' });
