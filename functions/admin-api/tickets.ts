import * as z from 'zod';
import { listAttachments } from '../../adapters/dynamodb/attachments.ts';
import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import type { ProjectPointer } from '../../adapters/dynamodb/projects.ts';
import { findTicket } from '../../adapters/dynamodb/tickets.ts';
import type { CursorList } from '../../core/cursors.ts';
import { checkAdHocFilter } from '../../core/document/check-ad-hoc-filter.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import type { Where } from '../../core/document/schema-filters.ts';
import { isTicketId } from '../../core/tickets/ticket.ts';
import { notFound, refuseParameters } from '../kit/http.ts';
import { type Input, readQuery } from '../kit/read-input.ts';
import { type Handle, type ProjectCall, pathParameter } from './call.ts';
import { showTicket } from './change-ticket.ts';
import { answerPage, readPlace, refuseCursor } from './paging.ts';
import { readTickets } from './read-tickets.ts';
import { readWhere } from './read-where.ts';
import { TicketsQuery } from './schemas.ts';

/** Where a list over several types goes on: a type, and what of it was read last. */
const Place = z.tuple([z.string(), z.string().nullable()]);

/** Lists tickets of one feedback type, or of the types one after another; oldest first unless turned. */
export const listProjectTickets: Handle<ProjectCall> = async (dependencies, { request, project, pointer }) => {
  const query = readQuery(request, TicketsQuery);
  if (query.outcome === 'refused') return query.reply;
  const { feedbackType, order, limit, filter, where } = query.input;
  const configuration = await dependencies.readConfiguration(project);
  const types = listTypes(pointer, configuration?.document, order);
  if (feedbackType !== undefined && !types.includes(feedbackType)) {
    const message = 'There is no such feedback type.';
    return refuseParameters([{ parameter: 'feedbackType', code: 'invalid_choice', message, allowed: types }]);
  }
  const chosen = chooseTickets(configuration, { filter, where, feedbackType });
  if (chosen.outcome === 'refused') return chosen.reply;
  const wanted = types.filter((type) => chosen.input.feedbackType === undefined || chosen.input.feedbackType === type);
  // Where types come, go or change places, what is left to be read is not what it was.
  const among = feedbackType === undefined ? types.join(',') : undefined;
  const list: CursorList = { route: request.routeKey, project, filters: { feedbackType, order, filter, where, among } };
  const place = await readPlace(dependencies, list, query.input.cursor);
  if (place.outcome === 'refused') return place.reply;
  const from = place.input === undefined ? undefined : Place.parse(JSON.parse(place.input));
  const start = from === undefined ? 0 : wanted.indexOf(from[0]);
  if (start < 0) return refuseCursor().reply;
  const { items, next } = await readTickets(dependencies, {
    ...{ project, configuration, limit },
    types: wanted.slice(start),
    after: from?.[1] ?? undefined,
    newestFirst: order === 'desc',
    where: chosen.input.where,
  });
  return await answerPage(dependencies, list, { items, next: next && JSON.stringify(next) });
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

/** What a list shows: tickets of one type or of all, that meet conditions or just all. */
type Chosen = { feedbackType: string | undefined; where?: Where };

function chooseTickets(
  configuration: Configuration | undefined,
  { filter, where, feedbackType }: { [Name in 'filter' | 'where' | 'feedbackType']?: string | undefined },
): Input<Chosen> {
  const refused = (...errors: Parameters<typeof refuseParameters>[0]): Input<Chosen> => {
    return { outcome: 'refused', reply: refuseParameters(errors) };
  };
  if (filter !== undefined && where !== undefined) {
    const message = 'Give a saved filter or conditions, not both.';
    return refused({ parameter: 'where', code: 'not_allowed', message });
  }
  if (configuration === undefined || (filter === undefined && where === undefined)) {
    return { outcome: 'read', input: { feedbackType } };
  }
  const { document } = configuration;
  const scope = { target: 'ticket' as const, feedbackType, allowsChanged: false };
  if (where !== undefined) {
    const conditions = readWhere(document, scope, where);
    if (conditions.outcome === 'refused') return conditions;
    return { outcome: 'read', input: { feedbackType, where: conditions.input } };
  }
  const problems = checkAdHocFilter(document, [], filter ?? '', scope);
  const saved = document.filters.find(({ key }) => key === filter);
  if (saved !== undefined && problems.length === 0) {
    return { outcome: 'read', input: { feedbackType: feedbackType ?? saved.feedbackType, where: saved.where } };
  }
  return refused(
    ...problems.map(({ code, message }) => ({ parameter: 'filter', code, message: `${capitalise(message)}.` })),
  );
}

function capitalise(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
