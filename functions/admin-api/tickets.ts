import * as z from 'zod';
import { listAttachments } from '../../adapters/dynamodb/attachments.ts';
import type { ProjectPointer } from '../../adapters/dynamodb/projects.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { findTicket, listTickets } from '../../adapters/dynamodb/tickets.ts';
import type { CursorList } from '../../core/cursors.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import { isTicketId, type ListedTicket } from '../../core/tickets/ticket.ts';
import { notFound, refuseParameters } from '../kit/http.ts';
import { readQuery } from '../kit/read-input.ts';
import { type Handle, type ProjectCall, pathParameter } from './call.ts';
import { showTicket } from './change-ticket.ts';
import { answerPage, readPlace, refuseCursor } from './paging.ts';
import { TicketsQuery } from './schemas.ts';

/** Lists of types that one page looks into; a project of many empty types answers a cursor instead of waiting. */
const maxListsPerPage = 20;

/** Where a list over several types goes on: a type, and what of it was read last. */
const Place = z.tuple([z.string(), z.string().nullable()]);

/** Lists tickets of one feedback type, or of the types one after another; oldest first unless turned. */
export const listProjectTickets: Handle<ProjectCall> = async (dependencies, { request, project, pointer }) => {
  const query = readQuery(request, TicketsQuery);
  if (query.outcome === 'refused') return query.reply;
  const later = ['filter', 'where'].filter((name) => request.query.has(name));
  if (later.length > 0) {
    const message = 'Tickets cannot be filtered yet: leave it out.';
    return refuseParameters(later.map((parameter) => ({ parameter, code: 'not_allowed', message })));
  }
  const { feedbackType, order, limit } = query.input;
  const configuration = await dependencies.readConfiguration(project);
  const types = listTypes(pointer, configuration?.document, order);
  if (feedbackType !== undefined && !types.includes(feedbackType)) {
    const message = 'There is no such feedback type.';
    return refuseParameters([{ parameter: 'feedbackType', code: 'invalid_choice', message, allowed: types }]);
  }
  const list: CursorList = { route: request.routeKey, project, filters: { feedbackType, order } };
  const place = await readPlace(dependencies, list, query.input.cursor);
  if (place.outcome === 'refused') return place.reply;
  const wanted = feedbackType === undefined ? types : [feedbackType];
  const from = place.input === undefined ? undefined : Place.parse(JSON.parse(place.input));
  const start = from === undefined ? 0 : wanted.indexOf(from[0]);
  if (start < 0) return refuseCursor().reply;
  const page = await readTypes(dependencies.table, project, wanted.slice(start), {
    limit,
    after: from?.[1] ?? undefined,
    newestFirst: order === 'desc',
  });
  return await answerPage(dependencies, list, page);
};

/** Answers with one whole ticket, and with its version as `ETag`. */
export const getTicket: Handle<ProjectCall> = async ({ table }, call) => {
  const id = pathParameter(call, 'ticket');
  if (!isTicketId(id)) return notFound();
  const [ticket, attachments] = await Promise.all([
    findTicket(table, call.project, id),
    listAttachments(table, call.project, id),
  ]);
  return ticket === undefined ? notFound() : showTicket({ ...ticket, attachments });
};

/** The feedback types in the order of their lists; last those that a document removed, which may still have tickets. */
function listTypes(pointer: ProjectPointer, document: ProjectDocument | undefined, order: 'asc' | 'desc'): string[] {
  const present = document?.feedbackTypes.map(({ key }) => key) ?? [];
  const types = [...new Set([...present, ...Object.values(pointer.idPrefixes).toSorted()])];
  return order === 'asc' ? types : types.reverse();
}

/** Reads on from list to list until the page is full; `after` belongs to the first type. */
async function readTypes(
  table: Table,
  project: string,
  types: readonly string[],
  page: { limit: number; after: string | undefined; newestFirst: boolean },
): Promise<{ items: ListedTicket[]; next?: string }> {
  const items: ListedTicket[] = [];
  const { newestFirst } = page;
  let { after } = page;
  for (const [index, type] of types.entries()) {
    const limit = page.limit - items.length;
    if (limit === 0 || index === maxListsPerPage) return { items, next: JSON.stringify([type, null]) };
    const part = await listTickets(table, project, type, { limit, after, newestFirst });
    items.push(...part.items);
    if (part.next !== undefined) return { items, next: JSON.stringify([type, part.next]) };
    after = undefined;
  }
  return { items };
}
