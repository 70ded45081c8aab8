import { SignatureV4 } from '@smithy/signature-v4';
import type { Try } from '../http/repeat-call.ts';
import { type SigningSettings, uploadTarget } from './presigned-post.ts';

/** One try's time, in milliseconds; S3 answers for 1 MiB within a fraction of it. */
const tryTimeoutMs = 5_000;

/** Stores an object of the bucket, reads or removes it; the answer is S3's, whatever it says. */
export type Exchange = (method: 'PUT' | 'GET' | 'DELETE', key: string, body?: Uint8Array) => Promise<Response>;

/** Opens a bucket whose requests are signed here, so that hot functions need no S3 client. */
export function openExchange(
  settings: SigningSettings,
  bucket: string,
  endpoint: string | undefined,
  outboundFetch: typeof fetch = fetch,
): Exchange {
  const { credentials, region, sha256 } = settings;
  const signer = new SignatureV4({ service: 's3', uriEscapePath: false, credentials, region, sha256 });
  return async (method, key, body) => {
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
}

/** A refusal of S3, and whether trying again may help. */
export function refusal(status: number, text: string): Try<never> {
  const code = /<Code>([A-Za-z]+)<\/Code>/.exec(text)?.[1] ?? 'no code';
  return { outcome: 'refused', passing: status >= 500 || status === 429, fault: `${status} ${code}` };
}

/** Whether S3 says that there is no such object; to whoever may not list the bucket it says AccessDenied (S3 API, GetObject). */
export function isGone(text: string): boolean {
  return /<Code>(NoSuchKey|AccessDenied)<\/Code>/.test(text);
}
