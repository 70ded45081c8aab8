import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { findOnceMarks, findTicket } from '../../adapters/dynamodb/tickets.ts';
import { canonicalEmail } from '../../core/members.ts';
import type { RunTarget } from '../../core/runs/result.ts';
import { type RecordContext, ticketUrl } from '../../core/tickets/record-values.ts';
import { isTicketId } from '../../core/tickets/ticket.ts';
import { readsFiles } from '../../core/uploads/reads-files.ts';
import { type FileLinking, readTicketFiles } from './ticket-files.ts';

/** What loading a record needs. */
export type RecordLoading = FileLinking & { table: Table; consoleOrigin: string };

/** A record with all that tags can read of it, and the stored version of its member; 0 where there is none. */
export type LoadedRecord = {
  context: RecordContext;
  memberVersion: number;
  /** Automations that run once for each ticket and have run for this one. */
  ranOnce: ReadonlySet<string>;
};

/**
 * Loads a ticket with its submitter, or a member, consistently; undefined where there is none in this project. A ticket's files
 * are read where something of the project's document reads them, or somebody asks for them.
 */
export async function loadRecord(
  loading: RecordLoading,
  { document, variables }: Configuration,
  target: RunTarget,
  { withFiles = readsFiles(document) }: { withFiles?: boolean } = {},
): Promise<LoadedRecord | undefined> {
  const { table, consoleOrigin, now } = loading;
  const project = document.project.key;
  const surroundings = { project: document.project, variables, now: new Date(now()).toISOString() };
  if ('member' in target) {
    const email = canonicalEmail(target.member);
    const found = email === undefined ? undefined : (await findMembers(table, project, [email])).get(email);
    if (found === undefined) return undefined;
    return { context: { ...surroundings, member: found.member }, memberVersion: found.version, ranOnce: new Set() };
  }
  if (!isTicketId(target.ticket)) return undefined;
  const once = document.automations.filter(({ limit }) => limit === 'oncePerTicket').map(({ key }) => key);
  const [ticket, ranOnce, files] = await Promise.all([
    findTicket(table, project, target.ticket),
    findOnceMarks(table, project, target.ticket, once),
    withFiles ? readTicketFiles(loading, project, target.ticket) : undefined,
  ]);
  if (ticket === undefined) return undefined;
  const submitter = (await findMembers(table, project, [ticket.submitter])).get(ticket.submitter);
  const url = ticketUrl(consoleOrigin, project, ticket.id);
  return {
    context: {
      ...{ ...surroundings, ticket, submitter: submitter?.member, ticketUrl: url },
      ...(files === undefined ? {} : { files }),
    },
    memberVersion: submitter?.version ?? 0,
    ranOnce,
  };
}
