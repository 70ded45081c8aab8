import { findGroupTickets } from '../../adapters/dynamodb/groups.ts';
import { findTicket } from '../../adapters/dynamodb/tickets.ts';
import { isOpen } from '../../core/tickets/is-open.ts';
import type { CreatedTicket, Ticket } from '../../core/tickets/ticket.ts';
import { raiseTicket } from './raise-ticket.ts';
import { findRemembered, type StoredTicket, storeTicket } from './store-ticket.ts';
import type { Members, ReportTaking, Submission } from './submission.ts';

/** How often a report tries while others change its group. */
const maxTries = 200;
/** The longest wait between tries, in milliseconds. */
const maxPauseMs = 400;

/** What became of a report. */
export type StoredReport =
  | Exclude<StoredTicket, { outcome: 'group-taken' }>
  | { outcome: 'grouped'; ticket: CreatedTicket };

/** The group of a report: its open ticket, if there is one, and the ticket that a new one would take over from. */
export type FoundGroup = { ticket?: Ticket; takesOverFrom?: string };

/** Counts a report on the open ticket of its group, or creates a ticket where there is none. */
export async function storeReport(
  dependencies: ReportTaking,
  submission: Submission,
  members: Members | undefined,
): Promise<StoredReport> {
  const { now, pause } = dependencies;
  const { deadline } = submission;
  for (let tries = 1; tries <= maxTries && now() <= deadline; tries += 1) {
    if (tries > 1) await pause(Math.min(25 * 2 ** tries, maxPauseMs));
    const { ticket, takesOverFrom } = await findGroup(dependencies, submission);
    const stored =
      ticket === undefined
        ? await storeTicket(dependencies, submission, members, takesOverFrom)
        : await raiseTicket(dependencies, submission, ticket);
    if (stored.outcome !== 'group-taken') return stored;
    const remembered = await findRemembered(dependencies, submission);
    if (remembered !== undefined) return { outcome: 'replayed', remembered };
  }
  return { outcome: 'contended' };
}

/** Finds the group of a report; a source has the groups of all its names. */
export async function findGroup(
  { table }: ReportTaking,
  { project, source, feedbackType, reading }: Submission,
): Promise<FoundGroup> {
  const { group } = reading;
  if (group === undefined) return {};
  const names = [source.key, ...source.aliases];
  const held = await findGroupTickets(table, { project, names, group });
  for (const id of held.values()) {
    const ticket = await findTicket(table, project, id);
    if (ticket !== undefined && isOpen(feedbackType, ticket.state)) return { ticket };
  }
  const takesOverFrom = held.get(source.key);
  return takesOverFrom === undefined ? {} : { takesOverFrom };
}
