import type { Member } from '../member.ts';
import type { Principal } from './principal.ts';
import { Role } from './role.ts';
import { strongest } from './role-mapping.ts';

/** Whether the caller may do what concerns the whole community: API keys, and making projects. */
export function isAdministrator(principal: Principal): boolean {
  return principal.kind === 'machine' ? principal.role === 'administrator' : principal.isAdministrator;
}

/** The caller's role in a project, the stronger of the member record's and the sign-in's; undefined where they have none. */
export function projectRole(principal: Principal, project: string, member: Member | undefined): Role | undefined {
  if (principal.kind === 'machine') return principal.role;
  if (principal.isAdministrator) return 'administrator';
  const { roles = {} } = principal;
  const own = (key: string) => (Object.hasOwn(roles, key) ? roles[key] : undefined);
  const held = Role.safeParse(member?.role).data;
  // Project managers write member records: what those say must never reach beyond the project.
  return strongest([held === 'administrator' ? 'project-manager' : held, own(project), own('*')]);
}

/** Whether a macro is shown to one of the member's teams, which is what support may run. */
export function isShownTo(
  macro: { showAsAction?: { teams: readonly string[] } | undefined },
  member: Member | undefined,
): boolean {
  const teams = macro.showAsAction?.teams ?? [];
  return member?.teams.some((team) => teams.includes(team)) ?? false;
}
