import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { SettledState } from '../../core/deliveries/attempt-plan.ts';
import { type Attempt, Delivery } from '../../core/deliveries/delivery.ts';
import { laneOf } from '../../core/deliveries/message.ts';
import { type DeliveryStorage, deliveryExpiry } from './deliveries.ts';
import { attemptKey, deliveryKey, dueKey } from './keys.ts';
import { isConditionFailure, type Table } from './table.ts';

/** What a lease found: the delivery as it was before, or why it is not to be sent now. */
export type Lease =
  | { outcome: 'leased'; delivery: Delivery }
  | { outcome: 'absent' }
  | { outcome: 'settled' }
  | { outcome: 'not-due' }
  | { outcome: 'leased-elsewhere'; until: number };

/**
 * Leases the next attempt of a delivery.
 *
 *   pending, due, no live lease  ->  leases + 1, leaseUntil, leasedBy
 *
 * Of two workers with the same message one gets the lease. The answer is the item as it was before, whose `leases`
 * exceeds `attemptsMade` where an earlier lease lapsed without settling.
 */
export async function leaseAttempt(
  table: Table,
  id: string,
  lease: { now: number; leaseMs: number; token: string },
): Promise<Lease> {
  const now = new Date(lease.now).toISOString();
  try {
    const { Attributes } = await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: deliveryKey(id),
        UpdateExpression: 'SET leases = leases + :one, leasedAt = :now, leaseUntil = :until, leasedBy = :token',
        ConditionExpression:
          'outcome = :pending AND nextAttemptAt <= :now AND (attribute_not_exists(leaseUntil) OR leaseUntil <= :now)',
        ExpressionAttributeValues: {
          ':one': 1,
          ':now': now,
          ':until': new Date(lease.now + lease.leaseMs).toISOString(),
          ':token': lease.token,
          ':pending': 'pending',
        },
        ReturnValues: 'ALL_OLD',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return { outcome: 'leased', delivery: Delivery.parse(Attributes) };
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return explainRefusal(error.Item === undefined ? undefined : unmarshall(error.Item), now, lease.token);
  }
}

/**
 * Settles a lease: records its attempts and where the delivery stands now.
 *
 *   pending, leased by us  ->  delivered | failed | pending with the next attempt's time
 *
 * Later attempts are put before the delivery is updated: an attempt that is recorded without the update is an
 * interrupted one that nobody has to guess about, the other way round its evidence would be lost.
 */
export async function settleLease(
  table: Table,
  lease: { delivery: Delivery; number: number },
  settled: { attempts: readonly Attempt[]; state: SettledState },
  options: DeliveryStorage & { dueAt: number },
): Promise<'settled' | 'lease-lost'> {
  const { id } = lease.delivery;
  for (const attempt of settled.attempts) {
    if (attempt.number > 1) await putAttempt(table, id, attempt, options);
  }
  const firstAttempt = settled.attempts.find((attempt) => attempt.number === 1);
  const change = describeChange(lease.delivery, settled.state, firstAttempt, options);
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: deliveryKey(id),
        UpdateExpression: `SET attemptsMade = :number, ${change.set.join(', ')} REMOVE ${change.remove.join(', ')}`,
        ConditionExpression: 'outcome = :pending AND leases = :number',
        ...(change.names === undefined ? {} : { ExpressionAttributeNames: change.names }),
        ExpressionAttributeValues: { ':number': lease.number, ':pending': 'pending', ...change.values },
      }),
    );
    return 'settled';
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return 'lease-lost';
  }
}

/** Longest that a delivery may be pending after an attempt, in days: the whole schedule, or a pause (quality.md). */
const maxPendingDays = 18;

/** What is there only while a delivery is leased. */
const leaseAttributes = ['leaseUntil', 'leasedAt', 'leasedBy'];

function describeChange(
  delivery: Delivery,
  state: SettledState,
  firstAttempt: Attempt | undefined,
  options: DeliveryStorage & { dueAt: number },
): { set: string[]; remove: string[]; values: Record<string, unknown>; names?: Record<string, string> } {
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

async function putAttempt(table: Table, id: string, attempt: Attempt, options: DeliveryStorage): Promise<void> {
  // It outlives its delivery by the little that the delivery may have settled earlier than it could.
  const deliveryRetentionDays = options.deliveryRetentionDays + maxPendingDays;
  const expiresAt = deliveryExpiry({ ...options, deliveryRetentionDays });
  const Item = { ...attemptKey(id, attempt.number), type: 'attempt', version: 1, ...attempt, expiresAt };
  try {
    await table.client.send(
      new PutCommand({ TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' }),
    );
  } catch (error) {
    // Recorded already, by a sender that was interrupted before it could settle: the first record is the true one.
    if (!isConditionFailure(error)) throw error;
  }
}

function explainRefusal(item: unknown, now: string, token: string): Lease {
  if (item === undefined) return { outcome: 'absent' };
  const delivery = Delivery.parse(item);
  // Our own lease, whose answer was lost on the way and that the SDK asked for again: as it was before, one lease less.
  if (delivery.leasedBy === token && delivery.outcome === 'pending') {
    return { outcome: 'leased', delivery: { ...delivery, leases: delivery.leases - 1 } };
  }
  if (delivery.outcome !== 'pending') return { outcome: 'settled' };
  if (delivery.leaseUntil !== undefined && delivery.leaseUntil > now) {
    return { outcome: 'leased-elsewhere', until: Date.parse(delivery.leaseUntil) };
  }
  return { outcome: 'not-due' };
}
