import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExchangeFailure, judgeExchange, limitToOnce } from './response-verdict.ts';

const answered = (status: number, headers: Record<string, string> = {}) => ({
  outcome: 'answered' as const,
  status,
  headers,
});
const broken = (failure: ExchangeFailure) => ({ outcome: 'failed' as const, class: failure, message: 'it broke' });

describe('an answer', () => {
  test('of any 2xx delivers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 299 }), (status) => {
        expect(judgeExchange(answered(status))).toEqual({ outcome: 'delivered' });
      }),
    );
  });

  test.each([408, 425, 429, 500, 502, 503, 504, 599])('of %i is retried', (status) => {
    expect(judgeExchange(answered(status))).toEqual({
      outcome: 'retry',
      reason: `the receiver answered ${status}`,
    });
  });

  test.each([400, 401, 403, 404, 409, 413, 422, 451])('of %i fails at once', (status) => {
    expect(judgeExchange(answered(status))).toEqual({
      outcome: 'failed',
      reason: `the receiver answered ${status}, which is not retried`,
    });
  });

  test('of 410 fails as gone, so that the endpoint can be paused', () => {
    expect(judgeExchange(answered(410))).toMatchObject({ outcome: 'failed', endpoint: 'gone' });
  });

  test('that redirects fails and names only the origin it leads to', () => {
    const location = 'http://169.254.169.254/latest/meta-data?token=abc';
    expect(judgeExchange(answered(302, { location }))).toEqual({
      outcome: 'failed',
      reason: 'a redirect (302 to http://169.254.169.254) is not followed',
    });
  });

  test.each([undefined, '/login', 'not a url', 'javascript:alert(1)'])(
    'that redirects to %j fails without a target',
    (location) => {
      const headers = location === undefined ? {} : { location };
      expect(judgeExchange(answered(307, headers))).toMatchObject({
        outcome: 'failed',
        reason: 'a redirect (307) is not followed',
      });
    },
  );

  test('below 200 fails', () => {
    expect(judgeExchange(answered(101))).toMatchObject({ outcome: 'failed' });
  });
});

describe('an exchange that broke off', () => {
  test.each(ExchangeFailure.exclude(['blocked']).options)('by %s is retried', (failure) => {
    expect(judgeExchange(broken(failure))).toEqual({
      outcome: 'retry',
      reason: 'it broke',
    });
  });

  test('because we refused to make it fails at once', () => {
    expect(judgeExchange(broken('blocked'))).toEqual({
      outcome: 'failed',
      reason: 'it broke',
    });
  });
});

describe('a call that must not repeat', () => {
  test('fails where another would be retried, and says so', () => {
    expect(limitToOnce(judgeExchange(answered(503)), 'none')).toEqual({
      outcome: 'failed',
      reason: 'the receiver answered 503; this call is never repeated',
    });
    expect(limitToOnce(judgeExchange(broken('timeout')), 'none')).toMatchObject({ outcome: 'failed' });
  });

  test('is never retried, whatever happens', () => {
    const results = fc.oneof(
      fc.integer({ min: 100, max: 999 }).map((status) => answered(status)),
      fc.constantFrom(...ExchangeFailure.options).map(broken),
    );
    fc.assert(
      fc.property(results, (result) => {
        expect(limitToOnce(judgeExchange(result), 'none').outcome).not.toBe('retry');
      }),
    );
  });
});
