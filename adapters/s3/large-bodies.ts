import * as z from 'zod';
import type { Delivery, FrozenRequest } from '../../core/deliveries/delivery.ts';
import { encodeBody, hasLargeBody } from '../../core/deliveries/large-body.ts';
import { TemplatePart } from '../../core/templates/parts.ts';
import { repeatCall, UnreadableAnswer } from '../http/repeat-call.ts';
import { type KeptBodies, keptBodies } from './kept-bodies.ts';
import type { SigningSettings } from './presigned-post.ts';
import { type Exchange, isGone, openExchange, refusal } from './signed-exchange.ts';

/** Where a body lies, as its delivery's request says. */
type BodyAt = NonNullable<FrozenRequest['bodyAt']>;

/** Bodies that are too large for the items of their webhooks or submissions: the claim check. */
export type LargeBodies = KeptBodies & {
  /** Moves each large body to S3, before its delivery is committed; the others stay as they are. */
  store: (deliveries: readonly Delivery[]) => Promise<Delivery[]>;
  /** Reads a body; undefined where it is gone, or may not be read: S3 tells the two apart only to whoever may list. */
  read: (bodyAt: BodyAt) => Promise<TemplatePart[] | undefined>;
  /** Puts another body in the place of one that is stored. */
  rewrite: (bodyAt: BodyAt, parts: readonly TemplatePart[]) => Promise<void>;
  /** Removes a body for good; one that is not there is removed already. */
  remove: (bodyAt: Pick<BodyAt, 'objectKey'>) => Promise<void>;
  /** Reads a body to show it; undefined where that cannot be done now, whatever the reason. */
  peek: (bodyAt: BodyAt) => Promise<TemplatePart[] | undefined>;
};

/** Bodies stored at once: a change may set off dozens. */
const atOnce = 10;

/** Opens the bodies in a bucket. */
export function openLargeBodies(
  settings: SigningSettings,
  bucket: string,
  endpoint: string | undefined,
  outboundFetch: typeof fetch = fetch,
): LargeBodies {
  const exchange = openExchange(settings, bucket, endpoint, outboundFetch);
  return {
    async store(deliveries) {
      const stored: Delivery[] = [];
      for (let start = 0; start < deliveries.length; start += atOnce) {
        const some = deliveries.slice(start, start + atOnce);
        stored.push(...(await Promise.all(some.map((delivery) => storeBody(exchange, delivery)))));
      }
      return stored;
    },
    read: async ({ objectKey }) => await readBody(exchange, objectKey),
    rewrite: async ({ objectKey }, parts) => await putBody(exchange, objectKey, encodeBody(parts)),
    remove: async ({ objectKey }) => await removeBody(exchange, objectKey),
    peek: async ({ objectKey }) => await readBody(exchange, objectKey).catch(() => undefined),
    ...keptBodies(exchange),
  };
}

async function storeBody(exchange: Exchange, delivery: Delivery): Promise<Delivery> {
  const { request } = delivery;
  if (request?.body === undefined || !hasLargeBody(request)) return delivery;
  const { body: parts, ...head } = request;
  const body = encodeBody(parts);
  const objectKey = `bodies/${delivery.id}`;
  await putBody(exchange, objectKey, body);
  return { ...delivery, request: { ...head, bodyAt: { objectKey, bytes: body.byteLength } } };
}

async function putBody(exchange: Exchange, objectKey: string, body: Buffer): Promise<void> {
  await repeatCall(`S3 refused PUT of ${objectKey}`, async () => {
    const response = await exchange('PUT', objectKey, body);
    const text = await response.text();
    return response.ok ? { outcome: 'done', value: undefined } : refusal(response.status, text);
  });
}

async function removeBody(exchange: Exchange, objectKey: string): Promise<void> {
  await repeatCall(`S3 refused DELETE of ${objectKey}`, async () => {
    const response = await exchange('DELETE', objectKey);
    const text = await response.text();
    const isDone = response.ok || response.status === 404;
    return isDone ? { outcome: 'done', value: undefined } : refusal(response.status, text);
  });
}

async function readBody(exchange: Exchange, objectKey: string): Promise<TemplatePart[] | undefined> {
  return await repeatCall(`S3 refused GET of ${objectKey}`, async () => {
    const response = await exchange('GET', objectKey);
    const text = await response.text();
    if (response.ok) return { outcome: 'done', value: parseBody(objectKey, text) };
    return isGone(text) ? { outcome: 'done', value: undefined } : refusal(response.status, text);
  });
}

function parseBody(objectKey: string, text: string): TemplatePart[] {
  try {
    return z.array(TemplatePart).parse(JSON.parse(text));
  } catch (error) {
    throw new UnreadableAnswer(`S3's ${objectKey} cannot be read`, { cause: error });
  }
}
