import { storeDelivery } from '../../adapters/dynamodb/deliveries.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { makeReplay } from '../../core/deliveries/make-replay.ts';
import type { TemplatePart } from '../../core/templates/parts.ts';
import { notFound, refuse } from '../kit/http.ts';
import type { Handle, ProjectCall } from './call.ts';
import { findCalledDelivery, isBodyGone, readStoredBody, showDelivery } from './deliveries.ts';

/** Sends a settled delivery's request again, as it was recorded, as a delivery of its own. */
export const replayDelivery: Handle<ProjectCall> = async (dependencies, call) => {
  const { table, largeBodies, dueShards, deliveryRetentionDays, apiOrigin, newId } = dependencies;
  const found = await findCalledDelivery(dependencies, call);
  if (found === undefined) return notFound();
  const now = dependencies.now();
  const replay = makeReplay(found.delivery, { id: newId(), now: new Date(now).toISOString() });
  if (replay.outcome === 'refused') return refuse(409, replay.reason);
  const parts = await readStoredBody(dependencies, found.delivery);
  if (isBodyGone(found.delivery, parts)) {
    return refuse(409, 'The recorded body is gone, so there is nothing to send again: run the macro again.');
  }
  // Stored again under an id of its own, so that each body is kept for as long as its delivery can need it.
  const [delivery = replay.delivery] = await largeBodies.store([withBody(replay.delivery, parts)]);
  await storeDelivery(table, delivery, { dueShards, deliveryRetentionDays, now });
  call.request.note({ macro: delivery.macro, action: delivery.action, delivery: delivery.id });
  const location = `${apiOrigin}/admin/v1/projects/${call.project}/deliveries/${delivery.id}`;
  return { status: 202, headers: { location }, json: showDelivery(delivery, [], { parts }) };
};

function withBody(delivery: Delivery, parts: TemplatePart[] | undefined): Delivery {
  if (delivery.request === undefined || parts === undefined) return delivery;
  const { bodyAt: _, ...head } = delivery.request;
  return { ...delivery, request: { ...head, body: parts } };
}
