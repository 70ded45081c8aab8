import { describe, expect, test } from 'vitest';
import { readTokenAnswer, tokenKey, tokenRequest } from './oauth-token.ts';

const credentials = {
  tokenUrl: 'https://login.example.com/token',
  clientId: 'my client',
  clientSecret: 'a+b/c=',
  scope: 'write',
  parameters: [['audience', 'https://api.example.com']] satisfies [string, string][],
};
const answer = (status: number, body: unknown) => ({ status, body: Buffer.from(JSON.stringify(body)) });

describe('a request for a token', () => {
  test('carries the credentials in its body', () => {
    const request = tokenRequest({ ...credentials, sendAs: 'body' });
    expect(Object.fromEntries(new URLSearchParams(request.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'my client',
      client_secret: 'a+b/c=',
      scope: 'write',
      audience: 'https://api.example.com',
    });
    expect(request.headers.map(([name]) => name)).not.toContain('Authorization');
  });

  test('or in its header, form-encoded first (RFC 6749, 2.3.1)', () => {
    const request = tokenRequest({ ...credentials, sendAs: 'basic' });
    expect(request.body).not.toContain('client_id');
    const [, header = ''] = request.headers.find(([name]) => name === 'Authorization') ?? [];
    expect(Buffer.from(header.replace('Basic ', ''), 'base64').toString()).toBe('my+client:a%2Bb%2Fc%3D');
  });

  test('is another one with another secret, and its name tells nothing of it', () => {
    const one = tokenRequest({ ...credentials, sendAs: 'body' });
    const other = tokenRequest({ ...credentials, clientSecret: 'other', sendAs: 'body' });
    expect(tokenKey(one)).not.toBe(tokenKey(other));
    expect(tokenKey(one)).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('the answer of a token endpoint', () => {
  test.each([
    ['with its life', { access_token: 't', expires_in: 3600 }, 3_570_000],
    ['with its life as a text', { access_token: 't', expires_in: '3600' }, 3_570_000],
    ['without its life, as of Salesforce', { access_token: 't', instance_url: 'https://x' }, 270_000],
    ['with a life that is none', { access_token: 't', expires_in: null }, 270_000],
  ])('gives a token %s', (_, body, usableUntil) => {
    expect(readTokenAnswer(answer(200, body), 'h', 0)).toEqual({
      outcome: 'token',
      token: { value: 't', usableUntil },
    });
  });

  test.each([
    [
      400,
      { error: 'invalid_client', error_description: 'secret a+b/c= is wrong' },
      'answered 400 (invalid_client)',
      false,
    ],
    [401, 'no JSON object', 'answered 401', false],
    [429, {}, 'answered 429', true],
    [503, {}, 'answered 503', true],
    [200, { token: 't' }, 'answered no access_token', false],
    [200, { error: 'invalid_scope' }, 'answered no access_token (invalid_scope)', false],
    [400, { error: 'no code "at all"' }, 'answered 400', false],
    [200, { access_token: 't', token_type: 'mac' }, 'answered a token that is no bearer token', false],
    [200, { access_token: 't\r\nX: y' }, 'answered a token that a header cannot carry', false],
  ])('of %i is refused with the error code alone', (status, body, reason, isPassing) => {
    expect(readTokenAnswer(answer(status, body), 'login.example.com', 0)).toEqual({
      outcome: 'refused',
      reason: `the token endpoint at login.example.com ${reason}`,
      isPassing,
    });
  });
});
