import { settleLease } from '../../adapters/dynamodb/attempts.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import type { Queue } from '../../adapters/sqs/queue.ts';
import type { SettledState } from '../../core/deliveries/attempt-plan.ts';
import type { Attempt, Delivery } from '../../core/deliveries/delivery.ts';
import { planComingBack, sendBack } from '../kit/next-attempt.ts';
import type { Observer } from '../kit/observer.ts';

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
  const comingBack = planComingBack(state, now());
  const storage = { dueAt: comingBack.dueAt, dueShards, deliveryRetentionDays, now: now() };
  const outcome = await settleLease(table, { delivery, number }, settled, storage);
  if (outcome === 'lease-lost') return;
  observer.measure('Attempts', 1, 'Count', { project: delivery.project, outcome: state.outcome });
  await sendBack(emailQueue, delivery, comingBack);
}
