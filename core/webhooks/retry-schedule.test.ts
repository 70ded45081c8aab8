import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maxAttempts, nextAttempt, readRetryAfter } from './retry-schedule.ts';

const at = Date.UTC(2026, 10, 21, 9, 0, 0);
const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;

function waitAfter(
  attemptsMade: number,
  more: { retryAfterHeader?: string; random?: number } = {},
): number | 'exhausted' {
  const next = nextAttempt({ attemptsMade, at, random: 0, ...more });
  return next === 'exhausted' ? next : next.dueAt - at;
}

describe('the schedule', () => {
  test('waits 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, and then no more', () => {
    const waits = Array.from({ length: 10 }, (_, made) => waitAfter(made + 1));
    const hours = [2, 5, 10, 14, 20, 24].map((count) => count * hour);
    expect(waits).toEqual([5 * second, 300 * second, 1800 * second, ...hours, 'exhausted']);
  });

  test('allows ten attempts in all', () => {
    expect(maxAttempts).toBe(10);
  });

  test('is exhausted after the tenth attempt whatever the receiver asks for', () => {
    expect(waitAfter(10, { retryAfterHeader: '5' })).toBe('exhausted');
  });

  test('jitters only forward and by at most a tenth', () => {
    const attemptsMade = fc.integer({ min: 1, max: 9 });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(attemptsMade, random, (made, chance) => {
        const plain = Number(waitAfter(made));
        const jittered = Number(waitAfter(made, { random: chance }));
        expect(jittered).toBeGreaterThanOrEqual(plain);
        expect(jittered).toBeLessThanOrEqual(plain * 1.1);
        expect(Number.isInteger(jittered)).toBe(true);
      }),
    );
  });
});

describe('Retry-After', () => {
  test('replaces the wait where it is shorter', () => {
    expect(waitAfter(4, { retryAfterHeader: '60' })).toBe(60 * second);
  });

  test('replaces the wait where it is longer', () => {
    expect(waitAfter(1, { retryAfterHeader: '3600' })).toBe(hour);
  });

  test.each(['Sat, 21 Nov 2026 09:10:00 GMT', 'Saturday, 21-Nov-26 09:10:00 GMT', 'Sat Nov 21 09:10:00 2026'])(
    'may be the date %s',
    (retryAfterHeader) => {
      expect(waitAfter(1, { retryAfterHeader })).toBe(600 * second);
    },
  );

  test('is cut to a day', () => {
    expect(waitAfter(1, { retryAfterHeader: '86401' })).toBe(day);
    expect(waitAfter(1, { retryAfterHeader: '999999999999999' })).toBe(day);
    expect(waitAfter(1, { retryAfterHeader: 'Fri, 31 Dec 9999 23:59:59 GMT' })).toBe(day);
  });

  test('rounds a fraction of a second up', () => {
    expect(waitAfter(2, { retryAfterHeader: ' 0.25 ' })).toBe(second);
  });

  test.each([
    '',
    '0',
    '0.0',
    '-5',
    'soon',
    '1e9',
    '0x10',
    '5, 10',
    'NaN',
    '99999999999999999999',
    '2026-11-21T10:00:00Z',
    'Sat, 21 Nov 2026 25:61:00 GMT',
    'Sat, 21 Nov 2026 08:00:00 GMT',
    'Sat Nov 99 09:10:00 2026',
  ])('is ignored where it is %j', (retryAfterHeader) => {
    expect(waitAfter(2, { retryAfterHeader })).toBe(300 * second);
  });

  test('never yields a wait that is not a whole number of milliseconds from 1 s to a day', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.]{1,20}$/), fc.date().map(String)), (header) => {
        const waitMs = readRetryAfter(header, at);
        if (waitMs === undefined) return;
        expect(Number.isInteger(waitMs)).toBe(true);
        expect(waitMs).toBeGreaterThanOrEqual(1);
        expect(waitMs).toBeLessThanOrEqual(day);
      }),
    );
  });
});
