import * as z from 'zod';

/** What a person may be in a project, and a machine in all of them; the strongest first. */
export const Role = z.enum(['administrator', 'project-manager', 'support', 'observer']);
export type Role = z.infer<typeof Role>;

/** What a call wants to do inside of a project; to triage is to comment and to change where a ticket stands, to administer is to make others like it. */
export type Right = 'read' | 'run' | 'triage' | 'manage' | 'administer';

const rightsOf: Readonly<Record<Role, readonly Right[]>> = {
  administrator: ['read', 'run', 'triage', 'manage', 'administer'],
  'project-manager': ['read', 'run', 'triage', 'manage'],
  support: ['read', 'run', 'triage'],
  observer: ['read'],
};

/** Whether a role may do this inside of its project. */
export function roleMay(role: Role, right: Right): boolean {
  return rightsOf[role].includes(right);
}

/** The roles that may do this inside of a project, strongest first. */
export function rolesWith(right: Right): Role[] {
  return Role.options.filter((role) => roleMay(role, right));
}
