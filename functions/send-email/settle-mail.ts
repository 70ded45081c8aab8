import { settleLease } from '../../adapters/dynamodb/attempts.ts';
import { fastPathMs } from '../../adapters/dynamodb/deliveries.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { type Queue, sendDelayed } from '../../adapters/sqs/queue.ts';
import type { SettledState } from '../../core/deliveries/attempt-plan.ts';
import type { Attempt, Delivery } from '../../core/deliveries/delivery.ts';
import { type DeliveryMessage, laneOf } from '../../core/deliveries/message.ts';
import { delaySeconds } from '../kit/delay.ts';
import type { Observer } from '../kit/observer.ts';

/** Waits up to this long are the queue's own delay, the most it can do; longer ones lie in the due index. */
const maxQueueDelayMs = 900_000;

/** What settling needs. */
export type SettleMailDependencies = {
  table: Table;
  emailQueue: Queue;
  dueShards: number;
  deliveryRetentionDays: number;
  observer: Observer;
  now: () => number;
};

/** Settles an e-mail's lease, and has the queue bring it back where its next attempt is near. */
export async function settleMail(
  { table, emailQueue, dueShards, deliveryRetentionDays, observer, now }: SettleMailDependencies,
  delivery: Delivery,
  number: number,
  settled: { attempts: readonly Attempt[]; state: SettledState },
): Promise<void> {
  const { state } = settled;
  const waitMs = state.outcome === 'pending' ? state.nextAttemptAt - now() : 0;
  const byQueue = state.outcome === 'pending' && waitMs <= maxQueueDelayMs;
  // Where the queue brings the delivery back, the due entry is only the net below it.
  const dueAt = state.outcome === 'pending' ? state.nextAttemptAt + (byQueue ? fastPathMs : 0) : now();
  const storage = { dueAt, dueShards, deliveryRetentionDays, now: now() };
  const outcome = await settleLease(table, { delivery, number }, settled, storage);
  if (outcome === 'lease-lost') return;
  observer.measure('Attempts', 1, 'Count', { project: delivery.project, outcome: state.outcome });
  if (!byQueue) return;
  const lane = laneOf(delivery);
  const message: DeliveryMessage = { delivery: delivery.id, endpoint: lane };
  await sendDelayed(emailQueue, { body: JSON.stringify(message), group: lane }, delaySeconds(waitMs));
}
