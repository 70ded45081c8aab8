import { findMembers, type StoredMember } from '../../adapters/dynamodb/members.ts';
import { listMembers } from '../../adapters/dynamodb/memberships.ts';
import type { CursorList } from '../../core/cursors.ts';
import { ShownMember } from '../../core/member.ts';
import { canonicalEmail } from '../../core/members.ts';
import { type HttpReply, notFound, refuseParameters } from '../kit/http.ts';
import { readQuery } from '../kit/read-input.ts';
import { type Handle, type ProjectCall, pathParameter } from './call.ts';
import { quoteTag } from './if-match.ts';
import { answerPage, readPlace } from './paging.ts';
import { MembersQuery } from './schemas.ts';

/** Lists a project's members by e-mail address, all or those of a team or a role. */
export const listProjectMembers: Handle<ProjectCall> = async (dependencies, { request, project }) => {
  const query = readQuery(request, MembersQuery);
  if (query.outcome === 'refused') return query.reply;
  const { limit, cursor, team, role } = query.input;
  const teams = (await dependencies.readConfiguration(project))?.document.teams.map(({ key }) => key) ?? [];
  if (team !== undefined && !teams.includes(team)) {
    const message = 'There is no such team.';
    return refuseParameters([{ parameter: 'team', code: 'invalid_choice', message, allowed: teams }]);
  }
  const list: CursorList = { route: request.routeKey, project, filters: { team, role } };
  const place = await readPlace(dependencies, list, cursor);
  if (place.outcome === 'refused') return place.reply;
  const page = { limit, after: place.input, team, role };
  return await answerPage(dependencies, list, await listMembers(dependencies.table, project, page));
};

/** Answers with one member. */
export const getMember: Handle<ProjectCall> = async ({ table }, call) => {
  const email = canonicalEmail(pathParameter(call, 'email'));
  const found = email === undefined ? undefined : (await findMembers(table, call.project, [email])).get(email);
  return found === undefined ? notFound() : answerMember(200, found);
};

/** Answers with a member as it is now; the tag is its version. */
export function answerMember(
  status: number,
  { member, version }: StoredMember,
  headers: Readonly<Record<string, string>> = {},
): HttpReply {
  const json = ShownMember.parse({ ...member, version });
  return { status, headers: { etag: quoteTag(String(version)), ...headers }, json };
}
