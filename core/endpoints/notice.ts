import type { Delivery } from '../deliveries/delivery.ts';
import { subjectLine } from '../deliveries/subject-line.ts';
import type { TagValue } from '../templates/template.ts';
import type { EndpointHealth, EndpointNotice } from './health.ts';

/** Most of a receiver's words, in code units, in an e-mail. */
const maxReasonLength = 1_000;

/** A notice about to be told, and what its words need. */
export type Telling = {
  health: EndpointHealth;
  notice: EndpointNotice;
  project: { key: string; name: string };
  /** The macro's name, where the document still has it. */
  macroName: string | undefined;
  apiOrigin: string;
};

/** The people of a project who are told: its project managers, else those it calls its administrators. */
export function pickManagers(members: readonly { email: string; role?: string | undefined }[]): string[] {
  const withRole = (role: string) => members.filter((member) => member.role === role).map(({ email }) => email);
  const managers = withRole('project-manager');
  return managers.length > 0 ? managers : withRole('administrator');
}

/**
 * Makes a notice's e-mails: one for each of these managers, so that an address that takes none keeps it from no other. They
 * are filed under the ticket or member whose delivery brought it about, else each under its manager.
 */
export function makeNoticeMails(
  telling: Telling,
  managers: readonly string[],
  options: { newId: () => string; now: number },
): Delivery[] {
  const { health, notice } = telling;
  const { subject, text } = describeNotice(telling);
  const at = new Date(options.now).toISOString();
  return managers.map((email) => ({
    id: options.newId(),
    project: health.project,
    macro: health.macro,
    action: health.action,
    target: notice.target ?? { member: email },
    cause: { kind: 'notice', key: health.endpoint },
    outcome: 'pending',
    mail: { to: [email], subject, text },
    retry: 'standard',
    attemptsMade: 0,
    leases: 0,
    nextAttemptAt: at,
    createdAt: at,
  }));
}

/** A notice in plain words. */
export function describeNotice(telling: Telling): { subject: string; text: string } {
  const { health, notice, project, macroName = health.macro, apiOrigin } = telling;
  const state = { failing: 'is failing', paused: 'is paused', resumed: 'is sent again' }[notice.kind];
  const base = `${apiOrigin}/admin/v1/projects/${project.key}`;
  const endpoint = `${base}/endpoints/${health.macro}/${health.action}`;
  const since = notice.kind === 'resumed' ? notice.at : (health.failingSince ?? notice.at);
  const next = {
    failing:
      'Check that the receiver works and that its address and credentials are right. What is worth trying again is tried again for about three days, by itself; what has failed for good can be sent once more with POST on its delivery, below /replay. After five days without a success the webhook is paused.',
    paused: `Its deliveries wait, each for 14 days at most, and then fail. Once the receiver works again, resume the webhook with POST ${endpoint}/resume.${notice.reason.startsWith('A person') ? '' : ' Once an hour one delivery is let through: when it arrives, the webhook is resumed by itself.'}`,
    resumed: 'What has waited is sent bit by bit. There is nothing to do.',
  }[notice.kind];
  const lines = [
    `The webhook ${health.action} of the macro "${macroName}" (${health.macro}) in the project "${project.name}" ${state}.`,
    `What happened: ${notice.reason.slice(0, maxReasonLength).toWellFormed()}`,
    `Since: ${since}`,
    ...(notice.target === undefined ? [] : [`It was about: ${describeTarget(notice.target)}`]),
    `What to do: ${next}`,
    `All webhooks and how they are doing: GET ${base}/endpoints`,
    `Its deliveries: GET ${base}/deliveries?macro=${health.macro}&action=${health.action}`,
  ];
  const subject = `${project.name}: the webhook ${health.macro}/${health.action} ${state}`;
  return { subject: subjectLine(subject), text: `${lines.join('\n\n')}\n` };
}

function describeTarget(target: NonNullable<EndpointNotice['target']>): string {
  return 'ticket' in target ? `ticket ${target.ticket}` : `member ${target.member}`;
}

/** What the templates of a macro that tells of an endpoint can read, as ((request./event)) and so on. */
export function noticeValues({ health, notice }: Pick<Telling, 'health' | 'notice'>): TagValue {
  const { target } = notice;
  return {
    event: notice.kind,
    endpoint: { macro: health.macro, action: health.action },
    reason: notice.reason,
    at: notice.at,
    ...(target !== undefined && 'ticket' in target ? { ticket: target.ticket } : {}),
  };
}

/** The records on which a macro tells of a notice: the one that it is about where the kinds match, else each manager. */
export function noticeTargets(
  target: EndpointNotice['target'],
  macro: { target: 'feedback' | 'member' },
  managers: readonly string[],
): NonNullable<EndpointNotice['target']>[] {
  if (target !== undefined && 'ticket' in target === (macro.target === 'feedback')) return [target];
  return macro.target === 'member' ? managers.map((member) => ({ member })) : [];
}
