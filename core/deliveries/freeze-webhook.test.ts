import { describe, expect, test } from 'vitest';
import { WebhookAction } from '../document/schema-webhook-action.ts';
import { describeParts } from '../templates/parts.ts';
import { ticketTagScope } from '../templates/tag-scope.ts';
import { freezeWebhook } from './freeze-webhook.ts';

const scope = ticketTagScope({
  target: 'ticket',
  feedbackTypes: [{ key: 'issues', fields: [{ key: 'summary', label: 'Summary' }] }],
  externalDataGroups: [],
  variables: [],
  allowSecrets: true,
});

function freeze(webhook: object, summary = 'a&b=c') {
  const action = WebhookAction.parse({ kind: 'webhook', method: 'POST', url: 'https://example.com/', ...webhook });
  return freezeWebhook(action, scope, (path) => (path === 'field.summary' ? summary : undefined));
}

function frozen(webhook: object, summary?: string) {
  const result = freeze(webhook, summary);
  if (result.outcome === 'failed') throw new Error(result.reason);
  const { headers, body } = result.request;
  return { headers: headers.map(([name, parts]) => [name, describeParts(parts)]), body: describeParts(body ?? []) };
}

describe('a webhook', () => {
  test.each([
    ['json', '{"s":"((Summary))"}', 'application/json', '{"s":"a&b=c"}'],
    ['application/json-patch+json', '[((Summary))]', 'application/json-patch+json', '["a&b=c"]'],
    ['text/xml', '<s>((Summary))</s>', 'text/xml', '<s>a&amp;b=c</s>'],
    ['text/plain; charset=utf-8', 's: ((Summary))', 'text/plain; charset=utf-8', 's: a&b=c'],
    ['form', { 'a b': '((Summary))', c: 'x' }, 'application/x-www-form-urlencoded', 'a+b=a%26b%3Dc&c=x'],
  ])('with content type %s encodes its values for it and says so', (contentType, body, header, rendered) => {
    expect(frozen({ contentType, body })).toEqual({ headers: [['Content-Type', header]], body: rendered });
  });

  test("keeps its author's own content type header", () => {
    expect(frozen({ headers: { 'content-TYPE': 'application/vnd.x+json' }, body: '{}' }).headers).toEqual([
      ['content-TYPE', 'application/vnd.x+json'],
    ]);
  });

  test('without a body, or with GET, has neither body nor content type', () => {
    expect(frozen({})).toEqual({ headers: [], body: '' });
    expect(frozen({ method: 'GET', body: '{}' })).toEqual({ headers: [], body: '' });
  });

  test('too large for a request fails with its size, and so does one too large in URL and headers', () => {
    expect(freeze({ body: '{"s":((Summary))}' }, '€'.repeat(100_000))).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('the body has 300008 bytes'),
    });
    expect(freeze({ url: 'https://example.com/?s=((Summary))' }, '🦊'.repeat(10_000))).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('URL and headers have 120023 bytes'),
    });
  });

  test('whose values grow beyond what can be stored stops growing', () => {
    expect(freeze({ body: `{"s":"${'((Summary))'.repeat(15_000)}"}` }, 'x'.repeat(30_000))).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('size limit'),
    });
  });
});

describe('the terms of a webhook', () => {
  const terms = (webhook: object) => {
    const result = freeze(webhook);
    if (result.outcome === 'failed') throw new Error(result.reason);
    return result.terms;
  };

  test('let newer ones supersede a PUT or PATCH unless told otherwise, and others only if told so', () => {
    expect([terms({ method: 'PUT' }), terms({ method: 'PATCH' })]).toEqual([
      { latestOnly: true },
      { latestOnly: true },
    ]);
    expect([terms({ method: 'PUT', latestOnly: false }), terms({ method: 'POST' })]).toEqual([{}, {}]);
    expect(terms({ method: 'POST', latestOnly: true, maxPerSecond: 2 })).toEqual({ latestOnly: true, maxPerSecond: 2 });
  });

  test('say whether its URL depends on the target', () => {
    expect(terms({ url: 'https://example.com/((Summary))' })).toEqual({ urlHasTag: true });
    expect(terms({ url: 'https://example.com/?p=((project.key))&k=((secret.key))' })).toEqual({});
  });

  test('decide conditions over the record now and keep those over the answer', () => {
    const over = (value: string) => ({ field: 'Summary', op: 'equals', value });
    const errors = { field: '/errors', op: 'isEmpty' };
    expect(terms({ success: { where: { any: [over('a&b=c'), { all: [over('x'), { not: errors }] }] } } })).toEqual({
      success: { retry: false, where: { any: [{ all: [] }, { all: [{ any: [] }, { not: errors }] }] } },
    });
  });
});

describe('a sign-in', () => {
  test('is frozen with its secrets as names, and the name of the secret that signs', () => {
    const auth = { kind: 'basic', username: '((Summary))', password: '((secret.word))' };
    expect(freeze({ auth, sign: 'signing' })).toMatchObject({
      request: {
        auth: { kind: 'basic', username: [{ text: 'a&b=c' }], password: [{ secret: 'word', encoding: 'text' }] },
        sign: 'signing',
      },
    });
  });

  test('whose value a header cannot carry fails the webhook', () => {
    const auth = { kind: 'header', name: 'X-Key', value: '((Summary))' };
    expect(freeze({ auth }, 'two\nlines')).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('line break'),
    });
  });
});
