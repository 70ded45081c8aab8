import { findMembers } from '../../adapters/dynamodb/members.ts';
import { listMembers } from '../../adapters/dynamodb/memberships.ts';
import type { CursorList } from '../../core/cursors.ts';
import { ShownMember } from '../../core/member.ts';
import { canonicalEmail } from '../../core/members.ts';
import { notFound } from '../kit/http.ts';
import { readQuery } from '../kit/read-input.ts';
import { type Handle, type ProjectCall, pathParameter } from './call.ts';
import { answerPage, readPlace } from './paging.ts';
import { PageQuery } from './schemas.ts';

/** Lists a project's members by e-mail address. */
export const listProjectMembers: Handle<ProjectCall> = async (dependencies, { request, project }) => {
  const query = readQuery(request, PageQuery);
  if (query.outcome === 'refused') return query.reply;
  const { limit, cursor } = query.input;
  const list: CursorList = { route: request.routeKey, project, filters: {} };
  const place = await readPlace(dependencies, list, cursor);
  if (place.outcome === 'refused') return place.reply;
  return await answerPage(
    dependencies,
    list,
    await listMembers(dependencies.table, project, { limit, after: place.input }),
  );
};

/** Answers with one member. */
export const getMember: Handle<ProjectCall> = async ({ table }, call) => {
  const email = canonicalEmail(pathParameter(call, 'email'));
  const found = email === undefined ? undefined : (await findMembers(table, call.project, [email])).get(email);
  return found === undefined ? notFound() : { status: 200, json: ShownMember.parse(found.member) };
};
