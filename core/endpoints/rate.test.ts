import { expect, test } from 'vitest';
import { intervalMs, planRate } from './rate.ts';

test('calls are so far apart that no second has more of them than wanted', () => {
  expect([0.1, 0.5, 1, 3, 1_000].map(intervalMs)).toEqual([10_000, 2_000, 1_000, 334, 1]);
});

test('a call goes at once, soon, or at the end of the line', () => {
  const newcomer = { now: 1_000, returning: false };
  expect(planRate(undefined, newcomer)).toEqual({ step: 'start' });
  expect(planRate({ freeAt: 1_000, lineEnd: 1_000 }, newcomer)).toEqual({ step: 'start' });
  expect(planRate({ freeAt: 3_000, lineEnd: 0 }, newcomer)).toEqual({ step: 'follow' });
  expect(planRate({ freeAt: 3_001, lineEnd: 0 }, newcomer)).toEqual({ step: 'line-up' });
  expect(planRate({ freeAt: 0, lineEnd: 1_001 }, newcomer)).toEqual({ step: 'line-up' });
});

test('a call that was told to come now goes before those who have just come', () => {
  const returning = { now: 1_000, returning: true };
  expect(planRate({ freeAt: 0, lineEnd: 9_000 }, returning)).toEqual({ step: 'start' });
  expect(planRate({ freeAt: 2_000, lineEnd: 9_000 }, returning)).toEqual({ step: 'follow' });
  expect(planRate({ freeAt: 5_000, lineEnd: 9_000 }, returning)).toEqual({ step: 'return', until: 5_000 });
});
