import { storeDelivery } from '../../adapters/dynamodb/deliveries.ts';
import { notFound, refuse } from '../kit/http.ts';
import { prepareReplay } from '../kit/prepare-replay.ts';
import type { Handle, ProjectCall } from './call.ts';
import { findCalledDelivery, showDelivery } from './deliveries.ts';

/** Sends a settled delivery's request again, as it was recorded, as a delivery of its own. */
export const replayDelivery: Handle<ProjectCall> = async (dependencies, call) => {
  const { table, dueShards, deliveryRetentionDays, apiOrigin } = dependencies;
  const found = await findCalledDelivery(dependencies, call);
  if (found === undefined) return notFound();
  const now = dependencies.now();
  const replay = await prepareReplay({ ...dependencies, now }, found.delivery);
  if (replay.outcome === 'refused') return refuse(409, replay.reason);
  const { delivery, parts } = replay;
  const outcome = await storeDelivery(table, delivery, { dueShards, deliveryRetentionDays, now });
  if (outcome === 'ticket-deleted') return refuse(409, 'Its ticket was deleted, so there is nothing to send again.');
  call.request.note({ macro: delivery.macro, action: delivery.action, delivery: delivery.id });
  const location = `${apiOrigin}/admin/v1/projects/${call.project}/deliveries/${delivery.id}`;
  return { status: 202, headers: { location }, json: showDelivery(delivery, [], { parts }) };
};
