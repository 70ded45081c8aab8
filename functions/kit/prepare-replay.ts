import type { LargeBodies } from '../../adapters/s3/large-bodies.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { makeReplay } from '../../core/deliveries/make-replay.ts';
import type { TemplatePart } from '../../core/templates/parts.ts';

/** A replay that is ready to be stored, with its body where that lies in S3; or why there is none. */
type PreparedReplay =
  | { outcome: 'made'; delivery: Delivery; parts: TemplatePart[] | undefined }
  | { outcome: 'refused'; reason: string };

/** Makes the replay of a settled delivery. Its body is stored again, so that each is kept for as long as it can be needed. */
export async function prepareReplay(
  { largeBodies, newId, now }: { largeBodies: Pick<LargeBodies, 'store' | 'read'>; newId: () => string; now: number },
  original: Delivery,
): Promise<PreparedReplay> {
  const replay = makeReplay(original, { id: newId(), now: new Date(now).toISOString() });
  if (replay.outcome === 'refused') return replay;
  const { bodyAt } = original.request ?? {};
  const parts = bodyAt === undefined ? undefined : await largeBodies.read(bodyAt);
  if (bodyAt !== undefined && parts === undefined) {
    const reason = 'The recorded body is gone, so there is nothing to send again: run the macro again.';
    return { outcome: 'refused', reason };
  }
  const [delivery = replay.delivery] = await largeBodies.store([withBody(replay.delivery, parts)]);
  return { outcome: 'made', delivery, parts };
}

function withBody(delivery: Delivery, parts: TemplatePart[] | undefined): Delivery {
  if (delivery.request === undefined || parts === undefined) return delivery;
  const { bodyAt: _, ...head } = delivery.request;
  return { ...delivery, request: { ...head, body: parts } };
}
