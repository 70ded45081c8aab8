import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { Delivery } from '../../core/deliveries/delivery.ts';
import { eraseAttempt } from './erased-deliveries.ts';
import { deliveryKey } from './keys.ts';
import {
  isOwnSettlement,
  putLaterAttempts,
  type SettledLease,
  type Settlement,
  type SettleStorage,
  settleUpdate,
} from './settlement.ts';
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
  lease: SettledLease,
  settled: Settlement,
  options: SettleStorage,
): Promise<'settled' | 'lease-lost'> {
  await putLaterAttempts(table, lease.delivery.id, settled.attempts, options);
  try {
    await table.client.send(new UpdateCommand(settleUpdate(table, lease, settled, options)));
    return 'settled';
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    if (isOwnSettlement(error.Item, lease, settled)) return 'settled';
    const erased = error.Item === undefined || Delivery.parse(unmarshall(error.Item)).erasedAt !== undefined;
    // What was erased while this was under way keeps no answer that came late.
    if (erased) for (const { number } of settled.attempts) await eraseAttempt(table, lease.delivery.id, number);
    return 'lease-lost';
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
