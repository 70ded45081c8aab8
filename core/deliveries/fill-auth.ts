import { fillSecrets, type TemplatePart } from '../templates/parts.ts';
import { finishUrl } from '../templates/render-url.ts';
import { type TokenRequest, tokenRequest } from '../webhooks/oauth-token.ts';
import type { FrozenAuth } from './delivery.ts';

/** A sign-in with its secrets in it: headers to add, or the request for a token that is to become one. */
export type FilledAuth =
  | { outcome: 'headers'; headers: [string, string][] }
  | { outcome: 'token'; request: TokenRequest }
  | { outcome: 'failed'; reason: string };

/** Puts secrets into a sign-in. */
export function fillAuth(auth: FrozenAuth, secrets: ReadonlyMap<string, string>): FilledAuth {
  switch (auth.kind) {
    case 'basic':
      return headersOf([auth.username, auth.password], secrets, ([username = '', password = '']) => {
        // The receiver would take what follows for the password (RFC 7617, 2).
        if (username.includes(':')) return { outcome: 'failed', reason: 'the user name of auth has a colon in it' };
        const credentials = Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
        return withHeader('Authorization', `Basic ${credentials}`);
      });
    case 'bearer':
      return headersOf([auth.token], secrets, ([token = '']) =>
        token === '' ? { outcome: 'failed', reason: 'the token of auth is empty' } : withHeader(...bearerHeader(token)),
      );
    case 'header':
      return headersOf([auth.value], secrets, ([value = '']) => withHeader(auth.name, value));
    case 'oauth2':
      return fillTokenRequest(auth, secrets);
  }
}

/** The name of the header that a sign-in sets. */
export function headerOfAuth(auth: { kind: 'basic' | 'bearer' | 'oauth2' } | { kind: 'header'; name: string }): string {
  return auth.kind === 'header' ? auth.name : 'Authorization';
}

/** The header that carries a token. */
export function bearerHeader(token: string): [string, string] {
  return ['Authorization', `Bearer ${token}`];
}

function headersOf(
  texts: readonly (readonly TemplatePart[])[],
  secrets: ReadonlyMap<string, string>,
  toHeaders: (filled: readonly string[]) => FilledAuth,
): FilledAuth {
  const filled = fillAll(texts, secrets);
  return filled.outcome === 'failed' ? filled : toHeaders(filled.texts);
}

function withHeader(name: string, value: string): FilledAuth {
  return { outcome: 'headers', headers: [[name, value]] };
}

function fillTokenRequest(
  auth: Extract<FrozenAuth, { kind: 'oauth2' }>,
  secrets: ReadonlyMap<string, string>,
): FilledAuth {
  const url = finishUrl(auth.tokenUrl, secrets);
  if (url.outcome === 'failed') return url;
  const filled = fillAll(
    [auth.clientId, auth.clientSecret, auth.scope ?? [], ...auth.parameters.map(([, parts]) => parts)],
    secrets,
  );
  if (filled.outcome === 'failed') return filled;
  const [clientId = '', clientSecret = '', scope = '', ...values] = filled.texts;
  const parameters = auth.parameters.map(([name], place): [string, string] => [name, values[place] ?? '']);
  const credentials = { tokenUrl: url.text, clientId, clientSecret, scope, parameters, sendAs: auth.sendAs };
  return { outcome: 'token', request: tokenRequest(credentials) };
}

function fillAll(
  texts: readonly (readonly TemplatePart[])[],
  secrets: ReadonlyMap<string, string>,
): { outcome: 'filled'; texts: string[] } | { outcome: 'failed'; reason: string } {
  const filled: string[] = [];
  for (const parts of texts) {
    const text = fillSecrets(parts, secrets);
    if (text.outcome === 'failed') return text;
    filled.push(text.text);
  }
  return { outcome: 'filled', texts: filled };
}
