import { expect, test } from 'vitest';
import { planComingBack } from './next-attempt.ts';

const now = Date.parse('2026-11-21T09:00:00.000Z');
const pending = (inMs: number) => ({ outcome: 'pending' as const, reason: 'later', nextAttemptAt: now + inMs });

test('the queue brings back what is due within 15 minutes, with the due entry two minutes behind as the net below it', () => {
  expect(planComingBack(pending(5_000), now)).toEqual({ byQueue: true, waitMs: 5_000, dueAt: now + 125_000 });
  expect(planComingBack(pending(900_000), now)).toEqual({ byQueue: true, waitMs: 900_000, dueAt: now + 1_020_000 });
});

test('what is due later lies in the due index alone, at its very instant', () => {
  expect(planComingBack(pending(900_001), now)).toEqual({ byQueue: false, waitMs: 900_001, dueAt: now + 900_001 });
});

test('what has settled does not come back', () => {
  expect(planComingBack({ outcome: 'delivered' }, now).byQueue).toBe(false);
  expect(planComingBack({ outcome: 'failed', reason: 'gone' }, now).byQueue).toBe(false);
});
