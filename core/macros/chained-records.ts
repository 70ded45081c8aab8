import type { Macro } from '../document/schema.ts';
import type { FieldChange } from '../records/change.ts';
import { diffMembers, diffTickets } from '../records/diff-records.ts';
import type { MemberContext, RecordContext } from '../tickets/record-values.ts';

/** Which of the records that a macro may touch: the one it is about, or the submitter of that ticket. */
export type RecordKind = 'ticket' | 'member';

/** The records of a chain as they are by now. */
export type ChainedRecords = { context: RecordContext; memberVersion: number };

/** The record that a macro is about. */
export function targetOf(macro: Macro): RecordKind {
  return macro.target === 'feedback' ? 'ticket' : 'member';
}

/** A macro as chains remember that it has run: by the kind of record, and its key. */
export function identify(macro: Macro): string {
  return `${targetOf(macro)}/${macro.key}`;
}

/** A macro for members that follows from a ticket's macro is applied to the ticket's submitter. */
export function contextFor(macro: Macro, context: RecordContext): RecordContext {
  return macro.target === 'member' ? (memberContext(context) ?? context) : context;
}

/** The member that a chain may touch, with what tags can read; undefined where the submitter is none. */
export function memberContext(context: RecordContext): MemberContext | undefined {
  if (!('ticket' in context)) return context;
  const { submitter: member, ticket: _, ticketUrl: __, ...surroundings } = context;
  return member === undefined ? undefined : { ...surroundings, member };
}

/** The records of a chain after a macro was applied to one of them. */
export function mergeRecords(before: RecordContext, after: RecordContext): RecordContext {
  if (!('ticket' in before) || 'ticket' in after) return after;
  return { ...before, submitter: after.member };
}

/** What changed on one of a chain's records. */
export function diffRecords(record: RecordKind, before: RecordContext, after: RecordContext): FieldChange[] {
  if (record === 'ticket')
    return 'ticket' in before && 'ticket' in after ? diffTickets(before.ticket, after.ticket) : [];
  const [from, to] = [memberContext(before)?.member, memberContext(after)?.member];
  return from === undefined || to === undefined ? [] : diffMembers(from, to);
}

/** The records with the version of one of them raised. */
export function raiseVersion({ context, memberVersion }: ChainedRecords, record: RecordKind): ChainedRecords {
  if (record === 'member') return { context, memberVersion: memberVersion + 1 };
  if (!('ticket' in context)) return { context, memberVersion };
  const ticket = { ...context.ticket, version: context.ticket.version + 1, updatedAt: context.now };
  return { context: { ...context, ticket }, memberVersion };
}

/** The version of one of a chain's records. */
export function versionOf({ context, memberVersion }: ChainedRecords, record: RecordKind): number {
  return record === 'ticket' && 'ticket' in context ? context.ticket.version : memberVersion;
}
