import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';

const prefixPattern = '[a-z][a-z0-9-]{1,30}';

/** The part of an API key that names it, in URLs, logs and documents. */
export const ApiKeyPrefix = z
  .string()
  .regex(
    new RegExp(`^${prefixPattern}$`),
    'the prefix of an API key: 2 to 31 lower-case letters, digits and hyphens, a letter first',
  );

const secretLength = 43;
const wholeKey = new RegExp(`^(${prefixPattern})-([0-9A-Za-z]{${secretLength}})$`);
const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** An API key as it is stored: the secret is there only as its SHA-256. */
export const ApiKey = z.object({
  prefix: z.string(),
  name: z.string(),
  description: z.string().optional(),
  hash: z.string(),
  enabled: z.boolean(),
  allowedCidrs: z.array(z.string()).optional().describe('Where it may be used from; absent: anywhere.'),
  validUntil: z.iso.datetime().optional().describe('When it ends; absent: never.'),
  maxPerMinute: z.int().optional().describe('Calls that it may make in a minute; absent: any number.'),
  /** The secret that a rotation replaced, and how long it still counts. */
  previous: z.object({ hash: z.string(), validUntil: z.iso.datetime() }).optional(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().optional().describe('Its last use, to the hour.'),
});
export type ApiKey = z.infer<typeof ApiKey>;

/** Splits what a caller sent into prefix and secret; undefined where it is no key of ours. */
export function parseApiKey(given: string): { prefix: string; secret: string } | undefined {
  const match = wholeKey.exec(given);
  const [, prefix, secret] = match ?? [];
  return prefix === undefined || secret === undefined ? undefined : { prefix, secret };
}

/** Makes a secret of 43 base62 characters out of 32 random bytes. */
export function makeKeySecret(randomBytes: Uint8Array): string {
  let number = BigInt(`0x${Buffer.from(randomBytes).toString('hex')}`);
  let text = '';
  for (let digit = 0; digit < secretLength; digit += 1) {
    text = base62.charAt(Number(number % 62n)) + text;
    number /= 62n;
  }
  return text;
}

/** The form in which a key's secret is stored. */
export function hashKeySecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Whether a stored, enabled key that has not ended has this secret, or had it until a rotation; takes the same time for every secret. */
export function keyAccepts(key: ApiKey | undefined, secret: string, now: number): boolean {
  const given = Buffer.from(hashKeySecret(secret), 'hex');
  // An unknown prefix is compared as well, so that time tells nothing about which prefixes exist.
  const none = hashKeySecret('');
  const isPresent = timingSafeEqual(Buffer.from(key?.hash ?? none, 'hex'), given);
  const isPrevious = timingSafeEqual(Buffer.from(key?.previous?.hash ?? none, 'hex'), given);
  const matches = isPresent || (isPrevious && isBefore(now, key?.previous?.validUntil));
  return matches && key?.enabled === true && (key.validUntil === undefined || isBefore(now, key.validUntil));
}

function isBefore(now: number, instant: string | undefined): boolean {
  return instant !== undefined && now < Date.parse(instant);
}
