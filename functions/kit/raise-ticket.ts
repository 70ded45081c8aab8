import type { TransactItem } from '../../adapters/dynamodb/consequences.ts';
import { isRaisable, type Raise, storeRaise } from '../../adapters/dynamodb/raises.ts';
import { rememberCallOnce, rememberedItem } from '../../adapters/dynamodb/remembered-calls.ts';
import { followsRaise, mayFollowRaise } from '../../core/automations/follows-raise.ts';
import { followChange } from '../../core/macros/begin-chain.ts';
import type { ChangeCause } from '../../core/records/change.ts';
import { boundsOf, raiseValue } from '../../core/sources/raise-field.ts';
import { isOpen } from '../../core/tickets/is-open.ts';
import { ticketUrl } from '../../core/tickets/record-values.ts';
import { CreatedTicket, type Ticket } from '../../core/tickets/ticket.ts';
import { loadRecord } from './load-record.ts';
import { type Decided, storeDecided } from './store-decided.ts';
import { findRemembered, nameCall } from './store-ticket.ts';
import type { ReportTaking, Submission } from './submission.ts';

/** What became of counting a report; `group-taken` where the ticket is not what it was, and its group is to be looked up again. */
export type RaisedTicket =
  | { outcome: 'grouped'; ticket: CreatedTicket }
  | { outcome: 'group-taken' }
  /** What was kept of the report is not as it was read. */
  | { outcome: 'changed-meanwhile' }
  | { outcome: 'contended' };

/** Tries that one report makes while others change the same ticket, and the longest wait between them, in milliseconds. */
const maxTries = 200;
const maxReplayTries = 5;
const maxPauseMs = 400;

/** Which number a report raises, and by how much. */
type Raising = Pick<Raise, 'field' | 'by' | 'bounds'>;

/** Counts a report on a ticket of its group, with all that follows from it. */
export async function raiseTicket(
  dependencies: ReportTaking,
  submission: Submission,
  ticket: Ticket,
): Promise<RaisedTicket> {
  const raising = readRaising(submission);
  submission.expect(ticket.id, true);
  const found = await findAlone(dependencies, submission, ticket, raising);
  const alone = found && (await raiseAlone(dependencies, submission, found, raising));
  const raised = alone ?? (await raiseDecided(dependencies, submission, ticket.id, raising));
  if (raised.outcome === 'grouped') submission.note({ ticket: ticket.id, grouped: true });
  return raised;
}

function readRaising({ source, feedbackType, reading }: Submission): Raising {
  const field = feedbackType.fields.find(({ key }) => key === source.group?.add);
  if (field === undefined) throw new Error(`source ${source.key} groups by no field`);
  const by = Object.hasOwn(reading.fields, field.key) ? reading.fields[field.key] : 1;
  return { field: field.key, by: typeof by === 'number' ? by : 1, bounds: boundsOf(field) };
}

/** The ticket, if nothing follows where its number is raised: else all is decided on the ticket as it is then. */
async function findAlone(
  dependencies: ReportTaking,
  { configuration, feedbackType }: Submission,
  ticket: Ticket,
  raising: Raising,
): Promise<Ticket | undefined> {
  const { document, variables } = configuration;
  const { consoleOrigin, now } = dependencies;
  const context = {
    ...{ ticket, submitter: undefined, project: document.project, variables },
    ticketUrl: ticketUrl(consoleOrigin, ticket.project, ticket.id),
    now: new Date(now()).toISOString(),
  };
  if (!isRaisable(ticket, raising)) return undefined;
  if (!mayFollowRaise(document, context, raising.field)) return ticket;
  const loaded = await loadRecord(dependencies, configuration, { ticket: ticket.id });
  if (loaded === undefined || !('ticket' in loaded.context)) return undefined;
  const { context: whole, ranOnce } = loaded;
  const isAlone =
    isRaisable(whole.ticket, raising) &&
    isOpen(feedbackType, whole.ticket.state) &&
    !followsRaise(document, { context: whole, ranOnce }, raising.field);
  return isAlone ? whole.ticket : undefined;
}

function causeOf({ source, replay }: Submission): ChangeCause {
  return { kind: 'source', key: source.key, ...(replay === undefined ? {} : { by: replay.by }) };
}

function besideOf({ replay }: Submission, { id }: Ticket): TransactItem[] {
  return replay?.beside(id) ?? [];
}

/** Raises the number where nothing follows from it: reports that come at once only wait for each other's writes. */
async function raiseAlone(
  { table, newId, now, pause }: ReportTaking,
  submission: Submission,
  ticket: Ticket,
  raising: Raising,
): Promise<RaisedTicket | undefined> {
  const call = nameCall(submission, ticket);
  const change = {
    id: newId(),
    at: new Date(now()).toISOString(),
    // Nothing guards the version, so that two changes of one instant may be said to have made the same one.
    version: ticket.version + 1,
    cause: causeOf(submission),
    changes: [{ path: `field.${raising.field}`, added: raising.by }],
  };
  const raise: Raise = {
    ...{ ...raising, ticket, change, token: newId() },
    call: call && { ...call, grouped: true },
    beside: besideOf(submission, ticket),
  };
  for (let tries = 1; tries <= maxTries && now() <= submission.deadline; tries += 1) {
    const outcome = await storeRaise(table, raise);
    if (outcome === 'stored') return { outcome: 'grouped', ticket: CreatedTicket.parse(ticket) };
    if (outcome === 'unfit') return undefined;
    if (outcome === 'changed-meanwhile') return { outcome };
    if (outcome !== 'contended') return { outcome: 'group-taken' };
    // The same transaction again: where it was carried out after all, it is known by its token.
    await pause(Math.min(25 * 2 ** tries, maxPauseMs));
  }
  return { outcome: 'contended' };
}

/** Raises the number with all that follows from it, decided on the ticket as it is. */
async function raiseDecided(
  dependencies: ReportTaking,
  submission: Submission,
  id: string,
  raising: Raising,
): Promise<RaisedTicket> {
  const decide = () => decideRaise(dependencies, submission, id, raising);
  // Many reports of one crash come at once: each has its turn sooner where none sleeps long.
  const pause = async (maxMs: number) => await dependencies.pause(Math.min(maxMs, maxPauseMs));
  // What is taken from the quarantine is looked at again where it cannot be stored: it may have been taken meanwhile.
  const tries = submission.replay === undefined ? maxTries : maxReplayTries;
  const stored = await storeDecided({ ...dependencies, pause }, decide, submission.deadline, tries);
  return stored.outcome === 'stored' ? stored.answer : { outcome: 'contended' };
}

async function decideRaise(
  dependencies: ReportTaking,
  submission: Submission,
  id: string,
  { field, by, bounds }: Raising,
): Promise<Decided<RaisedTicket>> {
  const { configuration, feedbackType } = submission;
  const { table, newId, now, largeBodies } = dependencies;
  const [remembered, loaded] = await Promise.all([
    findRemembered(dependencies, submission),
    loadRecord(dependencies, configuration, { ticket: id }),
  ]);
  const { context: before, memberVersion, ranOnce } = loaded ?? {};
  if (remembered !== undefined || before === undefined || memberVersion === undefined || !('ticket' in before)) {
    return { answer: { outcome: 'group-taken' } };
  }
  const { ticket } = before;
  if (!isOpen(feedbackType, ticket.state)) return { answer: { outcome: 'group-taken' } };
  const from = Object.hasOwn(ticket.fields, field) ? ticket.fields[field] : undefined;
  const to = raiseValue(from, by, bounds);
  const at = now();
  const call = nameCall(submission, ticket);
  // At its bound the number stays: then there is only the call to remember.
  if (from === to && submission.replay === undefined) {
    const isNew = call === undefined || (await rememberCallOnce(table, { ...call, grouped: true }, at));
    return { answer: isNew ? { outcome: 'grouped', ticket: CreatedTicket.parse(ticket) } : { outcome: 'group-taken' } };
  }
  const consequence = followChange(
    { document: configuration.document, context: before, memberVersion, ranOnce, newId },
    {
      context: from === to ? before : { ...before, ticket: { ...ticket, fields: { ...ticket.fields, [field]: to } } },
      cause: causeOf(submission),
      changes: from === to ? [] : [{ path: `field.${field}`, ...(from === undefined ? {} : { from }), to }],
      comments: [],
      lookups: { added: [], removed: [] },
    },
  );
  const after = 'ticket' in consequence.context ? consequence.context.ticket : ticket;
  const answered = nameCall(submission, after);
  const write = {
    ...{ before, memberVersion, token: newId() },
    consequence: { ...consequence, deliveries: await largeBodies.store(consequence.deliveries) },
    beside: [
      ...besideOf(submission, ticket),
      ...(answered === undefined ? [] : [rememberedItem(table, { ...answered, grouped: true }, at)]),
    ],
  };
  return { answer: { outcome: 'grouped', ticket: CreatedTicket.parse(after) }, toStore: { write, now: at } };
}
