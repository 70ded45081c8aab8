import * as z from 'zod';
import { ExternalData } from './tickets/ticket.ts';

/** A user in a project, identified by the canonical form of an e-mail address. */
export const Member = z
  .object({
    email: z.string(),
    name: z.string(),
    teams: z.array(z.string()),
    role: z.string().optional(),
    score: z.number(),
    external: ExternalData,
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof Member>;
