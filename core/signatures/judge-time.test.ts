import { expect, test } from 'vitest';
import { judgeReplay, toleranceMs } from './judge-time.ts';

const firstSeenAt = '2026-11-21T09:00:00.000Z';
const first = Date.parse(firstSeenAt);

test('a signature that was never accepted is fresh', () => {
  expect(judgeReplay(undefined, first, 300_000)).toBe('fresh');
});

test('a signature is accepted again for as long as is tolerated since the first time, and not longer', () => {
  expect(judgeReplay({ firstSeenAt }, first + 300_000, 300_000)).toBe('fresh');
  expect(judgeReplay({ firstSeenAt }, first + 300_001, 300_000)).toBe('replayed');
});

test('five minutes are tolerated unless the scheme says otherwise', () => {
  expect([toleranceMs({}), toleranceMs({ tolerance: '1h' })]).toEqual([300_000, 3_600_000]);
});
