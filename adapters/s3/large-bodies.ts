import { setTimeout } from 'node:timers/promises';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod';
import type { Delivery, FrozenRequest } from '../../core/deliveries/delivery.ts';
import { encodeBody, hasLargeBody } from '../../core/deliveries/large-body.ts';
import { TemplatePart } from '../../core/templates/parts.ts';
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
/** Waits between tries, in milliseconds: as many as the SDK makes. */
const waitsMs = [100, 400];
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
  await repeat('PUT', objectKey, async () => {
    const response = await exchange('PUT', objectKey, body);
    const text = await response.text();
    return response.ok ? { outcome: 'done', value: undefined } : refusal(response.status, text);
  });
  return { ...delivery, request: { ...head, bodyAt: { objectKey, bytes: body.byteLength } } };
}

async function readBody(exchange: Exchange, objectKey: string): Promise<TemplatePart[] | undefined> {
  return await repeat('GET', objectKey, async () => {
    const response = await exchange('GET', objectKey);
    const text = await response.text();
    if (response.ok) return { outcome: 'done', value: z.array(TemplatePart).parse(JSON.parse(text)) };
    // To whoever may not list the bucket, S3 says AccessDenied of what is not there (S3 API, GetObject).
    const isGone = /<Code>(NoSuchKey|AccessDenied)<\/Code>/.test(text);
    return isGone ? { outcome: 'done', value: undefined } : refusal(response.status, text);
  });
}

/** What one try came to; `passing` is worth another. */
type Try<Value> = { outcome: 'done'; value: Value } | { outcome: 'refused'; passing: boolean; fault: string };

function refusal(status: number, text: string): Try<never> {
  const code = /<Code>([A-Za-z]+)<\/Code>/.exec(text)?.[1] ?? 'no code';
  return { outcome: 'refused', passing: status >= 500 || status === 429, fault: `${status} ${code}` };
}

async function repeat<Value>(method: string, key: string, attempt: () => Promise<Try<Value>>): Promise<Value> {
  for (let tries = 0; ; tries += 1) {
    const waitMs = waitsMs[tries];
    // A connection that broke or took too long is worth another try, as long as one is left.
    const made = await attempt().catch((error: unknown) => {
      if (waitMs === undefined || error instanceof z.ZodError || error instanceof SyntaxError) throw error;
      return { outcome: 'refused' as const, passing: true, fault: String(error) };
    });
    if (made.outcome === 'done') return made.value;
    if (!made.passing || waitMs === undefined) throw new Error(`S3 refused ${method} of ${key}: ${made.fault}`);
    await setTimeout(waitMs);
  }
}
