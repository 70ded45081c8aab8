import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import { findTicket } from '../../adapters/dynamodb/tickets.ts';
import { canonicalEmail } from '../../core/members.ts';
import { type RecordContext, ticketUrl } from '../../core/tickets/record-values.ts';
import { isTicketId } from '../../core/tickets/ticket.ts';
import { type HttpReply, refuseParameters } from '../kit/http.ts';
import type { AdminDependencies } from './call.ts';

/** The record that a call chose, with all that tags can read, or the refusal of the choice. */
export type ChosenRecord = { outcome: 'found'; context: RecordContext } | { outcome: 'refused'; reply: HttpReply };

/** Reads the ticket or member with which something is tried; `wanted` is which of the two it has to be, where that is known. */
export async function readChosenRecord(
  dependencies: AdminDependencies,
  configuration: Configuration,
  chosen: { ticket?: string | undefined; member?: string | undefined },
  wanted?: 'ticket' | 'member',
): Promise<ChosenRecord> {
  const { ticket, member } = chosen;
  const unwanted = wanted === 'ticket' ? member : wanted === 'member' ? ticket : undefined;
  if (unwanted !== undefined || (ticket !== undefined && member !== undefined)) {
    const parameter = wanted === 'ticket' || wanted === undefined ? 'member' : 'ticket';
    const message =
      wanted === undefined ? 'Name a ticket or a member, not both.' : `Name a ${wanted}: the macro is for ${wanted}s.`;
    return refused(refuseParameters([{ parameter, code: 'not_allowed', message }]));
  }
  if (member !== undefined) return await readMember(dependencies, configuration, member);
  if (ticket !== undefined) return await readTicket(dependencies, configuration, ticket);
  const parameter = wanted ?? 'ticket';
  const message = wanted === undefined ? 'Name a ticket or a member.' : `Name a ${wanted}.`;
  return refused(refuseParameters([{ parameter, code: 'required', message }]));
}

async function readMember(
  { table, now }: AdminDependencies,
  { document, variables }: Configuration,
  given: string,
): Promise<ChosenRecord> {
  const email = canonicalEmail(given);
  const found = email === undefined ? undefined : (await findMembers(table, document.project.key, [email])).get(email);
  if (found === undefined) return absent('member', 'There is no such member in this project.');
  const context = { project: document.project, variables, now: iso(now()), member: found.member };
  return { outcome: 'found', context };
}

async function readTicket(
  { table, consoleOrigin, now }: AdminDependencies,
  { document, variables }: Configuration,
  id: string,
): Promise<ChosenRecord> {
  const project = document.project.key;
  const ticket = isTicketId(id) ? await findTicket(table, project, id) : undefined;
  if (ticket === undefined) return absent('ticket', 'There is no such ticket in this project.');
  const submitter = (await findMembers(table, project, [ticket.submitter])).get(ticket.submitter)?.member;
  const surroundings = { project: document.project, variables, now: iso(now()) };
  const context = { ...surroundings, ticket, submitter, ticketUrl: ticketUrl(consoleOrigin, project, ticket.id) };
  return { outcome: 'found', context };
}

function absent(parameter: 'ticket' | 'member', message: string): ChosenRecord {
  return refused(refuseParameters([{ parameter, code: 'invalid_choice', message }]));
}

function refused(reply: HttpReply): ChosenRecord {
  return { outcome: 'refused', reply };
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
