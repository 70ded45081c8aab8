import { createHash } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { bearerChecker } from './bearer-check.ts';
import { openFrontDoor } from './front-door.ts';
import { administrator, createIssuer } from './oidc.ts';
import { publicKeys, type SigningKey, signingKeyIn } from './oidc-keys.ts';

const secret = 'a-client-secret';
const scopes = ['feedbridge/administrator', 'feedbridge/observer'];
const verifier = 'v'.repeat(43);
let key: SigningKey;
let origin: string;

beforeAll(async () => {
  key = await signingKeyIn();
  const door = await openFrontDoor(0);
  origin = door.origin;
  const people = { clientId: 'people', callbackUrls: [`${origin}/`], logoutUrls: [`${origin}/`] };
  door.open([createIssuer(origin, { people, machine: { clientId: 'machine' }, scopes }, secret, key).answer]);
  return door.close;
});

const Tokens = z.object({ access_token: z.string(), id_token: z.string().optional(), token_type: z.literal('Bearer') });

async function token(form: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await fetch(`${origin}/oidc/token`, { method: 'POST', headers, body: new URLSearchParams(form) });
  const json: unknown = await response.json();
  return { status: response.status, tokens: response.ok ? Tokens.parse(json) : undefined };
}

/** A browser as far as signing in needs one: it keeps cookies and follows redirects one by one. */
function browser() {
  const cookies = new Map<string, string>();
  return async (url: string, method = 'GET') => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(new URL(url, origin), { method, redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return { status: response.status, location: response.headers.get('location') ?? '', text: await response.text() };
  };
}

async function claimsOf(jwt: string | undefined) {
  return (await jwtVerify(jwt ?? '', createLocalJWKSet(publicKeys(key)))).payload;
}

async function signIn(extra: Record<string, string> = {}): Promise<string> {
  const visit = browser();
  const query = new URLSearchParams({
    client_id: 'people',
    response_type: 'code',
    redirect_uri: `${origin}/`,
    scope: 'openid email profile',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...extra,
  });
  let page = await visit(`/oidc/auth?${query}`);
  // One turn per page that asks something: who it is, and with `prompt=consent` whether they agree.
  for (let turns = 0; turns < 3 && page.location.includes('/interaction/'); turns += 1) {
    expect((await visit(page.location)).text).toContain(`Sign in as ${administrator.email}`);
    const answered = await visit(page.location, 'POST');
    page = await visit(answered.location);
  }
  return new URL(page.location).searchParams.get('code') ?? '';
}

describe('the embedded issuer', () => {
  test('describes itself below /oidc', async () => {
    const response = await fetch(`${origin}/oidc/.well-known/openid-configuration`);
    expect(await response.json()).toMatchObject({
      issuer: `${origin}/oidc`,
      token_endpoint: `${origin}/oidc/token`,
      jwks_uri: `${origin}/oidc/jwks`,
    });
  });

  test.each([{}, { prompt: 'consent', scope: 'openid email offline_access' }])(
    'signs the administrator in with one button (%j)',
    async (extra) => {
      const code = await signIn(extra);
      const { status, tokens } = await token({
        grant_type: 'authorization_code',
        client_id: 'people',
        code,
        redirect_uri: `${origin}/`,
        code_verifier: verifier,
      });
      expect(status).toBe(200);
      expect(await claimsOf(tokens?.id_token)).toMatchObject({
        iss: `${origin}/oidc`,
        aud: 'people',
        email: administrator.email,
        email_verified: true,
        groups: ['administrators'],
        token_use: 'id',
      });
      expect(await claimsOf(tokens?.access_token)).toMatchObject({ token_use: 'access', client_id: 'people' });
    },
  );

  test('refuses a code without its verifier', async () => {
    const form = {
      grant_type: 'authorization_code',
      client_id: 'people',
      code: await signIn(),
      redirect_uri: `${origin}/`,
    };
    expect((await token({ ...form, code_verifier: 'w'.repeat(43) })).status).toBe(400);
  });

  test('gives a machine a token with the role that it asks for, which the gateway takes', async () => {
    const authorization = `Basic ${Buffer.from(`machine:${secret}`).toString('base64')}`;
    const form = { grant_type: 'client_credentials', scope: 'feedbridge/observer' };
    const { tokens } = await token(form, { authorization });
    expect(await claimsOf(tokens?.access_token)).toMatchObject({ scope: 'feedbridge/observer', client_id: 'machine' });
    const check = bearerChecker(publicKeys(key), `${origin}/oidc`, ['people', 'machine']);
    expect(await check(`Bearer ${tokens?.access_token}`)).toMatchObject({
      outcome: 'accepted',
      claims: { scope: 'feedbridge/observer', token_use: 'access' },
    });
  });

  test('takes a machine’s secret in the form as well, and no wrong one', async () => {
    const form = { grant_type: 'client_credentials', client_id: 'machine', scope: 'feedbridge/observer' };
    expect((await token({ ...form, client_secret: secret })).status).toBe(200);
    expect((await token({ ...form, client_secret: 'wrong' })).status).toBe(401);
    const { tokens } = await token({ ...form, client_secret: secret, scope: 'feedbridge/owner' });
    expect(await claimsOf(tokens?.access_token)).not.toHaveProperty('scope');
  });

  test('says so when a sign-in has expired', async () => {
    const response = await fetch(`${origin}/oidc/interaction/gone`, { method: 'POST' });
    expect([response.status, await response.text()]).toEqual([400, 'This sign-in has expired; start again.']);
  });
});
