import { describe, expect, test } from 'vitest';
import type { CallResult } from './breaker.ts';
import { begin, call, end, holdBack, patienceMs, shareOf, takeTurn, unknownEndpoint } from './turn-taking.ts';

const at = { share: 2, waiting: 0 };

/** An endpoint after calls that ended one after the other, each at its instant. */
function afterCalls(...calls: [result: CallResult, at: number][]) {
  return calls.reduce(
    (state, [result, now], place) => end(begin(state, place, now), place, result, now),
    unknownEndpoint,
  );
}

const threeTimeouts = afterCalls(['timeout', 0], ['timeout', 0], ['timeout', 0]);

describe('slots', () => {
  test('an endpoint holds at most a quarter of them, and at least one', () => {
    expect([1, 3, 4, 10, 40].map(shareOf)).toEqual([1, 1, 1, 2, 10]);
  });

  test('one that is at its share has the next message wait, until a call hangs', () => {
    const full = call(call(begin(begin(unknownEndpoint, 1, 0), 2, 0), 1, 0), 2, 0);
    expect(takeTurn(begin(unknownEndpoint, 1, 0), { ...at, now: 0 })).toBe('go');
    expect(takeTurn(full, { ...at, now: 999 })).toBe('wait');
    expect(takeTurn(full, { ...at, now: 1_000 })).toBe('hold');
    expect(takeTurn(end(full, 1, 'answered', 900), { ...at, now: 900 })).toBe('go');
  });

  test('an endpoint that is known to be slow is given twice its time, and nobody waits long inside the instance', () => {
    const slow = end(call(begin(unknownEndpoint, 1, 0), 1, 0), 1, 'answered', 3_000);
    expect(patienceMs(slow)).toBe(6_000);
    const full = call(begin(begin(slow, 2, 3_000), 3, 3_000), 2, 3_000);
    expect(takeTurn(full, { ...at, now: 8_999 })).toBe('wait');
    expect(takeTurn(full, { share: 2, waiting: 2, now: 3_000 })).toBe('hold');
  });

  test('after a timeout one call goes at a time', () => {
    const doubtful = afterCalls(['timeout', 0]);
    expect(takeTurn(doubtful, { ...at, now: 0 })).toBe('go');
    expect(takeTurn(begin(doubtful, 9, 0), { ...at, now: 0 })).toBe('hold');
  });
});

describe('the breaker', () => {
  test('opens after three timeouts in a row', () => {
    expect(takeTurn(afterCalls(['timeout', 0], ['timeout', 0]), { ...at, now: 0 })).toBe('go');
    expect(takeTurn(threeTimeouts, { ...at, now: 0 })).toBe('hold');
    const interrupted = afterCalls(['timeout', 0], ['timeout', 0], ['answered', 0], ['timeout', 0]);
    expect(takeTurn(interrupted, { ...at, now: 0 })).toBe('go');
  });

  test('lets one probe through per 30 s, and closes at the first answer', () => {
    expect(takeTurn(threeTimeouts, { ...at, now: 29_999 })).toBe('hold');
    expect(takeTurn(threeTimeouts, { ...at, now: 30_000 })).toBe('go');
    const probing = begin(threeTimeouts, 9, 30_000);
    expect(takeTurn(probing, { ...at, now: 60_000 })).toBe('hold');
    const failed = end(probing, 9, 'timeout', 45_000);
    expect([59_999, 60_000].map((now) => takeTurn(failed, { ...at, now }))).toEqual(['hold', 'go']);
    expect(takeTurn(end(probing, 9, 'answered', 45_000), { ...at, now: 45_000 })).toBe('go');
  });

  test('lets another probe through where the first came to nothing', () => {
    const unused = end(begin(threeTimeouts, 9, 30_000), 9, 'none', 30_000);
    expect(takeTurn(unused, { ...at, now: 30_000 })).toBe('go');
  });
});

describe('what is held back', () => {
  test('comes back one by one, 30 s apart, after at most 15 minutes, and only the next by the queue', () => {
    let state = threeTimeouts;
    const held = Array.from({ length: 200 }, () => {
      const { endpoint, until, byQueue } = holdBack(state, { now: 0, share: 2, random: 0 });
      state = endpoint;
      return { until, byQueue };
    });
    expect(held.slice(0, 3).map(({ until }) => until)).toEqual([30_000, 60_000, 90_000]);
    expect(Math.max(...held.map(({ until }) => until))).toBe(900_000);
    expect(held.filter(({ byQueue }) => byQueue)).toHaveLength(1);
    expect(state.line.length).toBeLessThanOrEqual(180);
  });

  test('is spread forward by at most a tenth', () => {
    const { until } = holdBack(threeTimeouts, { now: 0, share: 2, random: 0.999 });
    expect(until).toBeGreaterThan(32_900);
    expect(until).toBeLessThanOrEqual(33_000);
  });
});
