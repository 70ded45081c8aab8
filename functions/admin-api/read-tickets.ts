import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import { listedColumns, listTicketEntries } from '../../adapters/dynamodb/tickets.ts';
import type { Where } from '../../core/document/schema-filters.ts';
import { matchesFilter } from '../../core/filters/match-filter.ts';
import { recordSubject } from '../../core/macros/record-subject.ts';
import { entriesSuffice, listedContext } from '../../core/tickets/listed-context.ts';
import { ticketUrl } from '../../core/tickets/record-values.ts';
import { ListedTicket } from '../../core/tickets/ticket.ts';
import { loadContexts } from '../kit/load-contexts.ts';
import type { RecordLoading } from '../kit/load-record.ts';

/** Lists of types that one page looks into; a project of many empty types answers a cursor instead of waiting. */
const maxListsPerPage = 20;
/** Entries that a filtered page looks through at most, and reads at once: those of the list alone, and those whose tickets are loaded. */
const bounds = { listed: { most: 1_000, atOnce: 250 }, loaded: { most: 200, atOnce: 100 } };

/** What a page of tickets reads; `after` is a place in the list of the first type. */
export type TicketReading = {
  project: string;
  configuration: Configuration | undefined;
  types: readonly string[];
  limit: number;
  after: string | undefined;
  newestFirst: boolean;
  where: Where | undefined;
};

/** A page of tickets, and the type and place where the next one goes on; no `next` at the end of all lists. */
export type TicketsRead = { items: ListedTicket[]; next?: [type: string, after: string | null] };

type Entry = { listed: ListedTicket; place: string };
/** Keeps those entries that a page is to show; without bounds each entry that is read is shown. */
type Judge = { keep: (entries: Entry[]) => Promise<Entry[]>; bounds?: { most: number; atOnce: number } };

/** Reads on from list to list until the page is full, or has looked through as much as a page may. */
export async function readTickets(loading: RecordLoading, reading: TicketReading): Promise<TicketsRead> {
  const { project, types, limit, newestFirst } = reading;
  const judge = judgeOf(loading, reading);
  const items: ListedTicket[] = [];
  let after = reading.after;
  let looked = 0;
  for (const [index, type] of types.entries()) {
    do {
      const room = limit - items.length;
      const left = (judge.bounds?.most ?? Number.POSITIVE_INFINITY) - looked;
      if (room === 0 || left === 0 || index === maxListsPerPage) return { items, next: [type, after ?? null] };
      const atOnce = Math.min(judge.bounds?.atOnce ?? room, left);
      const part = await listTicketEntries(loading.table, project, type, { limit: atOnce, after, newestFirst });
      const kept = await judge.keep(part.items);
      looked += part.items.length;
      const shown = kept.slice(0, room);
      items.push(...shown.map(({ listed }) => listed));
      after = shown.length < kept.length ? shown.at(-1)?.place : part.next;
    } while (after !== undefined);
  }
  return { items };
}

function judgeOf(loading: RecordLoading, { project, configuration, where }: TicketReading): Judge {
  if (where === undefined || configuration === undefined) return { keep: async (entries) => entries };
  const { document, variables } = configuration;
  if (entriesSuffice(document, where)) {
    const surroundings = { project: document.project, variables, now: new Date(loading.now()).toISOString() };
    const isKept = ({ listed }: Entry) => {
      const url = ticketUrl(loading.consoleOrigin, project, listed.id);
      const context = listedContext(listed, { ...surroundings, ticketUrl: url });
      return matchesFilter(where, recordSubject(document, context));
    };
    return { keep: async (entries) => entries.filter(isKept), bounds: bounds.listed };
  }
  const keep = async (entries: Entry[]) => {
    const ids = entries.map(({ listed }) => listed.id);
    const judging = { target: 'ticket' as const, where, mayLag: true };
    const contexts = await loadContexts(loading, configuration, judging, ids);
    return entries.flatMap(({ listed: { id }, place }) => {
      const context = contexts.get(id);
      if (context === undefined || !('ticket' in context)) return [];
      if (!matchesFilter(where, recordSubject(document, context))) return [];
      // The ticket may be newer than its entry, and is shown as it was judged.
      const { feedbackType } = context.ticket;
      return [{ listed: ListedTicket.parse({ ...listedColumns(context.ticket), project, feedbackType }), place }];
    });
  };
  return { keep, bounds: bounds.loaded };
}
