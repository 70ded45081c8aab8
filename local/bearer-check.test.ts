import { beforeAll, describe, expect, test } from 'vitest';
import { type BearerChecker, bearerChecker, toClaims } from './bearer-check.ts';
import { publicKeys, type SigningKey, signingKeyIn, signToken } from './oidc-keys.ts';

const issuer = 'http://127.0.0.1:1/oidc';
const now = new Date();
let key: SigningKey;
let check: BearerChecker;

beforeAll(async () => {
  key = await signingKeyIn();
  check = bearerChecker(publicKeys(key), issuer, ['people', 'machine']);
});

async function outcomeOf(claims: Record<string, unknown>, seconds = 60, signedBy = key) {
  const token = await signToken(signedBy, claims, now, seconds);
  return (await check(`Bearer ${token}`)).outcome;
}

describe('bearerChecker', () => {
  test('accepts a token of the issuer for one of the audience', async () => {
    expect(await outcomeOf({ iss: issuer, aud: 'people' })).toBe('accepted');
    expect(await outcomeOf({ iss: issuer, aud: ['other', 'machine'] })).toBe('accepted');
  });

  test('takes client_id where a token has no audience, and only there', async () => {
    expect(await outcomeOf({ iss: issuer, client_id: 'machine' })).toBe('accepted');
    expect(await outcomeOf({ iss: issuer, client_id: 'machine', aud: 'other' })).toBe('refused');
    expect(await outcomeOf({ iss: issuer })).toBe('refused');
  });

  test('refuses another issuer, an expired token and one signed by somebody else', async () => {
    expect(await outcomeOf({ iss: 'http://127.0.0.1:2/oidc', aud: 'people' })).toBe('refused');
    expect(await outcomeOf({ iss: issuer, aud: 'people' }, -60)).toBe('refused');
    expect(await outcomeOf({ iss: issuer, aud: 'people' }, 60, await signingKeyIn())).toBe('refused');
  });

  test.each([undefined, '', 'Bearer ', 'Basic abc', 'Bearer a.b.c'])('refuses %j', async (header) => {
    expect((await check(header)).outcome).toBe('refused');
  });
});

test('claims are handed over as text, a list in brackets', () => {
  expect(toClaims({ sub: 's', iat: 1, email_verified: true, groups: ['a', 'b'], nested: { a: 1 } })).toEqual({
    sub: 's',
    iat: '1',
    email_verified: 'true',
    groups: '[a b]',
    nested: '{"a":1}',
  });
});
