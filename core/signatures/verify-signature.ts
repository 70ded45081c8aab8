import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { SignatureScheme } from '../document/schema-signatures.ts';
import { judgeTimestamp } from './judge-time.ts';
import { readSignedHeaders, type SignedHeaders } from './read-signed-headers.ts';

/** A request as it was signed: header names in lower case, the full URL as it was called, the body's raw bytes. */
export type SignedRequest = {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
};

/**
 * What verifying comes to. `fingerprint` (hex SHA-256) is the same for the same message and secret, however the signature was
 * written; `id` is the call's name where that is signed; `isTimed` says whether a timestamp was signed, without which only memory tells a replay. The reason is for the log.
 */
export type SignatureVerdict =
  | { outcome: 'valid'; fingerprint: string; isTimed: boolean; id?: string }
  | { outcome: 'refused'; reason: string; missingHeader?: string };

/** Verifies a request by one of several secrets that are good at present; `now` is in epoch milliseconds. */
export function verifySignature(
  scheme: SignatureScheme,
  request: SignedRequest,
  secrets: readonly string[],
  now: number,
): SignatureVerdict {
  const reading = readSignedHeaders(scheme, request.headers);
  if (reading.outcome === 'refused') return reading;
  const { presented } = reading;
  const message = scheme.message.map((part) => messagePart(part, scheme, request, presented));
  const accepted = secrets
    .flatMap((secret) => signingKeys(secret, scheme.secretEncoding))
    .map((key) => sign(scheme, key, message))
    .find((mac) => presented.signatures.some((given) => given.length === mac.length && timingSafeEqual(given, mac)));
  if (accepted === undefined) {
    return { outcome: 'refused', reason: 'no secret matches: another one was signed with, or other bytes were signed' };
  }
  const isTimed = scheme.message.includes('timestamp');
  // Judged last, so that a clock that is wrong is told from a secret that is.
  const fault = isTimed ? judgeTimestamp(scheme, presented.timestamp, now) : undefined;
  if (fault !== undefined) return { outcome: 'refused', reason: fault };
  const fingerprint = createHash('sha256').update(scheme.digest).update(accepted).digest('hex');
  return { outcome: 'valid', fingerprint, isTimed, ...(scheme.message.includes('id') ? { id: presented.id } : {}) };
}

function messagePart(
  part: string,
  { urlDecodes }: SignatureScheme,
  { method, url, body }: SignedRequest,
  { timestamp, id }: SignedHeaders,
): string | Uint8Array {
  switch (part) {
    case 'timestamp':
      return timestamp;
    case 'id':
      return id;
    case 'body':
      return body;
    case 'url':
      return urlDecodes === undefined ? url : decodeCharacters(url, urlDecodes);
    case 'method':
      return method;
    default:
      return part;
  }
}

function decodeCharacters(url: string, characters: string): string {
  return url.replace(/%[0-9a-f]{2}/gi, (encoded) => {
    const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
    return characters.includes(character) ? character : encoded;
  });
}

function sign({ digest }: SignatureScheme, key: Uint8Array, message: readonly (string | Uint8Array)[]): Buffer {
  const mac = createHmac(digest, key);
  for (const part of message) mac.update(part);
  return mac.digest();
}

/** The keys that a secret may stand for. An empty one is none: anybody could sign with it. */
function signingKeys(secret: string, encoding: SignatureScheme['secretEncoding']): Uint8Array[] {
  const [, marker, encoded = ''] = /^(whsec_)?((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2,3}={0,2})?)$/.exec(secret) ?? [];
  const decoded = encoding === 'base64' ? [Buffer.from(encoded, 'base64')] : [];
  // Senders of Standard Webhooks that leave whsec_ out differ in whether they decode; our own webhooks do not.
  const asText = encoding === 'base64' && marker !== undefined ? [] : [Buffer.from(secret, 'utf8')];
  return [...decoded, ...asText].filter(({ length }) => length > 0);
}
