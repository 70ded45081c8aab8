import { fastPathMs } from '../../adapters/dynamodb/deliveries.ts';
import { type Queue, sendDelayed } from '../../adapters/sqs/queue.ts';
import type { SettledState } from '../../core/deliveries/attempt-plan.ts';
import type { Attempt, Delivery } from '../../core/deliveries/delivery.ts';
import { type DeliveryMessage, laneOf } from '../../core/deliveries/message.ts';
import { delaySeconds, maxQueueDelayMs } from './delay.ts';

/** How a delivery comes back: its due entry's instant, and the queue's wait where the queue brings it. */
export type ComingBack = { dueAt: number; waitMs: number; byQueue: boolean };

/** Says how a delivery comes back for its next attempt; `now` and `dueAt` are in epoch milliseconds. */
export function planComingBack(state: SettledState, now: number): ComingBack {
  if (state.outcome !== 'pending') return { dueAt: now, waitMs: 0, byQueue: false };
  const waitMs = state.nextAttemptAt - now;
  const byQueue = waitMs <= maxQueueDelayMs;
  // Where the queue brings the delivery back, the due entry is only the net below it.
  return { dueAt: state.nextAttemptAt + (byQueue ? fastPathMs : 0), waitMs, byQueue };
}

/** Has the queue bring a delivery back, where it is the queue that does. */
export async function sendBack(queue: Queue, delivery: Delivery, { waitMs, byQueue }: ComingBack): Promise<void> {
  if (!byQueue) return;
  const lane = laneOf(delivery);
  const message: DeliveryMessage = { delivery: delivery.id, endpoint: lane };
  await sendDelayed(queue, { body: JSON.stringify(message), group: lane }, delaySeconds(waitMs));
}

/** What the log line says of an attempt; none was made where the delivery ended without. */
export function describeAttempt(
  delivery: Delivery,
  number: number,
  state: SettledState,
  made: Attempt | undefined,
): Readonly<Record<string, unknown>> {
  return {
    delivery: delivery.id,
    project: delivery.project,
    macro: delivery.macro,
    action: delivery.action,
    attempt: number,
    outcome: state.outcome,
    status: made?.response?.status,
    errorClass: made?.error?.class,
  };
}
