import * as z from 'zod';
import { Role } from '../../core/access/role.ts';
import { Email, Key, Name } from '../../core/document/schema-names.ts';
import { ExternalValue } from '../../core/tickets/ticket.ts';

/**
 * A change of a member as it is described: which teams and which external data there are is for each project to say
 * (core/people/member-edit.ts).
 */
export const DescribedChange = z
  .strictObject({
    name: Name.optional(),
    teams: z.array(Key).optional().describe('All teams of the member, by their keys.'),
    role: Role.nullable().optional().describe('Nobody gives a role above their own, or changes their own; null: none.'),
    score: z.int().optional(),
    external: z
      .record(Key, z.record(Key, ExternalValue.nullable()))
      .optional()
      .describe('By group and field; a value is brought into the type of its field, null takes it away.'),
  })
  .meta({ id: 'MemberChange' });

/** A new member as it is described. */
export const DescribedMember = DescribedChange.extend({ email: Email }).meta({ id: 'NewMember' });

/** A page of what is held of a person. */
export const ExportPage = z.object({
  items: z.array(z.looseObject({ kind: z.enum(['member', 'change', 'comment', 'ticket', 'delivery']) })),
  cursor: z.string().optional().describe('Where the export goes on; absent at the end.'),
});
