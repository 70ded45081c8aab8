import type { Member } from '../member.ts';
import type { Principal } from './principal.ts';
import { Role } from './role.ts';

/** Whether the caller may do what concerns the whole community: API keys, and making projects. */
export function isAdministrator(principal: Principal): boolean {
  return principal.kind === 'machine' ? principal.role === 'administrator' : principal.isAdministrator;
}

/** The caller's role in a project; undefined where the project is none of their business. */
export function projectRole(principal: Principal, member: Member | undefined): Role | undefined {
  if (principal.kind === 'machine') return principal.role;
  if (principal.isAdministrator) return 'administrator';
  const role = Role.safeParse(member?.role);
  if (!role.success) return undefined;
  // Project managers write member records: what those say must never reach beyond the project.
  return role.data === 'administrator' ? 'project-manager' : role.data;
}

/** Whether a macro is shown to one of the member's teams, which is what support may run. */
export function isShownTo(
  macro: { showAsAction?: { teams: readonly string[] } | undefined },
  member: Member | undefined,
): boolean {
  const teams = macro.showAsAction?.teams ?? [];
  return member?.teams.some((team) => teams.includes(team)) ?? false;
}
