import { settleLease } from '../../adapters/dynamodb/attempts.ts';
import { settleCapture } from '../../adapters/dynamodb/captures.ts';
import {
  putLaterAttempts,
  type SettledLease,
  type Settlement,
  type SettleStorage,
  settleItems,
} from '../../adapters/dynamodb/settlement.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { type Message, type Queue, sendAll } from '../../adapters/sqs/queue.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import type { MacroMessage } from '../../core/deliveries/message.ts';
import { decideCapture } from '../../core/external-data/decide-capture.ts';
import { planComingBack, sendBack } from '../kit/next-attempt.ts';
import type { Observer } from '../kit/observer.ts';
import { type CapturedAnswer, describeCaptured, withoutLeft } from './capture-answer.ts';

/** What settling needs; `wait` waits so many milliseconds. */
export type SettleDependencies = {
  table: Table;
  webhookQueue: Queue;
  macroQueue: Queue;
  dueShards: number;
  deliveryRetentionDays: number;
  observer: Observer;
  now: () => number;
  random: () => number;
  newId: () => string;
  wait: (milliseconds: number) => Promise<void>;
};

/** Settles a lease, and has the queue bring the delivery back where its next attempt is near. */
export async function settleDelivery(
  dependencies: SettleDependencies,
  delivery: Delivery,
  number: number,
  settled: Settlement,
  answer?: CapturedAnswer,
): Promise<void> {
  const { webhookQueue, macroQueue, dueShards, deliveryRetentionDays, observer, now } = dependencies;
  const { state } = settled;
  const comingBack = planComingBack(state, now());
  const storage = { dueAt: comingBack.dueAt, dueShards, deliveryRetentionDays, now: now() };
  const outcome = await store(dependencies, { delivery, number }, settled, storage, answer);
  if (outcome === 'lease-lost') return;
  observer.measure('Attempts', 1, 'Count', { project: delivery.project, outcome: state.outcome });
  if (state.outcome === 'delivered') {
    const ageMs = now() - Date.parse(delivery.createdAt);
    observer.measure('IntentToDelivered', ageMs, 'Milliseconds', { project: delivery.project });
  }
  await sendBack(webhookQueue, delivery, comingBack);
  if (outcome === 'settled-to-follow') await sendAll(macroQueue, [describeFollowUp(delivery)]);
}

async function store(
  dependencies: SettleDependencies,
  lease: SettledLease,
  settled: Settlement,
  storage: SettleStorage,
  answer: CapturedAnswer | undefined,
): Promise<'settled' | 'settled-to-follow' | 'lease-lost'> {
  const { table, newId, wait, random } = dependencies;
  const { capture, cause, follow } = lease.delivery;
  if (answer === undefined || capture === undefined) return await settleLease(table, lease, settled, storage);
  const settledWith = (left: Parameters<typeof withoutLeft>[1]): Settlement => ({
    ...settled,
    attempts: describeCaptured(settled.attempts, withoutLeft(answer, left)),
  });
  if (cause.kind === 'test' || Object.keys(answer.captured).length === 0) {
    // A test shows what it would capture, within the same limits, and leaves the record untouched.
    const { left } = decideCapture({ external: {}, bytes: 0 }, capture, answer.captured);
    return await settleLease(table, lease, settledWith(left), storage);
  }
  const interrupted = settled.attempts.filter((attempt) => attempt.number !== lease.number);
  await putLaterAttempts(table, lease.delivery.id, interrupted, storage);
  const capturedAt = new Date(storage.now).toISOString();
  const outcome = await settleCapture(
    table,
    lease,
    ({ left, changes }) => {
      const followUp = { paths: changes.map(({ path }) => path), capturedAt };
      const settlement = { ...settledWith(left), ...(follow === undefined ? {} : { followUp }) };
      return { settlement, items: settleItems(table, lease, settlement, storage) };
    },
    { delivery: lease.delivery, capture, captured: answer.captured, at: capturedAt },
    { newId, pause: async (maxMs) => await wait(maxMs * (0.5 + random() / 2)) },
  );
  switch (outcome.outcome) {
    case 'alone':
      return await settleLease(table, lease, settledWith(outcome.left), storage);
    case 'settled':
      return follow === undefined ? 'settled' : 'settled-to-follow';
    case 'lease-lost':
      return 'lease-lost';
  }
}

/** Should the message be lost, the delivery is due for it. */
function describeFollowUp({ id }: Delivery): Message {
  const message: MacroMessage = { kind: 'follow-capture', delivery: id };
  return { body: JSON.stringify(message) };
}
