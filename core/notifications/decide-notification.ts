import type { FeedbackType, ProjectDocument } from '../document/schema.ts';
import { canonicalEmail } from '../members.ts';
import type { Change, ChangeCause } from '../records/change.ts';
import type { RecordContext } from '../tickets/record-values.ts';
import type { Ticket } from '../tickets/ticket.ts';
import type { Notification } from './notification.ts';

/** Longest summary that is told, in code units: a subject has no room for more. */
const maxSummaryLength = 200;

/** How a change began: a ticket was submitted by somebody who may be known, or a record was changed. */
export type Beginning =
  | { kind: 'submission'; notify: boolean; doer?: string | undefined }
  | { kind: 'change'; cause: Omit<ChangeCause, 'chain'>; isBulk: boolean };

/** A record before and after a change with all that followed from it, and the entries of its history that tell of it. */
export type DecidedChange = {
  before: RecordContext;
  after: RecordContext;
  changes: readonly { record: 'ticket' | 'member'; change: Change }[];
};

/** Decides whether a team is told of a ticket: once for all that is stored together, and only the team that has it then. */
export function decideNotification(
  { document, newId }: { document: ProjectDocument; newId: () => string },
  beginning: Beginning,
  { before, after, changes }: DecidedChange,
): Notification | undefined {
  if (!('ticket' in before) || !('ticket' in after)) return undefined;
  const { ticket } = after;
  const { team } = ticket.state;
  const event = beginning.kind === 'submission' ? 'submitted' : 'moved';
  if (document.teams.find(({ key }) => key === team)?.notify?.[event] !== true) return undefined;
  if (beginning.kind === 'submission' ? !beginning.notify : !isMoved(before.ticket, ticket, beginning.isBulk)) {
    return undefined;
  }
  const summary = summaryOf(document, ticket);
  const doer = beginning.kind === 'submission' ? beginning.doer : doerOf(beginning.cause);
  return {
    id: newId(),
    project: ticket.project,
    event,
    team,
    ticket: ticket.id,
    ...(summary === undefined ? {} : { summary }),
    status: ticket.state.status,
    cause: beginning.kind === 'submission' ? ticket.origin : (findMover(changes) ?? beginning.cause),
    ...(doer === undefined ? {} : { doer }),
    at: after.now,
  };
}

/** Whether some change of this document could have a team told: then a place is kept for it in the transaction. */
export function mayNotify({ teams }: ProjectDocument): boolean {
  return teams.some(({ notify }) => notify?.submitted === true || notify?.moved === true);
}

/** Large runs and schedules move many tickets at a time: whoever began one knows, and nobody wants thousands of e-mails. */
function isMoved(before: Ticket, after: Ticket, isBulk: boolean): boolean {
  return before.state.team !== after.state.team && !isBulk;
}

function doerOf({ by }: Omit<ChangeCause, 'chain'>): string | undefined {
  return by === undefined ? undefined : canonicalEmail(by);
}

/** What moved the ticket last, among all that followed from a change. */
function findMover(changes: DecidedChange['changes']): Omit<ChangeCause, 'chain'> | undefined {
  const moves = changes.filter(
    ({ record, change }) => record === 'ticket' && change.changes.some(({ path }) => path === 'ticket.team'),
  );
  const mover = moves.at(-1)?.change.cause;
  if (mover === undefined) return undefined;
  const { chain: _, ...cause } = mover;
  return cause;
}

/** The field `summary`, else the first short text; never what is internal, since teams may be made of testers. */
function summaryOf({ feedbackTypes }: ProjectDocument, ticket: Ticket): string | undefined {
  const fields = feedbackTypes.find(({ key }) => key === ticket.feedbackType)?.fields ?? [];
  const field = fields.find((candidate) => candidate.key === 'summary' && isShown(candidate)) ?? fields.find(isShown);
  const value = field !== undefined && Object.hasOwn(ticket.fields, field.key) ? ticket.fields[field.key] : undefined;
  if (typeof value !== 'string') return undefined;
  return value.length <= maxSummaryLength ? value : `${value.slice(0, maxSummaryLength).toWellFormed()}…`;
}

function isShown({ kind, internal }: FeedbackType['fields'][number]): boolean {
  return kind === 'text' && internal !== true;
}
