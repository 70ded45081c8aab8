import fc from 'fast-check';
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

  test('of an endpoint that takes 900 ms as many wait as run, of one that takes 50 ms all', () => {
    const waitingOf = (usualMs: number) => {
      const known = end(call(begin(unknownEndpoint, 1, 0), 1, 0), 1, 'answered', usualMs);
      const full = begin(begin(known, 2, usualMs), 3, usualMs);
      return Array.from({ length: 8 }, (_, waiting) => takeTurn(full, { share: 2, waiting, now: usualMs })).filter(
        (turn) => turn === 'wait',
      ).length;
    };
    expect([50, 900, 5_000].map(waitingOf)).toEqual([8, 2, 0]);
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
  });

  test('by a hiccup of a fast endpoint is back within half a minute', () => {
    const fast = end(call(begin(unknownEndpoint, 1, 0), 1, 0), 1, 'answered', 50);
    let state = call(begin(fast, 2, 50), 2, 50);
    const waits = Array.from({ length: 500 }, (_, place) => {
      const now = 1_050 + place;
      expect(takeTurn(state, { ...at, now })).toBe('hold');
      const held = holdBack(state, { now, share: 2, random: 0.5 });
      state = held.endpoint;
      return held.until - now;
    });
    expect(Math.max(...waits)).toBeLessThan(30_000);
  });

  test('after an endpoint has recovered does not stand behind those who were sent away before', () => {
    let state = threeTimeouts;
    for (let place = 0; place < 200; place += 1) {
      state = holdBack(state, { now: 0, share: 2, random: 0 }).endpoint;
    }
    const recovered = end(call(begin(state, 9, 30_000), 9, 30_000), 9, 'answered', 30_050);
    expect(holdBack(recovered, { now: 40_000, share: 2, random: 0 }).until).toBe(45_000);
  });

  test('is spread forward by at most a tenth', () => {
    const { until } = holdBack(threeTimeouts, { now: 0, share: 2, random: 0.999 });
    expect(until).toBeGreaterThan(32_900);
    expect(until).toBeLessThanOrEqual(33_000);
  });
});

test('whatever comes and however it ends, no more than the share runs, one probe in 30 s, and nobody is sent away for over 16.5 minutes', () => {
  const step = fc.record({
    afterMs: fc.integer({ min: 0, max: 20_000 }),
    ends: fc.constantFrom<CallResult | 'nothing'>('answered', 'timeout', 'none', 'nothing'),
    random: fc.double({ min: 0, max: 0.999, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.constantFrom(1, 2, 10), (steps, share) => {
      let state = unknownEndpoint;
      let now = 1_000_000;
      let probedAt = Number.NEGATIVE_INFINITY;
      for (const [token, { afterMs, ends, random }] of steps.entries()) {
        now += afterMs;
        const [oldest] = state.running;
        if (oldest !== undefined && ends !== 'nothing') state = end(state, oldest.token, ends, now);
        if (ends === 'answered' || ends === 'none') probedAt = Number.NEGATIVE_INFINITY;
        const isProbe = state.breaker.timeouts >= 3;
        const turn = takeTurn(state, { now, share, waiting: 0 });
        if (turn === 'go') {
          if (isProbe) expect(now - probedAt).toBeGreaterThanOrEqual(30_000);
          if (isProbe) probedAt = now;
          state = call(begin(state, token, now), token, now);
        } else if (turn === 'hold') {
          const { endpoint, until } = holdBack(state, { now, share, random });
          expect(until).toBeGreaterThanOrEqual(now);
          expect(until - now).toBeLessThanOrEqual(990_000);
          state = endpoint;
        }
        expect(state.running.length).toBeLessThanOrEqual(share);
        expect(state.line.byQueue.length).toBeLessThanOrEqual(share);
      }
    }),
  );
});
