import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod';
import type { Delivery, FrozenRequest } from '../../core/deliveries/delivery.ts';
import { encodeBody, hasLargeBody } from '../../core/deliveries/large-body.ts';
import { TemplatePart } from '../../core/templates/parts.ts';
import { repeatCall, type Try, UnreadableAnswer } from '../http/repeat-call.ts';
import { type SigningSettings, uploadTarget } from './presigned-post.ts';

/** Where a body lies, as its delivery's request says. */
type BodyAt = NonNullable<FrozenRequest['bodyAt']>;

/** Bodies of webhooks that are too large for their deliveries' items: the claim check. */
export type LargeBodies = {
  /** Moves each large body to S3, before its delivery is committed; the others stay as they are. */
  store: (deliveries: readonly Delivery[]) => Promise<Delivery[]>;
  /** Reads a body; undefined where it is gone, or may not be read: S3 tells the two apart only to whoever may list. */
  read: (bodyAt: BodyAt) => Promise<TemplatePart[] | undefined>;
  /** Reads a body to show it; undefined where that cannot be done now, whatever the reason. */
  peek: (bodyAt: BodyAt) => Promise<TemplatePart[] | undefined>;
};

/** One try's time, in milliseconds; S3 answers for 256 KB within a fraction of it. */
const tryTimeoutMs = 5_000;
/** Bodies stored at once: a change may set off dozens. */
const atOnce = 10;

/** Opens the bodies in a bucket; requests are signed here, so that hot functions need no S3 client. */
export function openLargeBodies(
  settings: SigningSettings,
  bucket: string,
  endpoint: string | undefined,
  outboundFetch: typeof fetch = fetch,
): LargeBodies {
  const { credentials, region, sha256 } = settings;
  const signer = new SignatureV4({ service: 's3', uriEscapePath: false, credentials, region, sha256 });
  const exchange = async (method: 'PUT' | 'GET', key: string, body?: Buffer): Promise<Response> => {
    const { origin } = uploadTarget(bucket, await region(), endpoint);
    const { protocol, hostname, host, port, pathname: path, href } = new URL(`${origin}/${key}`);
    const unsigned = { method, protocol, hostname, ...(port === '' ? {} : { port: Number(port) }), path };
    const signed = await signer.sign({ ...unsigned, headers: { host }, ...(body === undefined ? {} : { body }) });
    const { host: _, ...headers } = signed.headers;
    return await outboundFetch(href, {
      method,
      headers,
      signal: AbortSignal.timeout(tryTimeoutMs),
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    });
  };
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
    peek: async ({ objectKey }) => await readBody(exchange, objectKey).catch(() => undefined),
  };
}

type Exchange = (method: 'PUT' | 'GET', key: string, body?: Buffer) => Promise<Response>;

async function storeBody(exchange: Exchange, delivery: Delivery): Promise<Delivery> {
  const { request } = delivery;
  if (request?.body === undefined || !hasLargeBody(request)) return delivery;
  const { body: parts, ...head } = request;
  const body = encodeBody(parts);
  const objectKey = `bodies/${delivery.id}`;
  await repeatCall(`S3 refused PUT of ${objectKey}`, async () => {
    const response = await exchange('PUT', objectKey, body);
    const text = await response.text();
    return response.ok ? { outcome: 'done', value: undefined } : refusal(response.status, text);
  });
  return { ...delivery, request: { ...head, bodyAt: { objectKey, bytes: body.byteLength } } };
}

async function readBody(exchange: Exchange, objectKey: string): Promise<TemplatePart[] | undefined> {
  return await repeatCall(`S3 refused GET of ${objectKey}`, async () => {
    const response = await exchange('GET', objectKey);
    const text = await response.text();
    if (response.ok) return { outcome: 'done', value: parseBody(objectKey, text) };
    // To whoever may not list the bucket, S3 says AccessDenied of what is not there (S3 API, GetObject).
    const isGone = /<Code>(NoSuchKey|AccessDenied)<\/Code>/.test(text);
    return isGone ? { outcome: 'done', value: undefined } : refusal(response.status, text);
  });
}

function parseBody(objectKey: string, text: string): TemplatePart[] {
  try {
    return z.array(TemplatePart).parse(JSON.parse(text));
  } catch (error) {
    throw new UnreadableAnswer(`S3's ${objectKey} cannot be read`, { cause: error });
  }
}

function refusal(status: number, text: string): Try<never> {
  const code = /<Code>([A-Za-z]+)<\/Code>/.exec(text)?.[1] ?? 'no code';
  return { outcome: 'refused', passing: status >= 500 || status === 429, fault: `${status} ${code}` };
}
