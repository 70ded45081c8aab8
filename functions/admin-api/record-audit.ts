import { addAuditEntry } from '../../adapters/dynamodb/audit.ts';
import { nameCaller } from '../../core/access/principal.ts';
import { type AuditEntry, boundChanges } from '../../core/audit.ts';
import { readProperty } from '../../core/document/raw-document.ts';
import { type Route, routes } from '../routes.ts';
import type { AdminCall, AdminDependencies, AdminReply } from './call.ts';

const named = Object.entries<Route>(routes).map(([name, { method, path }]) => [`${method} ${path}`, name] as const);
const names = new Map<string, string>(named);

/**
 * Leaves an entry of a call that changed something, whichever route it was. Best effort: the change is made by now, so an
 * entry that cannot be stored is noted in the log line and never makes a success a failure.
 */
export async function recordAudit(
  { table, now, newId }: AdminDependencies,
  call: AdminCall,
  reply: AdminReply,
): Promise<void> {
  const { request } = call;
  if (request.method === 'GET' || reply.status >= 400 || typeof reply.audit === 'string' || isDry(reply)) return;
  try {
    await addAuditEntry(table, newId(), describeCall(call, reply, now()));
  } catch (error) {
    request.note({ audit: error instanceof Error ? error.name : 'failed' });
  }
}

/** What a call that succeeded did, as an entry says it; `now` is in epoch milliseconds. */
export function describeCall(call: AdminCall, reply: AdminReply, now: number): AuditEntry {
  const { project } = call.request.parameters;
  const facts = typeof reply.audit === 'object' ? reply.audit : {};
  const { object: own, ...named } = nameCall(call);
  const location = reply.headers?.location;
  const made = location === undefined ? undefined : nameLocation(location);
  const isWithin = made?.startsWith(`${own}/`) ?? false;
  return {
    at: new Date(now).toISOString(),
    ...named,
    ...(project === undefined ? {} : { project }),
    object: isWithin && made !== undefined ? made : own,
    ...(made === undefined || isWithin ? {} : { made }),
    ...(facts.changes === undefined ? {} : boundChanges(facts.changes)),
  };
}

/** Who calls, by which route, and about what. */
export function nameCall({
  request,
  principal,
}: AdminCall): Pick<AuditEntry, 'by' | 'action' | 'object' | 'requestId'> {
  return {
    by: nameCaller(principal),
    action: names.get(request.routeKey) ?? request.routeKey,
    object: nameObject(request),
    requestId: request.id,
  };
}

/** Every route that can be tried dry answers so. */
function isDry({ json }: AdminReply): boolean {
  return readProperty(json, 'dryRun') === true;
}

/** The path of what a call is about, below its project: `secrets/jira`, `endpoints/send-to-jira/webhook-1`, `document`. */
function nameObject({ routeKey, parameters }: AdminCall['request']): string {
  const pattern = below(routeKey.slice(routeKey.indexOf(' ') + 1)).split('/');
  const last = pattern.findLastIndex((part) => part.startsWith('{'));
  const parts = last === -1 ? pattern : pattern.slice(0, last + 1);
  return parts.map((part) => (part.startsWith('{') ? (parameters[part.slice(1, -1)] ?? part) : part)).join('/');
}

function nameLocation(location: string): string {
  const path = below(location.replace(/^https?:\/\/[^/]+/, ''));
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** What a path names below /admin/v1, and below its project where it is in one. */
function below(path: string): string {
  return path.replace(/^\/admin\/v1\//, '').replace(/^projects\/[^/]+\/(?=.)/, '');
}
