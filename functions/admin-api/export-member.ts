import * as z from 'zod';
import { listDeliveries } from '../../adapters/dynamodb/deliveries.ts';
import { memberKey } from '../../adapters/dynamodb/keys.ts';
import type { Page } from '../../adapters/dynamodb/lists.ts';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import { listChanges, listComments } from '../../adapters/dynamodb/record-entries.ts';
import { findTickets, listTicketsOf } from '../../adapters/dynamodb/tickets.ts';
import type { CursorList } from '../../core/cursors.ts';
import { ShownMember } from '../../core/member.ts';
import { canonicalEmail } from '../../core/members.ts';
import { notFound } from '../kit/http.ts';
import { readQuery } from '../kit/read-input.ts';
import { type AdminDependencies, type Handle, type ProjectCall, pathParameter } from './call.ts';
import { answerPage, readPlace, refuseCursor } from './paging.ts';
import { PageQuery } from './schemas.ts';

/** One thing that is held of a person, by its kind. */
type Held = { kind: 'member' | 'change' | 'comment' | 'ticket' | 'delivery'; [name: string]: unknown };

/** A part of what is held, page by page. */
type Part = (page: { limit: number; after: string | undefined }) => Promise<Page<Held>>;

/** Most tickets of a page, of 350 KB at most each: an answer of a function may have 6 MB (AWS Lambda, "Quotas"). */
const maxTickets = 8;
/** Most comments or entries of the history of a page: a comment has 30,000 characters, of up to four bytes. */
const maxEntries = 25;

/** Where an export goes on: a part of it, and what of that was read last. */
const Place = z.tuple([z.int(), z.string().nullable()]);

/** Exports what is held of a person: the member, its history and comments, their tickets, and what was sent about them. */
export const exportMember: Handle<ProjectCall> = async (dependencies, call) => {
  const email = canonicalEmail(pathParameter(call, 'email'));
  const found = email === undefined ? undefined : await findMembers(dependencies.table, call.project, [email]);
  const stored = email === undefined ? undefined : found?.get(email);
  if (email === undefined || stored === undefined) return notFound();
  const query = readQuery(call.request, PageQuery);
  if (query.outcome === 'refused') return query.reply;
  const list: CursorList = { route: call.request.routeKey, project: call.project, filters: { email } };
  const place = await readPlace(dependencies, list, query.input.cursor);
  if (place.outcome === 'refused') return place.reply;
  const [number, after] = place.input === undefined ? [0, null] : Place.parse(JSON.parse(place.input));
  const first: Part = async () => ({
    items: [{ kind: 'member', ...ShownMember.parse({ ...stored.member, version: stored.version }) }],
  });
  const parts = [first, ...(await partsOf(dependencies, call, email))];
  const part = parts[number];
  if (part === undefined) return refuseCursor().reply;
  const { items, next } = await part({ limit: query.input.limit, after: after ?? undefined });
  const goesOn = next === undefined ? (number + 1 < parts.length ? [number + 1, null] : undefined) : [number, next];
  const page = goesOn === undefined ? { items } : { items, next: JSON.stringify(goesOn) };
  return await answerPage(dependencies, list, page);
};

/** What is held beside the member itself; tickets by the types they are of, those included that a document removed. */
async function partsOf(
  { table, readConfiguration }: AdminDependencies,
  { project, pointer }: ProjectCall,
  email: string,
): Promise<Part[]> {
  const configuration = await readConfiguration(project);
  const present = configuration?.document.feedbackTypes.map(({ key }) => key) ?? [];
  const types = [...new Set([...present, ...Object.values(pointer.idPrefixes)])];
  const key = memberKey(project, email);
  return [
    async (page) => as('change', await listChanges(table, key, { ...few(page), newestFirst: false })),
    async (page) => as('comment', await listComments(table, key, { ...few(page), newestFirst: false })),
    ...types.map(
      (type): Part =>
        async (page) => {
          const { items, ...more } = await listTicketsOf(
            table,
            { project, feedbackType: type, submitter: email },
            { ...page, limit: Math.min(page.limit, maxTickets) },
          );
          const tickets = await findTickets(table, project, items);
          return { items: [...tickets.values()].map((ticket) => ({ kind: 'ticket' as const, ...ticket })), ...more };
        },
    ),
    async (page) => as('delivery', await listDeliveries(table, project, page, { member: email })),
  ];
}

function few<Asked extends { limit: number }>(page: Asked): Asked {
  return { ...page, limit: Math.min(page.limit, maxEntries) };
}

function as(kind: Held['kind'], { items, ...more }: Page<object>): Page<Held> {
  return { items: items.map((item) => ({ kind, ...item })), ...more };
}
