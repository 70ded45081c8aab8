import type { Table } from '../../adapters/dynamodb/table.ts';
import { countTicketsByStatus } from '../../adapters/dynamodb/tickets.ts';
import { readDocumentNames } from '../../core/document/document-names.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import type { ParameterError } from '../../core/reply-errors.ts';
import { type HttpReply, refuse } from '../kit/http.ts';

/** A feedback type that loses states: `all` of them, or statuses named as `workflow/status`. */
type Removal = { feedbackType: string; all: boolean; states: { workflow: string; status: string }[] };

/** Refuses a document that takes away feedback types or statuses which tickets still hold; undefined where it does not. */
export async function refuseRemovals(
  table: Table,
  project: string,
  before: unknown,
  after: ProjectDocument,
): Promise<HttpReply | undefined> {
  const held: { count: number; error: ParameterError }[] = [];
  for (const removal of findRemovals(before, after)) {
    held.push(...describeHeld(removal, await countTicketsByStatus(table, project, removal.feedbackType)));
  }
  if (held.length === 0) return undefined;
  const tickets = countTickets(held.reduce((sum, { count }) => sum + count, 0));
  return refuse(
    409,
    `The document removes what ${tickets} still hold${tickets === '1 ticket' ? 's' : ''}: change that first, or apply it with ?force=true.`,
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

function describeHeld({ feedbackType, all, states }: Removal, counts: ReadonlyMap<string, number>) {
  const type = `feedbackTypes[${feedbackType}]`;
  if (all) {
    const count = [...counts.values()].reduce((sum, some) => sum + some, 0);
    return count === 0 ? [] : [describe(type, count, 'of this type')];
  }
  return states.flatMap(({ workflow, status }) => {
    const count = counts.get(`${workflow}/${status}`) ?? 0;
    const path = `${type}.workflows[${workflow}].statuses[${status}]`;
    return count === 0 ? [] : [describe(path, count, 'in this status')];
  });
}

function describe(parameter: string, count: number, where: string): { count: number; error: ParameterError } {
  const verb = count === 1 ? 'is' : 'are';
  return { count, error: { parameter, code: 'not_allowed', message: `${countTickets(count)} ${verb} ${where}.` } };
}

function countTickets(count: number): string {
  return count === 1 ? '1 ticket' : `${count} tickets`;
}
