import { createHash } from 'node:crypto';
import type { Delivery } from '../deliveries/delivery.ts';
import { subjectLine } from '../deliveries/subject-line.ts';
import type { ProjectDocument } from '../document/schema.ts';
import type { Notification } from './notification.ts';

/** A notification about to be told, and what its words need. */
export type TeamTelling = {
  notification: Notification;
  document: ProjectDocument;
  /** The console's address of the ticket. */
  ticketUrl: string;
};

/** The people of a team who are told: not whoever did it, and nobody who wants no notifications. */
export function pickTold(
  { team, doer }: Pick<Notification, 'team' | 'doer'>,
  members: readonly { email: string; teams: readonly string[]; notifications?: 'off' | undefined }[],
): string[] {
  return members
    .filter(({ email, teams, notifications }) => teams.includes(team) && email !== doer && notifications !== 'off')
    .map(({ email }) => email);
}

/**
 * Makes an e-mail for each of these people. Its id follows from the notification and the address, so that the same e-mail
 * made twice is one; whoever gets it can turn such e-mails off.
 */
export function makeTeamMails(telling: TeamTelling, people: readonly string[], now: string): Delivery[] {
  const { id, project, team, event, ticket } = telling.notification;
  const { subject, text } = describeForTeam(telling);
  return people.map((email) => ({
    id: createHash('sha256')
      .update(JSON.stringify([id, email]))
      .digest('hex')
      .slice(0, 32),
    project,
    // No macro made it: a colon is in no macro's key.
    macro: `team:${team}`,
    action: event,
    target: { ticket },
    cause: { kind: 'notification', key: id },
    outcome: 'pending',
    mail: { to: [email], subject, text, wayOut: true },
    retry: 'standard',
    attemptsMade: 0,
    leases: 0,
    nextAttemptAt: now,
    createdAt: now,
  }));
}

/** A notification in plain words. */
export function describeForTeam({ notification, document, ticketUrl }: TeamTelling): { subject: string; text: string } {
  const { event, team, ticket, summary, status, at } = notification;
  const { name: project } = document.project;
  const teamName = document.teams.find(({ key }) => key === team)?.name ?? team;
  const happened = event === 'submitted' ? 'is new for' : 'was moved to';
  const lines = [
    `${ticket} ${happened} the team ${teamName} in the project "${project}".`,
    [
      ...(summary === undefined ? [] : [`Summary: ${summary.replaceAll(/\s+/g, ' ')}`]),
      `Status: ${status}`,
      `${event === 'submitted' ? 'Submitted' : 'Moved'} by: ${describeMaker(notification, document)}`,
      `At: ${at}`,
    ].join('\n'),
    ticketUrl,
  ];
  const named = summary === undefined ? '' : `: ${summary}`;
  const subject = `${project}: ${ticket} ${happened} ${teamName}${named}`;
  return { subject: subjectLine(subject), text: `${lines.join('\n\n')}\n` };
}

/** Who or what did it, by the names that people know. */
function describeMaker({ cause, doer }: Notification, document: ProjectDocument): string {
  const { kind, key = '' } = cause;
  const nameIn = (list: readonly { key: string; name?: string | undefined }[]) =>
    list.find((candidate) => candidate.key === key)?.name ?? key;
  switch (kind) {
    case 'source': {
      const source = `the source "${nameIn(document.externalSources)}"`;
      return doer === undefined ? source : `${doer}, through ${source}`;
    }
    case 'listener':
      return `the listener "${nameIn(document.externalListeners)}"`;
    case 'automation':
      return `the automation "${nameIn(document.automations)}"`;
    case 'macro':
      return `the macro "${nameIn(document.macros)}"`;
    case 'person':
      return doer ?? 'a person';
    case 'run':
      return doer === undefined ? 'a run of a macro' : `${doer}, by a run of a macro`;
    case 'capture':
      return 'the answer to a webhook';
    case 'upload':
      return 'an upload';
  }
}
