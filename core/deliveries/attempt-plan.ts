import type { Verdict } from '../webhooks/response-verdict.ts';
import { nextAttempt } from '../webhooks/retry-schedule.ts';
import type { Attempt, Delivery } from './delivery.ts';

/** Interruptions in a row after which a delivery fails (quality.md, "Nothing lost"). */
const maxInterruptions = 5;

/** What a leased delivery is in for: an attempt, or its end because of attempts whose outcome nobody knows. */
export type AttemptPlan =
  | { outcome: 'send'; number: number; interrupted: Attempt[] }
  | { outcome: 'give-up'; interrupted: Attempt[]; reason: string };

/** How a delivery stands after an attempt. */
export type SettledState =
  | { outcome: 'delivered' }
  | { outcome: 'failed'; reason: string }
  | { outcome: 'pending'; reason: string; nextAttemptAt: number };

/** Plans the attempt for which a delivery (as it was before the lease) was leased: lapsed leases count as interrupted attempts. */
export function planAttempt(delivery: Delivery): AttemptPlan {
  const interrupted: Attempt[] = [];
  for (let number = delivery.attemptsMade + 1; number <= delivery.leases; number += 1) {
    const message = 'The sender stopped before it could record what the receiver answered.';
    interrupted.push({
      number,
      startedAt: delivery.leasedAt ?? delivery.createdAt,
      durationMs: 0,
      error: { class: 'interrupted', message },
    });
  }
  if (interrupted.length > 0 && delivery.retry === 'none') {
    const reason = 'The sender was interrupted, so the outcome is unknown; this call is never repeated.';
    return { outcome: 'give-up', interrupted, reason };
  }
  if (interrupted.length >= maxInterruptions) {
    return {
      outcome: 'give-up',
      interrupted,
      reason: `The sender was interrupted ${interrupted.length} times in a row.`,
    };
  }
  return { outcome: 'send', number: delivery.leases + 1, interrupted };
}

/** Decides what follows from an attempt's verdict; times are epoch milliseconds, `random` is from 0 to 1. */
export function settleAttempt(
  verdict: Verdict,
  attempt: { number: number; endedAt: number; retryAfter: string | undefined; random: number },
): SettledState {
  if (verdict.outcome === 'delivered') return { outcome: 'delivered' };
  if (verdict.outcome === 'failed') return { outcome: 'failed', reason: verdict.reason };
  const next = nextAttempt({
    attemptsMade: attempt.number,
    at: attempt.endedAt,
    retryAfterHeader: attempt.retryAfter,
    random: attempt.random,
  });
  if (next === 'exhausted') {
    return { outcome: 'failed', reason: `${verdict.reason}; given up after ${attempt.number} attempts` };
  }
  return { outcome: 'pending', reason: verdict.reason, nextAttemptAt: next.dueAt };
}
