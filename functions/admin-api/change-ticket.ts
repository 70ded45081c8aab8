import { listAttachments } from '../../adapters/dynamodb/attachments.ts';
import { findTicket } from '../../adapters/dynamodb/tickets.ts';
import { nameCaller } from '../../core/access/principal.ts';
import { type Role, roleMay, rolesWith } from '../../core/access/role.ts';
import { followChange } from '../../core/macros/begin-chain.ts';
import { diffTickets } from '../../core/records/diff-records.ts';
import { editTicket, type TicketEditing } from '../../core/tickets/edit-ticket.ts';
import { isTicketId, ShownTicket, type Ticket } from '../../core/tickets/ticket.ts';
import { type HttpReply, notFound, refuse, refuseContended, refuseParameters } from '../kit/http.ts';
import { readJsonObject } from '../kit/json-body.ts';
import { loadRecord } from '../kit/load-record.ts';
import { type Decided, storeDecided } from '../kit/store-decided.ts';
import { type AdminDependencies, type Handle, type ProjectCall, pathParameter } from './call.ts';
import { checkIfMatch, quoteTag } from './if-match.ts';

/** How long a change goes on trying, in milliseconds. */
const maxChangeMs = 5_000;
/** Parts of a ticket that only those may change who manage the project. */
const managedParts = ['fields', 'external'];

/** What a change came to. */
type Changing =
  | { outcome: 'gone' | 'version-missing' | 'changed-meanwhile' }
  | { outcome: 'changed'; ticket: Ticket; isSame?: true }
  | Exclude<TicketEditing, { outcome: 'edited' }>;

/** Changes a ticket that is still as its reader saw it, with all that follows; the answer is the ticket afterwards. */
export const changeTicket: Handle<ProjectCall> = async (dependencies, call) => {
  const { table, now } = dependencies;
  const id = pathParameter(call, 'ticket');
  if (!isTicketId(id)) return notFound();
  const body = readJsonObject(call.request);
  if (body.outcome === 'refused') return body.reply;
  const notAllowed = refuseManaged(call.role, body.object);
  if (notAllowed !== undefined) return notAllowed;
  const deciding = () => decide(dependencies, call, { id, edit: body.object });
  const stored = await storeDecided(dependencies, deciding, now() + maxChangeMs);
  if (stored.outcome !== 'stored') return refuseContended('The ticket was not changed. Try again shortly.');
  const { answer } = stored;
  if (answer.outcome !== 'changed') return refuseChange(answer);
  call.request.note({ ticket: id, version: answer.ticket.version });
  const [attachments, ticket = answer.ticket] = await Promise.all([
    listAttachments(table, call.project, id),
    // Reports may have been counted with it: the version is what the table says.
    answer.ticket.group === undefined ? undefined : findTicket(table, call.project, id),
  ]);
  const reply = showTicket({ ...ticket, attachments });
  return answer.isSame === true ? { ...reply, audit: 'nothing-changed' } : reply;
};

/** Whether `If-Match` names a version since which nothing but reports was counted on the ticket. */
function isOnlyRaised({ version, raisedSince, raisedTo }: Ticket, ifMatch: string | undefined): boolean {
  if (raisedSince === undefined || raisedTo !== version) return false;
  const tags = (ifMatch ?? '').matchAll(/"(\d{1,15})"/g);
  return [...tags].some(([, tag]) => Number(tag) >= raisedSince && Number(tag) <= version);
}

/** The answer that shows a ticket, with the version for `If-Match`. */
export function showTicket(ticket: Ticket & { attachments: unknown }): HttpReply {
  return { status: 200, headers: { etag: quoteTag(String(ticket.version)) }, json: ShownTicket.parse(ticket) };
}

function refuseManaged(role: Role, edit: Readonly<Record<string, unknown>>): HttpReply | undefined {
  const parts = managedParts.filter((part) => Object.hasOwn(edit, part));
  if (parts.length === 0 || roleMay(role, 'manage')) return undefined;
  const allowed = rolesWith('manage').join(', ');
  const message = `Your role in this project is ${role}, which may change a ticket's state alone. This takes one of: ${allowed}.`;
  return refuse(
    403,
    message,
    parts.map((parameter) => ({ parameter, code: 'not_allowed' as const, message })),
  );
}

function refuseChange(changing: Exclude<Changing, { outcome: 'changed' }>): HttpReply {
  switch (changing.outcome) {
    case 'gone':
      return notFound();
    case 'version-missing':
      return refuse(428, 'Say with If-Match which version of the ticket you change: the ETag that GET answered.');
    case 'changed-meanwhile':
      return refuse(412, 'The ticket was changed meanwhile: read it again and apply your change to it.');
    case 'rejected':
      return refuseParameters(changing.errors);
    case 'too-large':
      return refuse(413, `The ticket would have ${changing.bytes} bytes; at most ${changing.maxBytes} are allowed.`);
  }
}

async function decide(
  dependencies: AdminDependencies,
  { principal, project, request }: ProjectCall,
  { id, edit }: { id: string; edit: Readonly<Record<string, unknown>> },
): Promise<Decided<Changing>> {
  const { newId, now, largeBodies } = dependencies;
  const configuration = await dependencies.readConfiguration(project);
  const loaded = configuration && (await loadRecord(dependencies, configuration, { ticket: id }));
  if (configuration === undefined || loaded === undefined || !('ticket' in loaded.context)) {
    return { answer: { outcome: 'gone' } };
  }
  const { context: before, memberVersion, ranOnce } = loaded;
  const ifMatch = request.headers['if-match'];
  const precondition = checkIfMatch(ifMatch, String(before.ticket.version));
  if (precondition === 'missing') return { answer: { outcome: 'version-missing' } };
  const isAsSeen = precondition === 'met';
  if (!isAsSeen && !isOnlyRaised(before.ticket, ifMatch)) return { answer: { outcome: 'changed-meanwhile' } };
  const { document } = configuration;
  const edited = editTicket(document, before.ticket, edit);
  if (edited.outcome !== 'edited') return { answer: edited };
  const changes = diffTickets(before.ticket, edited.ticket);
  // Reports were counted meanwhile: whoever changes a number may mean the one that they saw.
  const changesNumber = changes.some(({ from, to }) => typeof from === 'number' || typeof to === 'number');
  if (!isAsSeen && changesNumber) return { answer: { outcome: 'changed-meanwhile' } };
  if (changes.length === 0) return { answer: { outcome: 'changed', ticket: before.ticket, isSame: true } };
  const decided = followChange(
    { document, context: before, memberVersion, ranOnce, newId },
    {
      context: { ...before, ticket: edited.ticket },
      cause: { kind: 'person', by: nameCaller(principal) },
      changes,
      comments: [],
      lookups: edited.lookups,
    },
  );
  const consequence = { ...decided, deliveries: await largeBodies.store(decided.deliveries) };
  const ticket = 'ticket' in consequence.context ? consequence.context.ticket : edited.ticket;
  const write = { before, memberVersion, consequence, token: newId() };
  return { answer: { outcome: 'changed', ticket }, toStore: { write, now: now() } };
}
