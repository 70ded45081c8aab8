import { describe, expect, test } from 'vitest';
import type { FrozenAuth, FrozenRequest } from './delivery.ts';
import { describeDelivery, describePreview } from './describe-request.ts';

const inItem = { parts: undefined };
const secret = { secret: 'jira', encoding: 'text' as const };

function requestWith(changes: Partial<FrozenRequest> = {}): FrozenRequest {
  return { method: 'POST', url: [{ text: 'https://example.com' }], headers: [], timeoutMs: 15_000, ...changes };
}

const signIns: [FrozenAuth, string, string][] = [
  [
    { kind: 'basic', username: [{ text: 'ann' }], password: [secret] },
    'Authorization',
    'Basic Base64(ann:((secret.jira)))',
  ],
  [{ kind: 'bearer', token: [secret] }, 'Authorization', 'Bearer ((secret.jira))'],
  [{ kind: 'bearer', token: [{ text: 'typed in' }] }, 'Authorization', 'Bearer ***'],
  [{ kind: 'header', name: 'X-Token', value: [secret] }, 'X-Token', '((secret.jira))'],
  [
    {
      kind: 'oauth2',
      tokenUrl: [{ text: 'https://example.com/token' }],
      clientId: [{ text: 'us' }],
      clientSecret: [secret],
      parameters: [],
      sendAs: 'body',
    },
    'Authorization',
    'Bearer <token of https://example.com/token for ((secret.jira))>',
  ],
];

describe('a request as the log shows it', () => {
  test.for(signIns)('never shows a credential of %j', ([auth, name]) => {
    const described = describeDelivery({ id: 'a', request: requestWith({ auth }) }, inItem);
    expect(described?.headers).toEqual({ [name]: '***', 'webhook-id': 'a' });
  });

  test('has the headers of Standard Webhooks, those of a replay under the first id', () => {
    const request = requestWith({ sign: 'signing' });
    expect(describeDelivery({ id: 'b', replayOf: 'a', request }, inItem, '2026-11-21T09:00:00.500Z')?.headers).toEqual({
      'webhook-id': 'a',
      'webhook-timestamp': '1795251600',
      'webhook-replay': 'true',
      'webhook-signature': 'v1,***',
    });
  });

  test('says how large a body is that is gone', () => {
    const request = requestWith({ bodyAt: { objectKey: 'bodies/a', bytes: 9_000 } });
    expect(describeDelivery({ id: 'a', request }, inItem)).toMatchObject({
      body: '',
      truncated: true,
      bodyBytes: 9_000,
    });
    expect(describeDelivery({ id: 'a', request }, { parts: [{ text: 'short' }] })).toMatchObject({
      body: 'short',
      truncated: false,
    });
  });

  test('is an e-mail to its addresses, and nothing where nothing was rendered', () => {
    const mail = { to: ['ann@example.com', 'a&b@example.com'], subject: 'Hello', text: 'World' };
    expect(describeDelivery({ id: 'a', mail }, inItem)).toEqual({
      method: 'MAIL',
      url: 'mailto:ann@example.com,a%26b@example.com',
      headers: { subject: 'Hello' },
      body: 'World',
      truncated: false,
    });
    expect(describeDelivery({ id: 'a' }, inItem)).toBeUndefined();
  });
});

describe('a request as a test shows it', () => {
  test.for(signIns)('names the secrets of %j, and shows no credential that was typed in', ([auth, name, value]) => {
    expect(describePreview(requestWith({ auth })).headers).toEqual({ [name]: value });
  });

  test('masks a header that may hold a credential unless a secret fills it', () => {
    const headers: FrozenRequest['headers'] = [
      ['Authorization', [{ text: 'Basic ' }, { secret: 'jira', encoding: 'header' }]],
      ['X-Api-Key', [{ text: 'typed in' }]],
      ['Accept', [{ text: 'text/plain' }]],
    ];
    expect(describePreview(requestWith({ headers, sign: 'signing' })).headers).toEqual({
      Authorization: 'Basic ((secret.jira))',
      'X-Api-Key': '***',
      Accept: 'text/plain',
      'webhook-signature': 'v1 by ((secret.signing))',
    });
  });
});
