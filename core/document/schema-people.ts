import * as z from 'zod';
import { Email, Key, Name } from './schema-names.ts';

/** A named group of members. */
export const Team = z
  .strictObject({
    key: Key,
    name: Name,
    notify: z
      .strictObject({
        submitted: z.boolean().default(false).describe('Of each ticket that is submitted to the team.'),
        moved: z.boolean().default(false).describe('Of each ticket that is moved to the team, but not by a run.'),
      })
      .optional()
      .describe('What the members of the team are told of by e-mail; each of them can turn it off.'),
  })
  .describe('A named group of members; owns tickets.');

/** A person of the project, as far as the document says it. */
export const MemberSeed = z
  .strictObject({
    email: Email,
    name: Name.optional(),
    teams: z.array(Key).optional(),
    role: z.enum(['administrator', 'project-manager', 'support', 'observer']).optional(),
  })
  .describe('A person: added where missing; name, role and teams are set where given.');
