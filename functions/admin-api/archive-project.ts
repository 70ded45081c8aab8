import { switchArchive } from '../../adapters/dynamodb/archived-projects.ts';
import type { AdminDependencies, AdminReply, Handle, ProjectCall } from './call.ts';
import { getProject } from './projects.ts';

/** Archives a project: it can be read, and nothing new begins in it. */
export const archiveProject: Handle<ProjectCall> = async (dependencies, call) =>
  await change(dependencies, call, new Date(dependencies.now()).toISOString());

/** Brings an archived project back, as it was. */
export const unarchiveProject: Handle<ProjectCall> = async (dependencies, call) =>
  await change(dependencies, call, undefined);

async function change(
  dependencies: AdminDependencies,
  call: ProjectCall,
  archivedAt: string | undefined,
): Promise<AdminReply> {
  const outcome = await switchArchive(dependencies.table, call.project, archivedAt);
  call.request.note({ archived: archivedAt !== undefined, outcome });
  if (outcome === 'as-before') return { ...(await getProject(dependencies, call)), audit: 'nothing-changed' };
  const { archivedAt: _, ...pointer } = call.pointer;
  const after = { ...pointer, ...(archivedAt === undefined ? {} : { archivedAt }) };
  return await getProject(dependencies, { ...call, pointer: after });
}
