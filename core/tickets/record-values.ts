import type { Member } from '../member.ts';
import type { TagValue } from '../templates/template.ts';
import type { ExternalData, Ticket } from './ticket.ts';

/** What a ticket's tags and filters can read, gathered before anything is decided. */
export type TicketContext = {
  ticket: Ticket;
  submitter: Member | undefined;
  project: { key: string; name: string };
  variables: Readonly<Record<string, string>>;
  /** The console's address of the ticket. */
  ticketUrl: string;
  /** The present instant, RFC 3339. */
  now: string;
};

/** Reads a ticket's value by its canonical path, such as `field.summary`, `submitter.name` or `external.jira.key`. */
export function readTicketValue(context: TicketContext, path: string): TagValue | undefined {
  const [root = '', ...rest] = path.split('.');
  const name = rest.join('.');
  switch (root) {
    case 'ticket':
      return readTicketPart(context, name);
    case 'field':
      return own(context.ticket.fields, name);
    case 'submitter':
      return readMemberPart(context.submitter, context.ticket.submitter, rest);
    case 'project':
      return name === 'key' ? context.project.key : name === 'name' ? context.project.name : undefined;
    case 'external':
      return readExternal(context.ticket.external, rest);
    case 'var':
      return own(context.variables, name);
    case 'attachments':
      return context.ticket.attachments;
    case 'now':
      return context.now;
    default:
      return undefined;
  }
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

function readMemberPart(member: Member | undefined, email: string, rest: readonly string[]): TagValue | undefined {
  const [name = ''] = rest;
  if (rest.length > 1) return readExternal(member?.external ?? {}, rest);
  if (name === 'email') return email;
  if (name === 'name') return member?.name;
  return name === 'score' ? member?.score : undefined;
}

function readExternal(external: ExternalData, path: readonly string[]): TagValue | undefined {
  const [group = '', ...field] = path;
  const values = own(external, group);
  return values === undefined ? undefined : own(values, field.join('.'));
}

/** Keys come from documents: `constructor` is a fine field key and must not reach the prototype. */
function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
