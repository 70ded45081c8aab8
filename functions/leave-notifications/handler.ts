import { findMembers, type StoredMember } from '../../adapters/dynamodb/members.ts';
import { storeNotificationChoice } from '../../adapters/dynamodb/notification-choices.ts';
import { findProject } from '../../adapters/dynamodb/projects.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import type { LoadKeys } from '../../adapters/secrets/master-secret.ts';
import { readWayOut, type WayOut } from '../../core/notifications/way-out.ts';
import type { Change } from '../../core/records/change.ts';
import type { HttpHandler } from '../kit/endpoint.ts';
import { type HttpReply, type HttpRequest, notFound, refuseContended, refuseParameters } from '../kit/http.ts';
import { notificationsPage } from './page.ts';
import { ChoiceQuery } from './request.ts';

/** Tries to change a member whom others keep changing (docs/architecture.md, 1). */
const maxTries = 5;

/** What the handler is given. */
export type LeaveDependencies = {
  table: Table;
  loadKeys: LoadKeys;
  now: () => number;
  newId: () => string;
  /** Waits a moment of at most so many milliseconds, before contended writes are tried again. */
  pause: (maxMs: number) => Promise<void>;
};

/** A person's way out that leads somewhere: the member, and the name of the project. */
type FoundWayOut = WayOut & { projectName: string; stored: StoredMember };

/** Shows a person whether a project sends them e-mails about tickets, and turns these off, or on again. */
export function leaveNotifications(dependencies: LeaveDependencies): HttpHandler {
  return async (request) => {
    const found = await findWayOut(dependencies, request);
    if (found === undefined) return notFound();
    request.note({ project: found.project });
    // Programs follow the links of e-mails to look at them: only a POST changes anything.
    if (request.method !== 'POST') return show(request, found, found.stored.member.notifications ?? 'on');
    const on = ChoiceQuery.shape.on.safeParse(request.query.get('on') ?? undefined);
    if (!on.success) {
      const message = 'on is true or false.';
      return refuseParameters([{ parameter: 'on', code: 'invalid_choice', message, allowed: ['true', 'false'] }]);
    }
    const choice = on.data === 'true' ? 'on' : 'off';
    const outcome = await choose(dependencies, found, choice);
    request.note({ choice, outcome });
    if (outcome === 'kept-changing') return refuseContended('Nothing was changed. Try again shortly.');
    return show(request, found, choice);
  };
}

async function findWayOut(
  { table, loadKeys }: LeaveDependencies,
  { query }: HttpRequest,
): Promise<FoundWayOut | undefined> {
  const wayOut = readWayOut((await loadKeys()).wayOut, query.get('c') ?? '');
  if (wayOut === undefined) return undefined;
  const { project, email } = wayOut;
  const [pointer, members] = await Promise.all([findProject(table, project), findMembers(table, project, [email])]);
  const stored = members.get(email);
  if (pointer === undefined || stored === undefined) return undefined;
  return { ...wayOut, projectName: pointer.name, stored };
}

async function choose(
  { table, now, newId, pause }: LeaveDependencies,
  { project, email, stored }: FoundWayOut,
  choice: 'on' | 'off',
): Promise<'chosen' | 'chosen-before' | 'kept-changing'> {
  let read: StoredMember | undefined = stored;
  for (let tries = 1; tries <= maxTries && read !== undefined; tries += 1) {
    if ((read.member.notifications ?? 'on') === choice) return 'chosen-before';
    const change: Change = {
      id: newId(),
      at: new Date(now()).toISOString(),
      version: read.version + 1,
      cause: { kind: 'person', by: email },
      changes: [{ path: 'member.notifications', ...(choice === 'off' ? { to: 'off' } : { from: 'off' }) }],
    };
    if ((await storeNotificationChoice(table, project, read, { choice, change })) === 'stored') return 'chosen';
    await pause(25 * 2 ** tries);
    read = (await findMembers(table, project, [email])).get(email);
  }
  return 'kept-changing';
}

function show({ query }: HttpRequest, { projectName, email }: FoundWayOut, choice: 'on' | 'off'): HttpReply {
  return notificationsPage({ projectName, email, choice, capability: query.get('c') ?? '' });
}
