import * as z from 'zod';
import { Role } from '../access/role.ts';
import type { ExternalDataField, ProjectDocument } from '../document/schema.ts';
import { Email, Name } from '../document/schema-names.ts';
import { coerce } from '../external-data/coerce.ts';
import type { ExternalValue } from '../tickets/ticket.ts';

/** Teams that one person is in at most; the list of members shows them all. */
const maxTeams = 100;

/** Who changes a member, as far as it limits what they may do, and the role that the member has by now. */
export type EditRights = { giver: Role; held: string | undefined; isOneself: boolean };

/** What is to change of a member; what is not named stays as it is, null takes it away. */
export type MemberEdit = {
  name?: string | undefined;
  teams?: string[] | undefined;
  role?: Role | null | undefined;
  score?: number | undefined;
  external?: Record<string, Record<string, ExternalValue | null | undefined> | undefined> | undefined;
};

/** What a change of a member may say in a project: its teams, and its external data with their types. */
export function memberEdit(document: ProjectDocument, rights: EditRights) {
  return z.strictObject(editShape(document, rights));
}

/** What a new member may say in a project. */
export function newMember(document: ProjectDocument, giver: Role) {
  return z.strictObject({ email: Email, ...editShape(document, { giver, held: undefined, isOneself: false }) });
}

/** The groups of external data that a project's members have. */
export function memberGroups({ externalDataGroups }: ProjectDocument): ProjectDocument['externalDataGroups'] {
  return externalDataGroups.filter(({ target }) => target === 'member');
}

function editShape(document: ProjectDocument, rights: EditRights) {
  const groups = memberGroups(document).map(({ key, fields }) => {
    const values = fields.map((field) => [field.key, externalValue(field).nullable().optional()] as const);
    return [key, z.strictObject(Object.fromEntries(values)).optional()] as const;
  });
  return {
    name: Name.optional(),
    teams: z
      .array(z.enum(document.teams.map(({ key }) => key)))
      .max(maxTeams)
      .optional(),
    role: givenRole(rights),
    score: z.int().optional(),
    external: z.strictObject(Object.fromEntries(groups)).optional(),
  };
}

/** A value that is brought into the type of its field, as one that comes from outside. */
function externalValue({ type }: ExternalDataField) {
  return z.unknown().transform((given, context): ExternalValue => {
    const coerced = coerce(given, type);
    if (coerced.outcome === 'coerced') return coerced.value;
    context.issues.push({ code: 'custom', input: given, message: coerced.reason, params: { code: 'invalid_type' } });
    return z.NEVER;
  });
}

function givenRole(rights: EditRights) {
  return Role.nullable()
    .optional()
    .superRefine((role, context) => {
      const reason = role === undefined ? undefined : whyNotGiven(role, rights);
      if (reason === undefined) return;
      context.addIssue({ code: 'custom', message: reason, params: { code: 'not_allowed' } });
    });
}

/** Why this role may not be given: nobody gives or takes away more than they have, nor changes what they may do themselves. */
function whyNotGiven(role: Role | null, { giver, held, isOneself }: EditRights): string | undefined {
  if ((role ?? undefined) === held) return undefined;
  if (isOneself) return 'is your own: another project manager or an administrator can change it';
  if (role !== null && isAbove(role, giver)) return `may not be above your own, which is ${giver}`;
  return isHeldAbove(held, giver)
    ? `was given by an administrator, and yours is ${giver}: they can change it`
    : undefined;
}

/** Whether a member's role is above that of whoever would take it away. */
export function isHeldAbove(held: string | undefined, giver: Role): boolean {
  const role = Role.safeParse(held);
  return role.success && isAbove(role.data, giver);
}

function isAbove(role: Role, other: Role): boolean {
  return Role.options.indexOf(role) < Role.options.indexOf(other);
}
