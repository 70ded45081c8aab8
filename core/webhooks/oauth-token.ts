import { createHash } from 'node:crypto';
import * as z from 'zod';
import { findHeaderFault } from '../templates/encode.ts';

/** A request for a token, with its secrets in it. */
export type TokenRequest = { url: string; headers: [string, string][]; body: string };

/** What a client proves itself with (RFC 6749, 4.4). */
export type ClientCredentials = {
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  scope: string | undefined;
  parameters: readonly [string, string][];
  sendAs: 'body' | 'basic';
};

/** A token, and until when it may be used (epoch milliseconds). */
export type Token = { value: string; usableUntil: number };

/** What the answer of a token endpoint comes to; a reason quotes the endpoint's error code and no more. */
export type TokenAnswer =
  | { outcome: 'token'; token: Token }
  | { outcome: 'refused'; reason: string; isPassing: boolean };

/** How long a token without `expires_in` is used, in seconds: the shortest life that is usual, and a 401 renews it anyway. */
const assumedSeconds = 300;
/** Seconds before its end at which a token is not used any more: clocks differ, and a request takes its time. */
const marginSeconds = 30;

const Granted = z.object({
  access_token: z.string().min(1),
  token_type: z.string().optional(),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});
/** The characters of an error code (RFC 6749, 5.2). */
const Refused = z.object({ error: z.string().regex(/^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,100}$/) });

/** Makes the request for a token. */
export function tokenRequest(credentials: ClientCredentials): TokenRequest {
  const { tokenUrl, clientId, clientSecret, scope, parameters, sendAs } = credentials;
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (sendAs === 'body') {
    form.set('client_id', clientId);
    form.set('client_secret', clientSecret);
  }
  if (scope !== undefined && scope !== '') form.set('scope', scope);
  for (const [name, value] of parameters) form.set(name, value);
  const headers: [string, string][] = [
    ['Content-Type', 'application/x-www-form-urlencoded'],
    ['Accept', 'application/json'],
  ];
  if (sendAs === 'basic') headers.push(['Authorization', basicOf(clientId, clientSecret)]);
  return { url: tokenUrl, headers, body: form.toString() };
}

/** Requests that are the same get the same token: their name, which tells nothing of the secret. */
export function tokenKey(request: TokenRequest): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex');
}

/** Reads the answer of a token endpoint; `at` is when it came, in epoch milliseconds. */
export function readTokenAnswer(answer: { status: number; body: Uint8Array }, host: string, at: number): TokenAnswer {
  const { status } = answer;
  const body = readJson(answer.body);
  const refuse = (what: string, isPassing: boolean): TokenAnswer => ({
    outcome: 'refused',
    reason: `the token endpoint at ${host} answered ${what}`,
    isPassing,
  });
  const granted = status >= 200 && status < 300 ? Granted.safeParse(body) : undefined;
  if (granted?.success) {
    const { access_token: value, token_type: type = 'bearer', expires_in: seconds = assumedSeconds } = granted.data;
    if (type.toLowerCase() !== 'bearer') return refuse('a token that is no bearer token', false);
    if (findHeaderFault(value) !== undefined) return refuse('a token that a header cannot carry', false);
    return { outcome: 'token', token: { value, usableUntil: at + Math.max(0, seconds - marginSeconds) * 1_000 } };
  }
  const refused = Refused.safeParse(body);
  const code = refused.success ? ` (${refused.data.error})` : '';
  if (granted !== undefined) return refuse(`no access_token${code}`, false);
  return refuse(`${status}${code}`, status >= 500 || status === 408 || status === 425 || status === 429);
}

/** Id and secret are form-encoded before they are joined (RFC 6749, 2.3.1). */
function basicOf(clientId: string, clientSecret: string): string {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`;
}

function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
