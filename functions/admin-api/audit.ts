import { listAudit, listProjectAudit } from '../../adapters/dynamodb/audit.ts';
import type { CursorList } from '../../core/cursors.ts';
import { readQuery } from '../kit/read-input.ts';
import { AuditQuery } from './audit-schemas.ts';
import type { AdminCall, Handle, ProjectCall } from './call.ts';
import { answerPage, readPlace } from './paging.ts';
import { PageQuery } from './schemas.ts';

/** Lists who changed what anywhere, or in one project, newest first. */
export const listAllAudit: Handle<AdminCall> = async (dependencies, { request }) => {
  const query = readQuery(request, AuditQuery);
  if (query.outcome === 'refused') return query.reply;
  const { limit, cursor, project } = query.input;
  const list: CursorList = { route: request.routeKey, filters: { project } };
  const place = await readPlace(dependencies, list, cursor);
  if (place.outcome === 'refused') return place.reply;
  const page = { limit, after: place.input };
  const { table } = dependencies;
  const found = await (project === undefined ? listAudit(table, page) : listProjectAudit(table, project, page));
  return await answerPage(dependencies, list, found);
};

/** Lists who changed what in a project, newest first. */
export const listAuditOfProject: Handle<ProjectCall> = async (dependencies, { request, project }) => {
  const query = readQuery(request, PageQuery);
  if (query.outcome === 'refused') return query.reply;
  const list: CursorList = { route: request.routeKey, project, filters: {} };
  const place = await readPlace(dependencies, list, query.input.cursor);
  if (place.outcome === 'refused') return place.reply;
  const page = { limit: query.input.limit, after: place.input };
  return await answerPage(dependencies, list, await listProjectAudit(dependencies.table, project, page));
};
