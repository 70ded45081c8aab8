import { describe, expect, test } from 'vitest';
import { planAttempt, settleAttempt } from './attempt-plan.ts';
import type { Delivery } from './delivery.ts';

function delivery(change: Partial<Delivery>): Delivery {
  return {
    id: 'd1',
    project: 'apollo',
    macro: 'tell-slack',
    action: 'webhook-1',
    target: { ticket: 'BUG-0001' },
    cause: { kind: 'automation', key: 'escalate' },
    outcome: 'pending',
    retry: 'standard',
    attemptsMade: 0,
    leases: 0,
    createdAt: '2026-11-21T09:00:00.000Z',
    ...change,
  };
}

describe('an attempt', () => {
  test('has the number of its lease', () => {
    expect(planAttempt(delivery({}))).toEqual({ outcome: 'send', number: 1, interrupted: [] });
    expect(planAttempt(delivery({ attemptsMade: 3, leases: 3 }))).toMatchObject({ outcome: 'send', number: 4 });
  });

  test('counts every lease that lapsed before it as interrupted', () => {
    const plan = planAttempt(delivery({ attemptsMade: 1, leases: 3, leasedAt: '2026-11-21T09:05:00.000Z' }));
    expect(plan).toMatchObject({ outcome: 'send', number: 4 });
    expect(plan.interrupted.map(({ number, startedAt, error }) => [number, startedAt, error?.class])).toEqual([
      [2, '2026-11-21T09:05:00.000Z', 'interrupted'],
      [3, '2026-11-21T09:05:00.000Z', 'interrupted'],
    ]);
  });

  test('is not made where an interrupted call must not be repeated, or after five interruptions', () => {
    expect(planAttempt(delivery({ leases: 1, retry: 'none' })).outcome).toBe('give-up');
    expect(planAttempt(delivery({ leases: 4 })).outcome).toBe('send');
    expect(planAttempt(delivery({ leases: 5 })).outcome).toBe('give-up');
  });
});

describe('a verdict', () => {
  const attempt = { number: 1, endedAt: 1_000_000, retryAfter: undefined, random: 0 };
  const retry = { outcome: 'retry', reason: 'the receiver answered 503' } as const;

  test('to retry says when', () => {
    expect(settleAttempt(retry, attempt)).toMatchObject({ outcome: 'pending', nextAttemptAt: 1_005_000 });
    expect(settleAttempt(retry, { ...attempt, retryAfter: '60' })).toMatchObject({ nextAttemptAt: 1_060_000 });
  });

  test('to retry ends as failed after the tenth attempt', () => {
    expect(settleAttempt(retry, { ...attempt, number: 10 })).toEqual({
      outcome: 'failed',
      reason: 'the receiver answered 503; given up after 10 attempts',
    });
  });
});
