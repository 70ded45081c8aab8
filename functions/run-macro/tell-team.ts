import type { Configuration, ConfigurationReader } from '../../adapters/dynamodb/configuration.ts';
import { listAllMembers } from '../../adapters/dynamodb/memberships.ts';
import { findNotification, type StoredNotification, storeTold } from '../../adapters/dynamodb/notifications.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import type { MacroMessage } from '../../core/deliveries/message.ts';
import { nextRecipients } from '../../core/deliveries/next-recipients.ts';
import { makeTeamMails, pickTold } from '../../core/notifications/make-team-mails.ts';
import { afterTelling } from '../../core/notifications/notification.ts';
import { ticketUrl } from '../../core/tickets/record-values.ts';

/** People who get their e-mails in one transaction: with the notification and the check of its ticket 90 items (docs/architecture.md, 1). */
const peopleAtOnce = 88;
/** How long one message works at most, in milliseconds: the function is stopped after 60 s, and a tick goes on. */
const maxTellMs = 45_000;
/** How long after the event it is still worth telling, in milliseconds. */
const maxLateMs = 24 * 60 * 60 * 1_000;

/** What telling a team needs. */
export type TeamDependencies = {
  table: Table;
  readConfiguration: ConfigurationReader;
  consoleOrigin: string;
  dueShards: number;
  deliveryRetentionDays: number;
  now: () => number;
};

type TeamMessage = Extract<MacroMessage, { kind: 'tell-team' }>;
type Facts = Readonly<Record<string, unknown>>;

/**
 * Tells the members of a team by e-mail, some in each transaction, which also notes how far it has come: a message that comes
 * twice, or after a crash, goes on from there. Whatever happens to it, the notification's own due entry brings the next one.
 */
export async function tellTeam(dependencies: TeamDependencies, { notification: id }: TeamMessage): Promise<Facts> {
  const { table, readConfiguration, now } = dependencies;
  const startedAt = now();
  const found = await findNotification(table, id);
  if (found === undefined) return { notification: id, outcome: 'unknown' };
  const { project, event, team, ticket, toldAt, at } = found.notification;
  const facts = { notification: id, project, event, team, ticket };
  if (toldAt !== undefined) return { ...facts, outcome: 'told-before' };
  const configuration = await readConfiguration(project);
  // Nobody is told of a project that is gone, or of what is news no more.
  const isOver = configuration === undefined || startedAt - Date.parse(at) > maxLateMs;
  if (isOver) return { ...facts, ...(await giveUp(dependencies, found)) };
  const people = pickTold(found.notification, await listAllMembers(table, project));
  return { ...facts, ...(await tellAll(dependencies, found, configuration, people)) };
}

async function tellAll(
  dependencies: TeamDependencies,
  found: StoredNotification,
  { document }: Configuration,
  people: readonly string[],
): Promise<Facts> {
  const { table, consoleOrigin, now } = dependencies;
  const { notification } = found;
  const url = ticketUrl(consoleOrigin, notification.project, notification.ticket);
  const telling = { notification, document, ticketUrl: url };
  const startedAt = now();
  let stored = found;
  let told = 0;
  while (now() - startedAt <= maxTellMs) {
    const { next, areLast } = nextRecipients(stored.notification, people, peopleAtOnce);
    const at = new Date(now()).toISOString();
    const after = afterTelling(stored.notification, next, areLast ? at : undefined);
    const mails = makeTeamMails(telling, next, at);
    const outcome = await storeTold(table, stored, { mails, after }, { ...dependencies, now: now() });
    // Somebody else is telling the team: what is left is theirs.
    if (outcome !== 'stored') return { outcome, told };
    told += next.length;
    if (areLast) return { outcome: 'told', told };
    stored = { notification: after, version: stored.version + 1 };
  }
  return { outcome: 'unfinished', told };
}

async function giveUp(dependencies: TeamDependencies, found: StoredNotification): Promise<Facts> {
  const now = dependencies.now();
  const after = afterTelling(found.notification, [], new Date(now).toISOString());
  const outcome = await storeTold(dependencies.table, found, { mails: [], after }, { ...dependencies, now });
  return { outcome: outcome === 'stored' ? 'given-up' : outcome };
}
