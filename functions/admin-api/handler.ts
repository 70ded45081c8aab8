import { findDeletion } from '../../adapters/dynamodb/deleted-projects.ts';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import { findProject, type ProjectPointer } from '../../adapters/dynamodb/projects.ts';
import { identify, type Principal } from '../../core/access/principal.ts';
import { isAdministrator, projectRole } from '../../core/access/project-role.ts';
import { type Right, type Role, roleMay, rolesWith } from '../../core/access/role.ts';
import { Key } from '../../core/document/schema-names.ts';
import type { Member } from '../../core/member.ts';
import { isClosedByArchive } from '../closed-by-archive.ts';
import type { HttpHandler } from '../kit/endpoint.ts';
import { type HttpReply, notFound, refuse } from '../kit/http.ts';
import { type AdminCall, type AdminDependencies, type AdminReply, pathParameter } from './call.ts';
import { readClaims } from './claims.ts';
import { recordAudit } from './record-audit.ts';
import { type AdminRoute, findAdminRoute } from './routes.ts';

/** What is known of the project that a call names. */
type FoundProject = {
  project: string;
  pointer: ProjectPointer | undefined;
  role: Role | undefined;
  member: Member | undefined;
};

/** Serves /admin/v1: finds out who calls and what they may do, and hands the call to its route's handler. */
export function adminApi(dependencies: AdminDependencies): HttpHandler {
  return async (request) => {
    const route = findAdminRoute(request.routeKey);
    if (route === undefined) return notFound();
    const caller = identify(readClaims(request, dependencies.roleMapping?.claim), dependencies);
    if (caller.outcome === 'refused') return refuse(403, caller.reason);
    request.note({ by: caller.principal.kind });
    const call = { request, principal: caller.principal };
    const reply = await dispatch(dependencies, call, route);
    await recordAudit(dependencies, call, reply);
    return reply;
  };
}

async function dispatch(dependencies: AdminDependencies, call: AdminCall, route: AdminRoute): Promise<AdminReply> {
  switch (route.needs) {
    case 'sign-in':
      return await route.handle(dependencies, call);
    case 'administrator':
      return isAdministrator(call.principal) ? await route.handle(dependencies, call) : refuseToOthers();
    case 'manage-or-make': {
      const { pointer, role, project } = await findCalledProject(dependencies, call);
      if (role === undefined) return notFound();
      if (pointer === undefined && !isAdministrator(call.principal)) return refuseToOthers();
      if (!roleMay(role, 'manage')) return refuseRole(role, 'manage');
      if (pointer?.archivedAt !== undefined) return refuseArchived();
      const deletion = pointer === undefined ? await findDeletion(dependencies.table, project) : undefined;
      if (deletion !== undefined) return refuseDeleted(project, deletion);
      return await route.handle(dependencies, { ...call, project, pointer });
    }
    default: {
      const { pointer, role, member, project } = await findCalledProject(dependencies, call);
      if (role === undefined) return notFound();
      if (pointer === undefined) {
        const mayLook = 'evenDeleted' in route && isAdministrator(call.principal);
        return mayLook ? await route.handle(dependencies, { ...call, project, member, role }) : notFound();
      }
      if (!roleMay(role, route.needs)) return refuseRole(role, route.needs);
      if (pointer.archivedAt !== undefined && isClosedByArchive(call.request.routeKey)) return refuseArchived();
      return await route.handle(dependencies, { ...call, project, pointer, member, role });
    }
  }
}

/**
 * Finds the project and the caller's role in it. Whoever has none is told 404, as of a project that does not exist: lists
 * leave such projects out as well, and a 403 would tell everyone who can sign in which test programmes there are.
 */
async function findCalledProject({ table }: AdminDependencies, call: AdminCall): Promise<FoundProject> {
  const project = pathParameter(call, 'project');
  if (!Key.safeParse(project).success) return { project, pointer: undefined, role: undefined, member: undefined };
  const [pointer, member] = await Promise.all([
    findProject(table, project),
    findMember(table, project, call.principal),
  ]);
  const role = projectRole(call.principal, project, member);
  call.request.note({ project, role });
  return { project, pointer, role, member };
}

async function findMember(
  table: AdminDependencies['table'],
  project: string,
  principal: Principal,
): Promise<Member | undefined> {
  if (principal.kind === 'machine' || principal.isAdministrator) return undefined;
  const members = await findMembers(table, project, [principal.email]);
  return members.get(principal.email)?.member;
}

function refuseRole(role: Role, right: Right): HttpReply {
  return refuse(403, `Your role in this project is ${role}. This takes one of: ${rolesWith(right).join(', ')}.`);
}

function refuseToOthers(): HttpReply {
  return refuse(403, 'Only administrators may do this.');
}

function refuseDeleted(project: string, run: string): HttpReply {
  return refuse(409, `The project '${project}' is being deleted by the run ${run}: its key is free when that is done.`);
}

function refuseArchived(): HttpReply {
  return refuse(409, 'This project is archived: it can be read, copied and cleared. Bring it back to change it.');
}
