import { cancelDelivery } from '../../adapters/dynamodb/cancellation.ts';
import { findDelivery } from '../../adapters/dynamodb/deliveries.ts';
import { eraseDeliveryContent } from '../../adapters/dynamodb/erased-deliveries.ts';
import type { EraseDependencies } from './erase-target.ts';
import { patiently } from './patiently.ts';

const cancelled = 'the ticket was deleted';
const erased = 'the ticket was deleted, and what was sent for it erased';

/** Cancels a delivery of a deleted ticket where it is pending, and erases what it holds; one that is being sent is `busy`. */
export async function eraseDelivery(
  dependencies: EraseDependencies,
  project: string,
  id: string,
): Promise<'erased' | 'busy'> {
  const { table, largeBodies, dueShards, deliveryRetentionDays, now } = dependencies;
  const options = { dueShards, deliveryRetentionDays, now: now() };
  const found = await patiently(dependencies, () => findDelivery(table, project, id));
  if (found === undefined || found.delivery.erasedAt !== undefined) return 'erased';
  const { delivery, attempts } = found;
  if (delivery.outcome === 'pending') {
    await patiently(dependencies, () => cancelDelivery(table, delivery, { reason: cancelled }, options));
    return 'busy';
  }
  if (delivery.request?.bodyAt !== undefined) await largeBodies.remove(delivery.request.bodyAt);
  const reason = delivery.reason === cancelled ? cancelled : erased;
  const outcome = await patiently(dependencies, () =>
    eraseDeliveryContent(table, { delivery, attempts, reason }, options),
  );
  return outcome === 'erased' ? 'erased' : 'busy';
}
