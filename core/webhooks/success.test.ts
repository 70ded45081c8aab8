import { describe, expect, test } from 'vitest';
import type { Where } from '../document/schema-filters.ts';
import { judgeExchange } from './response-verdict.ts';

const answer = (status: number, body: unknown) => ({
  outcome: 'answered' as const,
  status,
  headers: {},
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});
const noErrors: Where = { field: '/CreateResult/Errors', op: 'isEmpty' };

describe('a success condition', () => {
  test('treats a Rally 200-with-errors as a failure, and says which condition did not hold', () => {
    const success = { where: noErrors, retry: false };
    expect(judgeExchange(answer(200, { CreateResult: { Errors: [] } }), success).outcome).toBe('delivered');
    expect(judgeExchange(answer(200, { CreateResult: { Errors: ['Not authorised'] } }), success)).toEqual({
      outcome: 'failed',
      reason:
        'the receiver answered 200, but the answer does not count as success: "/CreateResult/Errors isEmpty" does not hold for ["Not authorised"]',
    });
  });

  test('that fails is tried again if told so', () => {
    const success = { where: noErrors, retry: true };
    expect(judgeExchange(answer(200, { CreateResult: { Errors: ['Busy'] } }), success).outcome).toBe('retry');
  });

  test('over an answer that is not JSON says so', () => {
    const success = { where: { all: [{ field: '/status', op: 'equals' as const, value: 'ok' }] }, retry: false };
    expect(judgeExchange(answer(203, '<html>Sign in</html>'), success)).toMatchObject({
      outcome: 'failed',
      reason: 'the receiver answered 203, but the answer is not JSON, so /status could not be read',
    });
  });

  test.each([
    ['a login page', '<html>Sign in</html>', 'not JSON'],
    ['nothing', '', 'empty'],
  ])('is not fulfilled by %s, however it compares', (_, body, what) => {
    for (const where of [noErrors, { not: noErrors }, { any: [noErrors, noErrors] }]) {
      expect(judgeExchange(answer(203, body), { where, retry: false })).toMatchObject({
        outcome: 'failed',
        reason: `the receiver answered 203, but the answer is ${what}, so /CreateResult/Errors could not be read`,
      });
    }
  });

  test('says where an answer was too long to be read', () => {
    const cut = { ...answer(200, '{"CreateResult":{"Er'), truncated: true };
    expect(judgeExchange(cut, { where: noErrors, retry: false })).toMatchObject({
      reason: expect.stringContaining('longer than the 20 bytes that are read'),
    });
  });

  test('reads JSON that begins with a byte order mark', () => {
    const marked = answer(200, '\ufeff{"CreateResult":{"Errors":["x"]}}');
    expect(judgeExchange(marked, { where: noErrors, retry: false })).toMatchObject({
      reason: expect.stringContaining('["x"]'),
    });
  });

  test('quotes a value that is nested or long without end in a few characters', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    for (const errors of [deep, JSON.stringify(['x'.repeat(100_000)])]) {
      const verdict = judgeExchange(answer(200, `{"CreateResult":{"Errors":${errors}}}`), {
        where: noErrors,
        retry: false,
      });
      expect(verdict).toMatchObject({ outcome: 'failed' });
      expect(JSON.stringify(verdict).length).toBeLessThan(500);
    }
  });

  test('quotes a value masked, before it is cut', () => {
    const secret = 'a-secret-of-thirty-characters!';
    const exchange = answer(200, { CreateResult: { Errors: ['x'.repeat(180), secret] } });
    const success = { where: noErrors, retry: false };
    const verdict = judgeExchange(exchange, success, (text) => text.replaceAll(secret, '***'));
    expect(verdict).toMatchObject({ reason: expect.stringContaining('***') });
    expect(JSON.stringify(verdict)).not.toContain('a-secret');
  });

  test('on the status alone takes what it lists and nothing else', () => {
    const success = { status: [200, 409], retry: false };
    const outcome = (status: number) => judgeExchange(answer(status, ''), success).outcome;
    expect([200, 409, 201, 503].map(outcome)).toEqual(['delivered', 'delivered', 'failed', 'retry']);
  });

  test('that was decided over the record already holds or not whatever the answer is', () => {
    const verdict = (where: Where) => judgeExchange(answer(200, {}), { where, retry: false }).outcome;
    expect([verdict({ all: [] }), verdict({ any: [] })]).toEqual(['delivered', 'failed']);
    expect(judgeExchange(answer(200, {}), { where: { any: [] }, retry: false })).toMatchObject({
      reason: expect.stringContaining('the record did not fulfil success.where when the webhook was made'),
    });
  });
});

test.each(['abort-message', 'disable', ' Abort-Message '])('a receiver that asks for %s is not asked again', (wish) => {
  const asked = { outcome: 'answered' as const, status: 503, headers: { 'webhook-delivery': wish } };
  const stopped = { outcome: 'failed', reason: expect.stringContaining('asks to stop') };
  expect(judgeExchange(asked)).toMatchObject(stopped);
  const withErrors = { ...asked, status: 200, body: Buffer.from('{"CreateResult":{"Errors":["Busy"]}}') };
  expect(judgeExchange(withErrors, { where: noErrors, retry: true })).toMatchObject(stopped);
});

test('a verdict says of the endpoint that it is gone or wants no more, unless that status counts as success', () => {
  const verdict = (status: number, wish = '', success = { retry: false }) =>
    judgeExchange({ outcome: 'answered', status, headers: { 'webhook-delivery': wish } }, success).endpoint;
  expect([verdict(410), verdict(503, 'disable'), verdict(200, 'disable')]).toEqual(['gone', 'disable', 'disable']);
  const listed = { retry: false, status: [200, 410] };
  expect([verdict(503, 'abort-message'), verdict(410, '', listed)]).toEqual([undefined, undefined]);
});
