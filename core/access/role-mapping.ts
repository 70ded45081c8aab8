import * as z from 'zod';
import { readParameter } from '../json-pointer.ts';
import { Role } from './role.ts';

const GroupRole = Role.exclude(['administrator']);

/** Which values of a claim of the verified token give which roles (lib/settings.ts, `roles`). */
export const RoleMapping = z.object({
  /** The claim's name, or a JSON Pointer into the token where it starts with `/`. */
  claim: z.string().min(1),
  administrators: z.array(z.string()).default([]),
  /** By project (`*` is every one), then by value. */
  projects: z.record(z.string(), z.record(z.string(), GroupRole)).default({}),
});
export type RoleMapping = z.infer<typeof RoleMapping>;

/** What a token's values come to: for the whole community, and by project. */
export type MappedRoles = { isAdministrator: boolean; roles: Readonly<Record<string, Role>> };

/** A text is one value, whatever spaces it has; anything but texts is none. */
const Values = z.union([z.array(z.string()), z.string().transform((value) => [value])]);

/** The values of a claim, by its name or by a JSON Pointer. */
export function readValues(claims: unknown, claim: string): string[] {
  return Values.safeParse(readParameter(claims, claim)).data ?? [];
}

/** What values are worth: of several roles in a project the strongest. */
export function mapRoles({ administrators, projects }: RoleMapping, values: readonly string[]): MappedRoles {
  const given = Object.entries(projects).flatMap(([project, roleOf]) => {
    const role = strongest(Object.entries(roleOf).flatMap(([value, role]) => (values.includes(value) ? [role] : [])));
    return role === undefined ? [] : [[project, role] as const];
  });
  return { isAdministrator: values.some((value) => administrators.includes(value)), roles: Object.fromEntries(given) };
}

/** The strongest of some roles; undefined where there is none. */
export function strongest(roles: readonly (Role | undefined)[]): Role | undefined {
  return Role.options.find((role) => roles.includes(role));
}
