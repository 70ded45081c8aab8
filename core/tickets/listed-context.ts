import type { ProjectDocument } from '../document/schema.ts';
import type { Where } from '../document/schema-filters.ts';
import { listConditions } from '../filters/list-conditions.ts';
import { scopeOfTickets } from '../macros/tag-scopes.ts';
import { resolveTag } from '../templates/tag-scope.ts';
import type { TicketContext } from './record-values.ts';
import type { ListedTicket } from './ticket.ts';

/** What every list entry holds whole; fields may be missing from one, where they do not fit. */
const listedPaths = ['ticket.', 'project.', 'var.', 'now'];

/** Whether list entries tell all that conditions read, so that no ticket has to be loaded for them. */
export function entriesSuffice(document: ProjectDocument, where: Where): boolean {
  const scope = scopeOfTickets(document, undefined);
  return listConditions(where).every(({ field }) => {
    const resolved = resolveTag(scope, field);
    if (resolved.outcome !== 'value') return false;
    const { path } = resolved;
    return path === 'submitter.email' || listedPaths.some((listed) => path === listed || path.startsWith(listed));
  });
}

/** A ticket as conditions see it that {@link entriesSuffice} for: what its list entry does not hold is not there. */
export function listedContext(
  listed: ListedTicket,
  surroundings: Omit<TicketContext, 'ticket' | 'submitter'>,
): TicketContext {
  return {
    ...surroundings,
    submitter: undefined,
    ticket: { ...listed, version: 0, fields: {}, external: {}, origin: { kind: 'source' } },
  };
}
