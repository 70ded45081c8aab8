import { expect, test } from 'vitest';
import { judgeReplay, toleranceMs } from './judge-time.ts';

const firstSeenAt = '2026-11-21T09:00:00.000Z';
const first = Date.parse(firstSeenAt);

test('a signature is accepted again for as long as is tolerated since the first time, and not longer', () => {
  const judge = (afterMs: number) => judgeReplay({ firstSeenAt }, { now: first + afterMs, toleranceMs: 300_000 });
  expect([judge(300_000), judge(300_001)]).toEqual(['fresh', 'replayed']);
});

test('a call that its sender repeats under the same name is accepted for a day, another one is not', () => {
  const judge = (afterMs: number, call: string) =>
    judgeReplay({ firstSeenAt, call: 'a' }, { now: first + afterMs, toleranceMs: 300_000, call });
  expect([judge(86_400_000, 'a'), judge(86_400_001, 'a'), judge(300_001, 'b')]).toEqual([
    'fresh',
    'replayed',
    'replayed',
  ]);
});

test('five minutes are tolerated unless the scheme says otherwise', () => {
  expect([toleranceMs({}), toleranceMs({ tolerance: '1h' })]).toEqual([300_000, 3_600_000]);
});
