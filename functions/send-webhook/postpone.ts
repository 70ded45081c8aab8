import { fastPathMs } from '../../adapters/dynamodb/deliveries.ts';
import { postponeDelivery, returnLease } from '../../adapters/dynamodb/postponement.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { type Queue, sendDelayed } from '../../adapters/sqs/queue.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import type { DeliveryMessage } from '../../core/deliveries/message.ts';
import { delaySeconds } from '../kit/delay.ts';

/** What holding back needs. */
export type PostponeDependencies = { table: Table; webhookQueue: Queue; dueShards: number; now: () => number };

/** Which delivery is held back, of which endpoint, with the lease to give back where there is one. */
type HeldBack = { id: string; endpoint: string; lease?: { delivery: Delivery; token: string } };

/** Until when, and why; `isRateTurn` says that it is a turn which `maxPerSecond` gave the delivery. */
type HoldBack = { until: number; byQueue: boolean; reason: string; isRateTurn?: boolean };

/** Holds a delivery back until an instant: the queue's delay brings it up then, or else the due index. */
export async function postpone(
  { table, webhookQueue, dueShards, now }: PostponeDependencies,
  { id, endpoint, lease }: HeldBack,
  { until, byQueue, reason, isRateTurn = false }: HoldBack,
): Promise<'held-back' | 'not-ours'> {
  // Where the queue brings the delivery back, the due entry is only the net below it.
  const postponement = { until, dueAt: until + (byQueue ? fastPathMs : 0), reason, dueShards, now: now(), isRateTurn };
  const outcome =
    lease === undefined
      ? await postponeDelivery(table, { id, lane: endpoint }, postponement)
      : await returnLease(table, { ...lease, lane: endpoint }, postponement);
  if (outcome === 'held-back' && byQueue) {
    const message: DeliveryMessage = { delivery: id, endpoint };
    await sendDelayed(webhookQueue, { body: JSON.stringify(message), group: endpoint }, delaySeconds(until - now()));
  }
  return outcome;
}
