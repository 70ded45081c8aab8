import { type ItemKey, memberKey, ticketKey } from '../../adapters/dynamodb/keys.ts';
import type { Page } from '../../adapters/dynamodb/lists.ts';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import { type EntriesRequest, listChanges, listComments } from '../../adapters/dynamodb/record-entries.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { findTicket } from '../../adapters/dynamodb/tickets.ts';
import type { CursorList } from '../../core/cursors.ts';
import { canonicalEmail } from '../../core/members.ts';
import { isTicketId } from '../../core/tickets/ticket.ts';
import type { HttpReply } from '../kit/http.ts';
import { notFound } from '../kit/http.ts';
import { readQuery } from '../kit/read-input.ts';
import { type AdminDependencies, type Handle, type ProjectCall, pathParameter } from './call.ts';
import { answerPage, readPlace } from './paging.ts';
import { EntriesQuery } from './schemas.ts';

type ListEntries = (table: Table, record: ItemKey, page: EntriesRequest) => Promise<Page<unknown>>;

/** Lists what changed on a ticket and why, newest first unless turned. */
export const listTicketHistory: Handle<ProjectCall> = async (dependencies, call) =>
  await answerForTicket(dependencies, call, listChanges);

/** Lists the comments on a ticket, newest first unless turned. */
export const listTicketComments: Handle<ProjectCall> = async (dependencies, call) =>
  await answerForTicket(dependencies, call, listComments);

/** Lists what changed on a member and why, newest first unless turned. */
export const listMemberHistory: Handle<ProjectCall> = async (dependencies, call) =>
  await answerForMember(dependencies, call, listChanges);

/** Lists the comments on a member, newest first unless turned. */
export const listMemberComments: Handle<ProjectCall> = async (dependencies, call) =>
  await answerForMember(dependencies, call, listComments);

async function answerForMember(dependencies: AdminDependencies, call: ProjectCall, list: ListEntries) {
  const email = canonicalEmail(pathParameter(call, 'email'));
  const found = email === undefined ? undefined : await findMembers(dependencies.table, call.project, [email]);
  if (email === undefined || found?.has(email) !== true) return notFound();
  return await answerEntries(dependencies, call, memberKey(call.project, email), list);
}

async function answerForTicket(dependencies: AdminDependencies, call: ProjectCall, list: ListEntries) {
  const id = pathParameter(call, 'ticket');
  const ticket = isTicketId(id) ? await findTicket(dependencies.table, call.project, id) : undefined;
  if (ticket === undefined) return notFound();
  return await answerEntries(dependencies, call, ticketKey(call.project, ticket.id), list);
}

async function answerEntries(
  dependencies: AdminDependencies,
  { request, project }: ProjectCall,
  record: ItemKey,
  listEntries: ListEntries,
): Promise<HttpReply> {
  const query = readQuery(request, EntriesQuery);
  if (query.outcome === 'refused') return query.reply;
  const { limit, cursor, order } = query.input;
  const list: CursorList = { route: request.routeKey, project, filters: { record: record.pk, order } };
  const place = await readPlace(dependencies, list, cursor);
  if (place.outcome === 'refused') return place.reply;
  const page = { limit, after: place.input, newestFirst: order === 'desc' };
  return await answerPage(dependencies, list, await listEntries(dependencies.table, record, page));
}
