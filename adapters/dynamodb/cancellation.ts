import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { planAttempt } from '../../core/deliveries/attempt-plan.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { type DeliveryStorage, deliveryExpiry } from './deliveries.ts';
import { deliveryKey } from './keys.ts';
import { putLaterAttempts } from './settlement.ts';
import { isConditionFailure, type Table } from './table.ts';

/**
 * Cancels a delivery that is not to be sent any more; attempts whose outcome nobody knows are recorded with it.
 *
 *   pending, no live lease (or our own, by its token)  ->  cancelled, with its reason
 *
 * `delivery` is as it was read; one that has moved on since is left alone.
 */
export async function cancelDelivery(
  table: Table,
  delivery: Delivery,
  cancellation: { reason: string; leasedBy?: string },
  options: DeliveryStorage,
): Promise<'cancelled' | 'moved-on'> {
  const { leasedBy } = cancellation;
  const { interrupted } = planAttempt(delivery);
  await putLaterAttempts(table, delivery.id, interrupted, options);
  const first = interrupted.find(({ number }) => number === 1);
  const leases = leasedBy === undefined ? delivery.leases : delivery.leases + 1;
  const mayCancel =
    leasedBy === undefined ? '(attribute_not_exists(leaseUntil) OR leaseUntil <= :now)' : 'leasedBy = :token';
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: deliveryKey(delivery.id),
        UpdateExpression: `SET outcome = :cancelled, listed.outcome = :cancelled, reason = :reason, expiresAt = :expiry, attemptsMade = :made, leases = :made${first === undefined ? '' : ', firstAttempt = :first'} REMOVE leaseUntil, leasedAt, leasedBy, nextAttemptAt, duePk, dueSk`,
        ConditionExpression: `outcome = :pending AND leases = :leases AND ${mayCancel}`,
        ExpressionAttributeValues: {
          ':cancelled': 'cancelled',
          ':reason': cancellation.reason,
          ':expiry': deliveryExpiry(options),
          ':pending': 'pending',
          ':leases': leases,
          ':made': delivery.leases,
          ...(first === undefined ? {} : { ':first': first }),
          ...(leasedBy === undefined ? { ':now': new Date(options.now).toISOString() } : { ':token': leasedBy }),
        },
      }),
    );
    return 'cancelled';
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return 'moved-on';
  }
}
