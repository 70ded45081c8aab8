import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod';
import { repeatCall, UnreadableAnswer } from '../http/repeat-call.ts';
import type { SigningSettings } from '../s3/presigned-post.ts';
import { type DerivedKeys, deriveKeys } from './vault.ts';

/** Gives the keys derived from the master secret. */
export type LoadKeys = () => Promise<DerivedKeys>;

/** One try's time, in milliseconds; Secrets Manager answers within a fraction of it. */
const tryTimeoutMs = 5_000;
const SecretValue = z.object({ SecretString: z.string() });
const Refusal = z.object({ __type: z.string() });

/**
 * Makes the loader of a function's instance: Secrets Manager is asked once, and again only where that failed. The request is
 * signed here, so that hot functions need no client for it.
 */
export function createKeyLoader(
  settings: SigningSettings,
  secretArn: string,
  endpoint: string | undefined,
  outboundFetch: typeof fetch = fetch,
): LoadKeys {
  let loading: Promise<DerivedKeys> | undefined;
  return () => {
    loading ??= loadKeys(settings, secretArn, { endpoint, outboundFetch }).catch((error: unknown) => {
      loading = undefined;
      throw new Error('the master secret could not be read', { cause: error });
    });
    return loading;
  };
}

async function loadKeys(
  { credentials, region, sha256 }: SigningSettings,
  secretArn: string,
  { endpoint, outboundFetch }: { endpoint: string | undefined; outboundFetch: typeof fetch },
): Promise<DerivedKeys> {
  const signer = new SignatureV4({ service: 'secretsmanager', credentials, region, sha256 });
  // Only in China are the services' names below another domain (AWS, "Service endpoints").
  const domain = secretArn.startsWith('arn:aws-cn:') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const url = new URL(endpoint ?? `https://secretsmanager.${await region()}.${domain}`);
  const { protocol, hostname, host, port } = url;
  const body = JSON.stringify({ SecretId: secretArn });
  // The JSON protocol of AWS: the operation is in a header, and so is an error's name in the answer's body.
  const headers = {
    host,
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'secretsmanager.GetSecretValue',
  };
  const text = await repeatCall('Secrets Manager refused GetSecretValue', async () => {
    const unsigned = { method: 'POST', protocol, hostname, ...(port === '' ? {} : { port: Number(port) }), path: '/' };
    const { host: _, ...signed } = (await signer.sign({ ...unsigned, headers, body })).headers;
    const signal = AbortSignal.timeout(tryTimeoutMs);
    const response = await outboundFetch(url.origin, { method: 'POST', headers: signed, body, signal });
    const answer = await response.text();
    if (response.ok) return { outcome: 'done', value: answer };
    const fault = `${response.status} ${nameRefusal(answer)}`;
    return { outcome: 'refused', passing: response.status >= 500 || /Throttling/.test(fault), fault };
  });
  return deriveKeys(readSecret(secretArn, text));
}

function readSecret(secretArn: string, text: string): string {
  const read = SecretValue.safeParse(JSON.parse(text));
  if (read.success) return read.data.SecretString;
  throw new UnreadableAnswer(`${secretArn} holds no text`);
}

/** The name of the error alone: its message names the caller and the secret. */
function nameRefusal(answer: string): string {
  try {
    return Refusal.parse(JSON.parse(answer)).__type.split('#').at(-1) ?? '';
  } catch {
    return 'no name';
  }
}
