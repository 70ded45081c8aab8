import { findHeaderFault } from '../templates/encode.ts';
import { type Filled, fillSecrets, type TemplatePart } from '../templates/parts.ts';
import { finishUrl } from '../templates/render-url.ts';
import type { TokenRequest } from '../webhooks/oauth-token.ts';
import type { FrozenRequest } from './delivery.ts';
import { fillAuth, headerOfAuth } from './fill-auth.ts';
import { authParts } from './freeze-auth.ts';
import { maxBodyBytes } from './large-body.ts';

/** A secret as it is put into requests: its value, and the hosts it may go to where that is limited. */
export type UsableSecret = {
  value: string;
  hosts: readonly string[] | undefined;
  /** What it was before a rotation, as long as both sign. */
  previous?: string | undefined;
};

/** A request with its secrets in it; `token` is still to be fetched, and becomes a header. */
export type FilledRequest = {
  method: string;
  url: string;
  headers: [string, string][];
  body?: string;
  token?: TokenRequest;
};

/** The outcome of putting secrets in: `missing` ones may still be set, so that attempt is worth repeating. */
export type FillOutcome =
  | { outcome: 'filled'; request: FilledRequest }
  | { outcome: 'missing'; reason: string }
  | { outcome: 'failed'; reason: string };

/** The names of the secrets that a frozen request needs. */
export function secretNames(request: FrozenRequest): string[] {
  const signing = request.sign === undefined ? [] : [request.sign];
  return [...new Set([...namesIn(allParts(request)), ...namesIn(authParts(request)), ...signing])];
}

/** Puts secrets into a frozen request whose body is at hand, each only where it may go. */
export function fillRequest(request: FrozenRequest, secrets: ReadonlyMap<string, UsableSecret>): FillOutcome {
  const names = secretNames(request);
  const missing = names.filter((name) => !secrets.has(name));
  if (missing.length > 0) {
    return { outcome: 'missing', reason: `${missing.map((name) => `secret.${name}`).join(', ')} is not set` };
  }
  const values = new Map([...secrets].map(([name, { value }]) => [name, value]));
  const url = finishUrl(request.url, values);
  if (url.outcome === 'failed') return url;
  const auth = request.auth === undefined ? undefined : fillAuth(request.auth, values);
  if (auth?.outcome === 'failed') return auth;
  const token = auth?.outcome === 'token' ? auth.request : undefined;
  // A client's secret goes to the token endpoint, all others to the receiver.
  const strayed =
    findStrayed([...allParts(request), ...(token === undefined ? authParts(request) : [])], secrets, url.text) ??
    (token === undefined ? undefined : findStrayed(authParts(request), secrets, token.url));
  if (strayed !== undefined) return { outcome: 'failed', reason: strayed };
  const headers: [string, string][] = [];
  for (const [name, parts] of request.headers) {
    // Refused at apply time, so only a document stored by an older version has the header twice.
    if (request.auth !== undefined && name.toLowerCase() === headerOfAuth(request.auth).toLowerCase()) continue;
    const value = fillSecrets(parts, values);
    if (value.outcome === 'failed') return value;
    headers.push([name, value.text]);
  }
  if (auth?.outcome === 'headers') {
    const broken = auth.headers.find(([, value]) => findHeaderFault(value) !== undefined);
    if (broken !== undefined)
      return { outcome: 'failed', reason: `auth holds what the header ${broken[0]} cannot carry` };
    headers.push(...auth.headers);
  }
  const body: Filled | undefined = request.body === undefined ? undefined : fillSecrets(request.body, values);
  if (body?.outcome === 'failed') return body;
  const bytes = body === undefined ? 0 : Buffer.byteLength(body.text);
  if (bytes > maxBodyBytes) {
    const reason = `the body has ${bytes} bytes with its secrets; at most ${maxBodyBytes} can be sent`;
    return { outcome: 'failed', reason };
  }
  const filled = { method: request.method, url: url.text, headers, ...(token === undefined ? {} : { token }) };
  return { outcome: 'filled', request: body === undefined ? filled : { ...filled, body: body.text } };
}

function namesIn(parts: readonly TemplatePart[]): string[] {
  return parts.flatMap((part) => ('secret' in part ? [part.secret] : []));
}

function findStrayed(
  parts: readonly TemplatePart[],
  secrets: ReadonlyMap<string, UsableSecret>,
  url: string,
): string | undefined {
  const strayed = namesIn(parts).find((name) => !mayGoTo(secrets.get(name)?.hosts, url));
  return strayed === undefined ? undefined : `secret.${strayed} may not be sent to ${new URL(url).host}`;
}

function mayGoTo(hosts: readonly string[] | undefined, url: string): boolean {
  if (hosts === undefined) return true;
  const { host, hostname } = new URL(url);
  return hosts.some((allowed) => allowed.toLowerCase() === hostname || allowed.toLowerCase() === host);
}

function allParts(request: FrozenRequest): TemplatePart[] {
  return [...request.url, ...request.headers.flatMap(([, parts]) => parts), ...(request.body ?? [])];
}
