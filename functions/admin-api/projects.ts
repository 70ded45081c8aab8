import { readStorageUse } from '../../adapters/dynamodb/attachments.ts';
import { findMemberships } from '../../adapters/dynamodb/memberships.ts';
import { type ListedProject, listProjects } from '../../adapters/dynamodb/projects.ts';
import { projectRole } from '../../core/access/project-role.ts';
import type { CursorList } from '../../core/cursors.ts';
import { readQuery } from '../kit/read-input.ts';
import type { AdminCall, AdminDependencies, Handle, ProjectCall } from './call.ts';
import { answerPage, readPlace } from './paging.ts';
import { PageQuery, ShownProject } from './schemas.ts';

/** Lists the projects that the caller may read, by key; a page of few or no items may have a cursor all the same. */
export const listVisibleProjects: Handle<AdminCall> = async (dependencies, call) => {
  const query = readQuery(call.request, PageQuery);
  if (query.outcome === 'refused') return query.reply;
  const list: CursorList = { route: call.request.routeKey, filters: {} };
  const place = await readPlace(dependencies, list, query.input.cursor);
  if (place.outcome === 'refused') return place.reply;
  const page = await listProjects(dependencies.table, { limit: query.input.limit, after: place.input });
  const items = await keepVisible(dependencies, call, page.items);
  return await answerPage(dependencies, list, { ...page, items });
};

/** Answers with one project. */
export const getProject: Handle<ProjectCall> = async ({ table, quotaBytes }, { project, pointer }) => {
  const { files, bytes } = await readStorageUse(table, project);
  const storage = { files, bytes, ...(quotaBytes === undefined ? {} : { quotaBytes }) };
  return { status: 200, json: ShownProject.parse({ ...pointer, storage }) };
};

async function keepVisible(
  { table }: AdminDependencies,
  { principal }: AdminCall,
  projects: ListedProject[],
): Promise<ListedProject[]> {
  if (principal.kind === 'machine' || principal.isAdministrator) return projects;
  const memberships = await findMemberships(
    table,
    principal.email,
    projects.map(({ key }) => key),
  );
  return projects.filter(({ key }) => projectRole(principal, key, memberships.get(key)) !== undefined);
}
