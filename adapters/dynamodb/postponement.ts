import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { deliveryKey, dueKey, duePrefix } from './keys.ts';
import { isConditionFailure, type Table } from './table.ts';

/** When a held-back delivery may go again, when the due index brings it up, and what its log says meanwhile. */
type Postponement = {
  until: number;
  dueAt: number;
  reason: string;
  dueShards: number;
  now: number;
  /** Whether that is a turn which was given to the delivery by `maxPerSecond`. */
  isRateTurn: boolean;
};

/**
 * Holds a delivery back that nobody has leased; that is no attempt.
 *
 *   pending, due, no live lease, not paused  ->  the same, due later
 */
export async function postponeDelivery(
  table: Table,
  { id, lane }: { id: string; lane: string },
  postponement: Postponement,
): Promise<'held-back' | 'not-ours'> {
  const { set, values } = describePostponement(id, lane, postponement);
  return await update(table, id, {
    expression: `SET ${set}`,
    condition:
      'outcome = :pending AND nextAttemptAt <= :now AND begins_with(duePk, :due) AND (attribute_not_exists(leaseUntil) OR leaseUntil <= :now)',
    values: { ...values, ':now': new Date(postponement.now).toISOString(), ':due': duePrefix },
  });
}

/**
 * Gives a lease back whose delivery is to be held back, as if it had never been taken.
 *
 *   pending, leased by us  ->  leases - 1, due later
 */
export async function returnLease(
  table: Table,
  { delivery, token, lane }: { delivery: Delivery; token: string; lane: string },
  postponement: Postponement,
): Promise<'held-back' | 'not-ours'> {
  const { set, values } = describePostponement(delivery.id, lane, postponement);
  // An earlier lease that lapsed is still to be counted, and its instant with it.
  const lapsedAt = delivery.leases > delivery.attemptsMade ? delivery.leasedAt : undefined;
  return await update(table, delivery.id, {
    expression:
      lapsedAt === undefined
        ? `SET ${set}, leases = :leases REMOVE leaseUntil, leasedBy, leasedAt`
        : `SET ${set}, leases = :leases, leasedAt = :lapsed REMOVE leaseUntil, leasedBy`,
    condition: 'outcome = :pending AND leases = :taken AND leasedBy = :token',
    values: {
      ...values,
      ':leases': delivery.leases,
      ':taken': delivery.leases + 1,
      ':token': token,
      ...(lapsedAt === undefined ? {} : { ':lapsed': lapsedAt }),
    },
  });
}

function describePostponement(id: string, lane: string, { until, dueAt, reason, dueShards, isRateTurn }: Postponement) {
  const { dueSk } = dueKey({ id, lane }, new Date(dueAt).toISOString(), dueShards);
  return {
    set: `nextAttemptAt = :next, dueSk = :dueSk, reason = :reason${isRateTurn ? ', rateTurnAt = :next' : ''}`,
    values: { ':next': new Date(until).toISOString(), ':dueSk': dueSk, ':reason': reason },
  };
}

async function update(
  table: Table,
  id: string,
  change: { expression: string; condition: string; values: Record<string, unknown> },
): Promise<'held-back' | 'not-ours'> {
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: deliveryKey(id),
        UpdateExpression: change.expression,
        ConditionExpression: change.condition,
        ExpressionAttributeValues: { ...change.values, ':pending': 'pending' },
      }),
    );
    return 'held-back';
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return 'not-ours';
  }
}
