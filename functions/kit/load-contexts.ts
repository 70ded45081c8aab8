import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import { findTickets } from '../../adapters/dynamodb/tickets.ts';
import type { Where } from '../../core/document/schema-filters.ts';
import { readsSubmitter } from '../../core/runs/scope.ts';
import { type RecordContext, ticketUrl } from '../../core/tickets/record-values.ts';
import { mentionsFiles } from '../../core/uploads/reads-files.ts';
import type { RecordLoading } from './load-record.ts';
import { mapAtOnce } from './map-at-once.ts';
import { readTicketFiles } from './ticket-files.ts';

/** Which records are loaded, and the conditions that are to judge them. */
export type Judging = {
  target: 'ticket' | 'member';
  where: Where;
  /** A list may lag a write, and reads tickets for half as much. */
  mayLag?: boolean;
};

/** Loads records by their names with what conditions over them read; the missing ones are not in the answer. */
export async function loadContexts(
  loading: RecordLoading,
  { document, variables }: Configuration,
  { target, where, mayLag = false }: Judging,
  names: readonly string[],
): Promise<Map<string, RecordContext>> {
  const { table, consoleOrigin, now } = loading;
  const project = document.project.key;
  const surroundings = { project: document.project, variables, now: new Date(now()).toISOString() };
  if (target === 'member') {
    const members = await findMembers(table, project, names);
    return new Map([...members].map(([email, { member }]) => [email, { ...surroundings, member }]));
  }
  const wantsFiles = mentionsFiles(document, where);
  const tickets = await findTickets(table, project, names, { mayLag });
  const wantsSubmitter = readsSubmitter(document, where);
  const emails = wantsSubmitter ? [...new Set([...tickets.values()].map(({ submitter }) => submitter))] : [];
  const submitters = await findMembers(table, project, emails);
  const contexts = await mapAtOnce([...tickets.values()], async (ticket): Promise<[string, RecordContext]> => {
    const submitter = submitters.get(ticket.submitter)?.member;
    const url = ticketUrl(consoleOrigin, project, ticket.id);
    const files = wantsFiles ? { files: await readTicketFiles(loading, project, ticket.id) } : {};
    return [ticket.id, { ...surroundings, ticket, submitter, ticketUrl: url, ...files }];
  });
  return new Map(contexts);
}
