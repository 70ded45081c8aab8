import { findMembers } from '../../adapters/dynamodb/members.ts';
import { findRememberedCall, type KeyedCall, type RememberedCall } from '../../adapters/dynamodb/remembered-calls.ts';
import { createTicket, type TicketCreation } from '../../adapters/dynamodb/ticket-creation.ts';
import { takeTicketNumber } from '../../adapters/dynamodb/tickets.ts';
import { decideSubmission } from '../../core/consequence.ts';
import type { Change } from '../../core/records/change.ts';
import { decideSubmitter, submitterCandidates } from '../../core/sources/read-report.ts';
import { type TicketContext, ticketUrl } from '../../core/tickets/record-values.ts';
import { CreatedTicket, type Ticket, ticketId } from '../../core/tickets/ticket.ts';
import { noteAutomations } from './note-automations.ts';
import type { Members, ReplayOf, ReportTaking, Submission } from './submission.ts';

/** Tries to store one ticket while numbers or remembered calls are contended (docs/architecture.md). */
const maxTries = 5;

/** What became of a submission. */
export type StoredTicket =
  | { outcome: 'created'; ticket: CreatedTicket }
  | { outcome: 'replayed'; remembered: RememberedCall }
  /** What was kept of it is not as it was read. */
  | { outcome: 'changed-meanwhile' }
  | { outcome: 'group-taken' }
  | { outcome: 'contended' };

/**
 * Decides what follows from a checked report and stores all of it, under a number of its own. In its group it takes over from a
 * ticket that is not open any more.
 */
export async function storeTicket(
  dependencies: ReportTaking,
  submission: Submission,
  decidingMembers: Members | undefined,
  takesOverFrom?: string,
): Promise<StoredTicket> {
  const { table, dueShards, deliveryRetentionDays, pause } = dependencies;
  const { project, feedbackType, source, reading } = submission;
  // With a default submitter the members decide nothing but the attribution, so they are read beside the number.
  const readMembers = async () =>
    await findMembers(table, project, submitterCandidates(source, reading.givenSubmitter));
  const [firstNumber, firstMembers] = await Promise.all([
    takeTicketNumber(table, project, feedbackType.key),
    decidingMembers ?? readMembers(),
  ]);
  const draft = async (number: number, known: Members) => {
    const drafted = await draftStored(dependencies, submission, number, known);
    const { group } = reading;
    return group === undefined ? drafted : { ...drafted, group: { source: source.key, group, takesOverFrom } };
  };
  let creation = await draft(firstNumber, firstMembers);
  let members = firstMembers;
  for (let tries = 1; tries <= maxTries; tries += 1) {
    submission.expect(creation.ticket.id, false);
    const outcome = await createTicket(table, creation, { dueShards, deliveryRetentionDays });
    if (outcome === 'created') {
      noteTicket(submission, creation);
      await noteAutomations(dependencies, creation.consequence);
      return { outcome, ticket: CreatedTicket.parse(creation.ticket) };
    }
    if (outcome === 'changed-meanwhile') return { outcome };
    const remembered = await findRemembered(dependencies, submission);
    if (remembered !== undefined) return { outcome: 'replayed', remembered };
    if (outcome === 'group-taken') return { outcome };
    if (outcome === 'number-taken') {
      const number = await takeTicketNumber(table, project, feedbackType.key);
      creation = await draft(number, members);
    } else if (outcome === 'member-changed') {
      await pause(50 * 2 ** tries);
      members = await readMembers();
      creation = await draft(creation.number, members);
    } else {
      // The same transaction again: where it was carried out after all, it is known by its token.
      await pause(50 * 2 ** tries);
    }
  }
  return { outcome: 'contended' };
}

/** Says in the log line what became of the macros, once it is stored: what was drafted may lose a race. */
function noteTicket({ note }: Submission, { ticket, consequence }: TicketCreation): void {
  const actions = consequence.ran.flatMap((macro) => macro.actions);
  const count = (outcome: string) => actions.filter((action) => action.outcome === outcome).length;
  note({
    ticket: ticket.id,
    applied: count('applied'),
    queued: count('queued'),
    failed: count('failed'),
    skipped: count('skipped'),
  });
}

/** Reads what is remembered of a call with the same key, if one was sent. */
export async function findRemembered(
  { table, now }: ReportTaking,
  { project, source, givenKey, replay }: Submission,
): Promise<RememberedCall | undefined> {
  if (givenKey === undefined) return undefined;
  const named = { source: source.key, givenKey, submittedAt: replay?.submittedAt };
  return await findRememberedCall(table, project, named, now());
}

/** Drafts a ticket with all that follows; bodies too large for the table are stored before it, under the draft's own ids. */
async function draftStored(...draft: Parameters<typeof draftCreation>): Promise<TicketCreation> {
  const creation = draftCreation(...draft);
  const { consequence } = creation;
  const deliveries = await draft[0].largeBodies.store(consequence.deliveries);
  return { ...creation, consequence: { ...consequence, deliveries } };
}

function draftCreation(
  dependencies: ReportTaking,
  submission: Submission,
  number: number,
  members: Members,
): TicketCreation {
  const { configuration, source, reading, replay } = submission;
  const draft = draftTicket(dependencies, submission, number, (email) => members.has(email));
  const submitter = members.get(draft.submitter);
  const context: TicketContext = {
    ticket: draft,
    submitter: submitter?.member,
    project: configuration.document.project,
    variables: configuration.variables,
    ticketUrl: ticketUrl(dependencies.consoleOrigin, draft.project, draft.id),
    now: draft.createdAt,
  };
  const memberVersion = submitter?.version ?? 0;
  const consequence = decideSubmission({
    document: configuration.document,
    ...source.advanced,
    // A default submitter has not written it.
    doer: reading.givenSubmitter === undefined || draft.claimedSubmitter !== undefined ? undefined : draft.submitter,
    context,
    memberVersion,
    newId: dependencies.newId,
  });
  const ticket = 'ticket' in consequence.context ? consequence.context.ticket : draft;
  const call = nameCall(submission, ticket);
  const token = dependencies.newId();
  const drafted = { ticket, number, before: context, memberVersion, token, ...(call === undefined ? {} : { call }) };
  if (replay === undefined) return { ...drafted, consequence };
  const first = { record: 'ticket' as const, change: replayChange(dependencies.newId(), draft, replay) };
  const changes = [first, ...consequence.changes];
  return { ...drafted, consequence: { ...consequence, changes }, beside: replay.beside(ticket.id) };
}

/** A history that begins with how the ticket came about: its report was refused at first. */
function replayChange(id: string, { createdAt, origin }: Ticket, { by }: ReplayOf): Change {
  const changes = [
    { path: 'ticket.origin.replayed', to: origin.replayed },
    { path: 'ticket.origin.submittedAt', to: origin.submittedAt },
  ];
  return { id, at: createdAt, version: 1, cause: { kind: 'source', key: origin.key, by }, changes };
}

/** What is to be remembered of a call, where it brought an `Idempotency-Key`: what it was answered with. */
export function nameCall(
  { project, source, givenKey, bodyHash, replay }: Submission,
  ticket: Ticket,
): KeyedCall | undefined {
  if (givenKey === undefined) return undefined;
  // Who it is from is the ticket's to say: this is kept where nobody looks for people.
  const { submitter: _, ...answer } = CreatedTicket.parse(ticket);
  const named = { project, source: source.key, givenKey, bodyHash, ticket: ticket.id, answer };
  const knownToReplays = source.keepRejected || replay !== undefined;
  return { ...named, knownToReplays, submittedAt: replay?.submittedAt };
}

function draftTicket(
  dependencies: ReportTaking,
  { project, feedbackType, source, reading, replay }: Submission,
  number: number,
  isMember: (email: string) => boolean,
): Ticket {
  const submitter = decideSubmitter(source, reading.givenSubmitter, isMember);
  if (submitter.outcome !== 'found' || reading.state === undefined) throw new Error('the report was not checked');
  const createdAt = new Date(dependencies.now()).toISOString();
  return {
    id: ticketId(feedbackType.idPrefix, feedbackType.idDigits, number),
    project,
    feedbackType: feedbackType.key,
    version: 1,
    state: reading.state,
    submitter: submitter.email,
    ...(submitter.claimed === undefined ? {} : { claimedSubmitter: submitter.claimed }),
    fields: reading.fields,
    external: {},
    origin: {
      ...{ kind: 'source', key: source.key },
      ...(replay === undefined ? {} : { replayed: replay.id, submittedAt: replay.submittedAt }),
    },
    ...(reading.group === undefined ? {} : { group: reading.group }),
    createdAt,
    updatedAt: createdAt,
  };
}
