import { pointerTokens } from '../json-pointer.ts';
import type { Member } from '../member.ts';
import type { TagValue } from '../templates/template.ts';
import { isList } from '../templates/values.ts';
import { type AttachedFile, fileValue } from '../uploads/attached-file.ts';
import type { ExternalData, Ticket } from './ticket.ts';

/** What tags and filters can read whatever the record is, gathered before anything is decided. */
type Surroundings = {
  project: { key: string; name: string };
  variables: Readonly<Record<string, string>>;
  /** The present instant, RFC 3339. */
  now: string;
  /** The body of the call that set this off, where one did. */
  request?: TagValue;
};

/** What a ticket's tags and filters can read. */
export type TicketContext = Surroundings & {
  ticket: Ticket;
  submitter: Member | undefined;
  /** The console's address of the ticket. */
  ticketUrl: string;
  /** The ticket's files, where something of the project reads them. */
  files?: readonly AttachedFile[];
};

/** What a member's tags and filters can read. */
export type MemberContext = Surroundings & { member: Member };

/** The record that a macro is applied to, with what surrounds it. */
export type RecordContext = TicketContext | MemberContext;

/** Reads a record's value by its canonical path. */
export function readRecordValue(context: RecordContext, path: string): TagValue | undefined {
  return 'ticket' in context ? readTicketValue(context, path) : readMemberValue(context, path);
}

/** Reads a ticket's value by its canonical path, such as `field.summary`, `submitter.name` or `external.jira.key`. */
export function readTicketValue(context: TicketContext, path: string): TagValue | undefined {
  // Runs once for each tag of each webhook: no arrays are made of the path.
  const dot = path.indexOf('.');
  const root = dot === -1 ? path : path.slice(0, dot);
  const name = dot === -1 ? '' : path.slice(dot + 1);
  switch (root) {
    case 'ticket':
      return readTicketPart(context, name);
    case 'field':
      return own(context.ticket.fields, name) ?? readFiles(context, (file) => file.field === name);
    case 'submitter':
      return readMemberPart(context.submitter, context.ticket.submitter, name);
    case 'external':
      return readExternal(context.ticket.external, name);
    case 'attachments':
      return readFiles(context, () => true);
    default:
      return readSurroundings(context, root, name);
  }
}

/** No list where there is no file: a field that is no attachment has no value then. */
function readFiles({ files = [] }: TicketContext, isMeant: (file: AttachedFile) => boolean): TagValue | undefined {
  const meant = files.filter(isMeant);
  return meant.length === 0 ? undefined : meant.map(fileValue);
}

/** Reads a member's value by its canonical path, such as `member.score` or `external.app-usage.sessions`. */
function readMemberValue(context: MemberContext, path: string): TagValue | undefined {
  const { member } = context;
  const dot = path.indexOf('.');
  const root = dot === -1 ? path : path.slice(0, dot);
  const name = dot === -1 ? '' : path.slice(dot + 1);
  switch (root) {
    case 'member':
      return name === 'role'
        ? member.role
        : name === 'teams'
          ? member.teams
          : readMemberPart(member, member.email, name);
    case 'external':
      return readExternal(member.external, name);
    default:
      return readSurroundings(context, root, name);
  }
}

function readSurroundings(context: Surroundings, root: string, name: string): TagValue | undefined {
  switch (root) {
    case 'project':
      return name === 'key' ? context.project.key : name === 'name' ? context.project.name : undefined;
    case 'var':
      return own(context.variables, name);
    case 'now':
      return context.now;
    case 'request':
      return readRequest(context.request, name);
    default:
      return undefined;
  }
}

/** An empty pointer is the whole body. */
function readRequest(request: TagValue | undefined, pointer: string): TagValue | undefined {
  let value = request;
  for (const token of pointer === '' ? [] : pointerTokens(pointer)) {
    if (isList(value)) value = /^(0|[1-9]\d*)$/.test(token) ? value[Number(token)] : undefined;
    else if (typeof value === 'object' && value !== null) value = own(value, token);
    else return undefined;
  }
  return value;
}

/** The console's address of a ticket. */
export function ticketUrl(origin: string, project: string, ticket: string): string {
  return `${origin}/projects/${project}/tickets/${ticket}`;
}

function readTicketPart({ ticket, ticketUrl: url }: TicketContext, name: string): TagValue | undefined {
  switch (name) {
    case 'id':
      return ticket.id;
    case 'type':
      return ticket.feedbackType;
    case 'url':
      return url;
    case 'workflow':
      return ticket.state.workflow;
    case 'status':
      return ticket.state.status;
    case 'team':
      return ticket.state.team;
    case 'createdAt':
      return ticket.createdAt;
    case 'updatedAt':
      return ticket.updatedAt;
    default:
      return undefined;
  }
}

function readMemberPart(member: Member | undefined, email: string, name: string): TagValue | undefined {
  switch (name) {
    case 'email':
      return email;
    case 'name':
      return member?.name;
    case 'score':
      return member?.score;
    default:
      return readExternal(member?.external ?? {}, name);
  }
}

function readExternal(external: ExternalData, path: string): TagValue | undefined {
  const dot = path.indexOf('.');
  const values = dot === -1 ? undefined : own(external, path.slice(0, dot));
  return values === undefined ? undefined : own(values, path.slice(dot + 1));
}

/** Keys come from documents: `constructor` is a fine field key and must not reach the prototype. */
function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
