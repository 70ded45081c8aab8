import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { SettledState } from '../../core/deliveries/attempt-plan.ts';
import { type Attempt, Delivery } from '../../core/deliveries/delivery.ts';
import { followLane, laneOf } from '../../core/deliveries/message.ts';
import type { TransactItem } from './consequences.ts';
import { type DeliveryStorage, deliveryExpiry, fastPathMs } from './deliveries.ts';
import { attemptKey, deliveryKey, dueKey } from './keys.ts';
import { isConditionFailure, type Table } from './table.ts';

/** A lease that is to be settled: the delivery as it was before, and the number of its attempt. */
export type SettledLease = { delivery: Delivery; number: number };

/** What is recorded of a lease: its attempts, and where the delivery stands now. */
export type Settlement = {
  attempts: readonly Attempt[];
  state: SettledState;
  /** Where automations may follow from what was captured: the paths that changed. The delivery stays due for that. */
  followUp?: Delivery['followUp'];
};

/** How a settlement is stored; `dueAt` (epoch milliseconds) is when the due index looks for a pending delivery again. */
export type SettleStorage = DeliveryStorage & { dueAt: number };

/** Longest that a delivery may be pending after an attempt, in days: the whole schedule, or a pause (quality.md). */
const maxPendingDays = 18;

/** What is there only while a delivery is leased. */
const leaseAttributes = ['leaseUntil', 'leasedAt', 'leasedBy'];

/** The update that settles a delivery, for a call of its own or a transaction. */
export function settleUpdate(table: Table, lease: SettledLease, settled: Settlement, options: SettleStorage) {
  const firstAttempt = settled.attempts.find((attempt) => attempt.number === 1);
  const change = describeChange(lease.delivery, settled, firstAttempt, options);
  return {
    TableName: table.name,
    Key: deliveryKey(lease.delivery.id),
    UpdateExpression: `SET attemptsMade = :number, ${change.set.join(', ')} REMOVE ${change.remove.join(', ')}`,
    ConditionExpression: 'outcome = :pending AND leases = :number',
    ExpressionAttributeValues: { ':number': lease.number, ':pending': 'pending', ...change.values },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
}

/** The parts of a transaction that settle a delivery: its update first, and its last attempt where that is an item of its own. */
export function settleItems(
  table: Table,
  lease: SettledLease,
  settled: Settlement,
  options: SettleStorage,
): TransactItem[] {
  const { id } = lease.delivery;
  const last = settled.attempts.filter(({ number }) => number === lease.number && number > 1);
  return [
    { Update: settleUpdate(table, lease, settled, options) },
    ...last.map((attempt) => ({ Put: attemptPut(table, id, attempt, options) })),
  ];
}

/** Whether the delivery that was in the way of a settlement has been settled by it, in a try whose answer was lost. */
export function isOwnSettlement(
  item: Record<string, AttributeValue> | undefined,
  { number }: SettledLease,
  { state }: Settlement,
): boolean {
  if (item === undefined) return false;
  // A lease has a number of its own, and only its settlement counts up to it.
  const { outcome, attemptsMade } = Delivery.parse(unmarshall(item));
  return outcome === state.outcome && attemptsMade === number;
}

/** Puts the attempts that are items of their own, all but the first. */
export async function putLaterAttempts(
  table: Table,
  id: string,
  attempts: readonly Attempt[],
  options: DeliveryStorage,
): Promise<void> {
  for (const attempt of attempts) {
    if (attempt.number === 1) continue;
    try {
      await table.client.send(new PutCommand(attemptPut(table, id, attempt, options)));
    } catch (error) {
      // Recorded already, by a sender that was interrupted before it could settle: the first record is the true one.
      if (!isConditionFailure(error)) throw error;
    }
  }
}

function attemptPut(table: Table, id: string, attempt: Attempt, options: DeliveryStorage) {
  // It outlives its delivery by the little that the delivery may have settled earlier than it could.
  const deliveryRetentionDays = options.deliveryRetentionDays + maxPendingDays;
  const expiresAt = deliveryExpiry({ ...options, deliveryRetentionDays });
  const Item = { ...attemptKey(id, attempt.number), type: 'attempt', version: 1, ...attempt, expiresAt };
  return { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' };
}

function describeChange(
  delivery: Delivery,
  { state, followUp }: Settlement,
  firstAttempt: Attempt | undefined,
  options: SettleStorage,
): { set: string[]; remove: string[]; values: Record<string, unknown> } {
  const first = firstAttempt === undefined ? [] : ['firstAttempt = :first'];
  const firstValue = firstAttempt === undefined ? {} : { ':first': firstAttempt };
  if (state.outcome === 'pending') {
    const { dueSk } = dueKey(
      { id: delivery.id, lane: laneOf(delivery) },
      new Date(options.dueAt).toISOString(),
      options.dueShards,
    );
    return {
      set: [...first, 'nextAttemptAt = :next', 'dueSk = :due', 'reason = :reason'],
      remove: leaseAttributes,
      values: {
        ...firstValue,
        ':next': new Date(state.nextAttemptAt).toISOString(),
        ':due': dueSk,
        ':reason': state.reason,
      },
    };
  }
  if (followUp !== undefined) {
    // It expires once that is done: what is pending never does.
    const dueAt = new Date(options.now + fastPathMs).toISOString();
    return {
      set: [...first, 'outcome = :outcome', 'listed.outcome = :outcome', 'followUp = :followUp', 'dueSk = :due'],
      remove: [...leaseAttributes, 'nextAttemptAt', 'reason'],
      values: {
        ...firstValue,
        ':outcome': state.outcome,
        ':followUp': followUp,
        ':due': dueKey({ id: delivery.id, lane: followLane }, dueAt, options.dueShards).dueSk,
      },
    };
  }
  const failed = state.outcome === 'failed';
  return {
    set: [
      ...first,
      'outcome = :outcome',
      'listed.outcome = :outcome',
      'expiresAt = :expiry',
      ...(failed ? ['reason = :reason'] : []),
    ],
    remove: [...leaseAttributes, 'nextAttemptAt', 'duePk', 'dueSk', ...(failed ? [] : ['reason'])],
    values: {
      ...firstValue,
      ':outcome': state.outcome,
      ':expiry': deliveryExpiry(options),
      ...(failed ? { ':reason': state.reason } : {}),
    },
  };
}
