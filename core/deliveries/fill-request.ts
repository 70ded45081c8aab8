import { type Filled, fillSecrets, type TemplatePart } from '../templates/parts.ts';
import { finishUrl } from '../templates/render-url.ts';
import type { FrozenRequest } from './delivery.ts';

/** A secret as it is put into requests: its value, and the hosts it may go to where that is limited. */
export type UsableSecret = { value: string; hosts: readonly string[] | undefined };

/** A request with its secrets in it. */
type FilledRequest = { method: string; url: string; headers: [string, string][]; body?: string };

/** The outcome of putting secrets in: `missing` ones may still be set, so that attempt is worth repeating. */
export type FillOutcome =
  | { outcome: 'filled'; request: FilledRequest }
  | { outcome: 'missing'; reason: string }
  | { outcome: 'failed'; reason: string };

/** The names of the secrets that a frozen request needs. */
export function secretNames(request: FrozenRequest): string[] {
  return [...new Set(allParts(request).flatMap((part) => ('secret' in part ? [part.secret] : [])))];
}

/** Puts secrets into a frozen request, each only where it may go. */
export function fillRequest(request: FrozenRequest, secrets: ReadonlyMap<string, UsableSecret>): FillOutcome {
  const names = secretNames(request);
  const missing = names.filter((name) => !secrets.has(name));
  if (missing.length > 0) {
    return { outcome: 'missing', reason: `${missing.map((name) => `secret.${name}`).join(', ')} is not set` };
  }
  const values = new Map([...secrets].map(([name, { value }]) => [name, value]));
  const url = finishUrl(request.url, values);
  if (url.outcome === 'failed') return url;
  const strayed = names.find((name) => !mayGoTo(secrets.get(name)?.hosts, url.text));
  if (strayed !== undefined) {
    return { outcome: 'failed', reason: `secret.${strayed} may not be sent to ${new URL(url.text).host}` };
  }
  const headers: [string, string][] = [];
  for (const [name, parts] of request.headers) {
    const value = fillSecrets(parts, values);
    if (value.outcome === 'failed') return value;
    headers.push([name, value.text]);
  }
  const body: Filled | undefined = request.body === undefined ? undefined : fillSecrets(request.body, values);
  if (body?.outcome === 'failed') return body;
  const filled = { method: request.method, url: url.text, headers };
  return { outcome: 'filled', request: body === undefined ? filled : { ...filled, body: body.text } };
}

function mayGoTo(hosts: readonly string[] | undefined, url: string): boolean {
  if (hosts === undefined) return true;
  const { host, hostname } = new URL(url);
  return hosts.some((allowed) => allowed.toLowerCase() === hostname || allowed.toLowerCase() === host);
}

function allParts(request: FrozenRequest): TemplatePart[] {
  return [...request.url, ...request.headers.flatMap(([, parts]) => parts), ...(request.body ?? [])];
}
