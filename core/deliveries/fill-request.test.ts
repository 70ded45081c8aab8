import { expect, test } from 'vitest';
import type { FrozenRequest } from './delivery.ts';
import { fillRequest, secretNames } from './fill-request.ts';

const plain: FrozenRequest = { method: 'POST', url: [{ text: 'https://api.example.com/' }], headers: [], timeoutMs: 1 };
const secret = (name: string) => ({ secret: name, encoding: 'text' as const });
const text = (value: string) => [{ text: value }];
const secrets = (hosts?: string[]) =>
  new Map(['word', 'signing'].map((name) => [name, { value: `${name}-of-ours`, hosts }]));
const oauth2 = {
  kind: 'oauth2' as const,
  tokenUrl: text('https://login.example.com/token'),
  clientId: text('feedbridge'),
  clientSecret: [secret('word')],
  parameters: [],
  sendAs: 'body' as const,
};

test('the secrets that a request needs are those of its sign-in and of its signature too', () => {
  const auth = { kind: 'basic' as const, username: [secret('name')], password: [secret('word')] };
  expect(secretNames({ ...plain, auth, sign: 'signing' })).toEqual(['name', 'word', 'signing']);
});

test('a client secret goes to the hosts of the token endpoint alone, a signing secret to none', () => {
  const request = { ...plain, auth: oauth2, sign: 'signing' };
  expect(fillRequest(request, secrets(['login.example.com']))).toMatchObject({ outcome: 'filled' });
  expect(fillRequest(request, secrets(['api.example.com']))).toEqual({
    outcome: 'failed',
    reason: 'secret.word may not be sent to login.example.com',
  });
});

test.each([
  ['a colon in the user name', { kind: 'basic' as const, username: text('a:b'), password: text('c') }, 'colon'],
  ['an empty token', { kind: 'bearer' as const, token: [] }, 'empty'],
])('%s is refused', (_, auth, reason) => {
  expect(fillRequest({ ...plain, auth }, new Map())).toEqual({
    outcome: 'failed',
    reason: expect.stringContaining(reason),
  });
});

test('a header that the sign-in sets as well goes out once', () => {
  const auth = { kind: 'bearer' as const, token: text('a token') };
  const request = { ...plain, headers: [['authorization', text('other')]] satisfies FrozenRequest['headers'], auth };
  expect(fillRequest(request, new Map())).toMatchObject({
    request: { headers: [['Authorization', 'Bearer a token']] },
  });
});

test('a body that outgrows 256 KB by its secrets fails with its size', () => {
  const bodyOf = (length: number) => ({ ...plain, body: [{ text: 'x'.repeat(length) }, secret('word')] });
  expect(fillRequest(bodyOf(262_144 - 'word-of-ours'.length), secrets())).toMatchObject({ outcome: 'filled' });
  expect(fillRequest(bodyOf(262_144), secrets())).toEqual({
    outcome: 'failed',
    reason: 'the body has 262156 bytes with its secrets; at most 262144 can be sent',
  });
});
