import type { Table } from '../../adapters/dynamodb/table.ts';
import { countTicketsUpTo, type StatusCounts } from '../../adapters/dynamodb/tickets.ts';
import { readDocumentNames } from '../../core/document/document-names.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import type { ParameterError } from '../../core/reply-errors.ts';
import { type HttpReply, refuse } from '../kit/http.ts';

/** Tickets that are counted of one feedback type: more of them say nothing new. */
const maxTickets = 1_000;
/** Pages of lists that one call reads, 100 MB in all: the gateway waits 30 seconds for its answer (AWS quota). */
const maxPages = 100;

/** A feedback type that loses states: `all` of them, or statuses named as `workflow/status`. */
type Removal = { feedbackType: string; all: boolean; states: { workflow: string; status: string }[] };

/** Tickets that hold something, or at least so many; none where it could not be found out. */
type Held = { count: number; isExact: boolean; error: ParameterError };

/** Refuses a document that takes away feedback types or statuses which tickets still hold; undefined where it does not. */
export async function refuseRemovals(
  table: Table,
  project: string,
  before: unknown,
  after: ProjectDocument,
): Promise<HttpReply | undefined> {
  const held: Held[] = [];
  let pages = maxPages;
  for (const removal of findRemovals(before, after)) {
    const names = new Set(removal.states.map(({ workflow, status }) => `${workflow}/${status}`));
    const isCounted = (status: string) => removal.all || names.has(status);
    const counting = { isCounted, maxTickets, maxPages: pages };
    const found = await countTicketsUpTo(table, project, removal.feedbackType, counting);
    pages -= found.pages;
    held.push(...describeHeld(removal, found));
  }
  if (held.length === 0) return undefined;
  return refuse(
    409,
    describeAll(held),
    held.map(({ error }) => error),
  );
}

/** What a document no longer has, of what the one before it had. */
function findRemovals(before: unknown, after: ProjectDocument): Removal[] {
  const names = readDocumentNames(before);
  return names.of('feedbackTypes').flatMap((feedbackType): Removal[] => {
    const kept = after.feedbackTypes.find(({ key }) => key === feedbackType);
    if (kept === undefined) return [{ feedbackType, all: true, states: [] }];
    const states = names.workflows(feedbackType).flatMap((workflow) => {
      const keptStatuses = kept.workflows.find(({ key }) => key === workflow)?.statuses.map(({ key }) => key) ?? [];
      const removed = names.statuses(feedbackType, workflow).filter((status) => !keptStatuses.includes(status));
      return removed.map((status) => ({ workflow, status }));
    });
    return states.length === 0 ? [] : [{ feedbackType, all: false, states }];
  });
}

function describeHeld({ feedbackType, all, states }: Removal, { counts, isWhole }: StatusCounts): Held[] {
  const type = `feedbackTypes[${feedbackType}]`;
  if (counts.size === 0) return isWhole ? [] : [describeUnchecked(type)];
  if (all) {
    const count = [...counts.values()].reduce((sum, some) => sum + some, 0);
    return [describe(type, { count, isExact: isWhole }, 'of this type')];
  }
  return states.flatMap(({ workflow, status }) => {
    const count = counts.get(`${workflow}/${status}`) ?? 0;
    const path = `${type}.workflows[${workflow}].statuses[${status}]`;
    return count === 0 ? [] : [describe(path, { count, isExact: isWhole }, 'in this status')];
  });
}

function describe(parameter: string, held: Omit<Held, 'error'>, where: string): Held {
  const tickets = countTickets(held).replace(/^a/, 'A');
  const message = `${tickets} ${held.count === 1 ? 'is' : 'are'} ${where}.`;
  return { ...held, error: { parameter, code: 'not_allowed', message } };
}

function describeUnchecked(parameter: string): Held {
  const message = 'Not all tickets of this type could be checked.';
  return { count: 0, isExact: false, error: { parameter, code: 'not_allowed', message } };
}

function describeAll(held: readonly Held[]): string {
  const count = held.reduce((sum, some) => sum + some.count, 0);
  if (count === 0) {
    return 'There are too many tickets to check whether any still holds what the document removes: ?force=true applies it all the same.';
  }
  const tickets = countTickets({ count, isExact: held.every(({ isExact }) => isExact) });
  const verb = count === 1 ? 'holds' : 'hold';
  return `The document removes what ${tickets} still ${verb}: change that first, or apply it with ?force=true.`;
}

function countTickets({ count, isExact }: Omit<Held, 'error'>): string {
  return `${isExact ? '' : 'at least '}${count === 1 ? '1 ticket' : `${count} tickets`}`;
}
