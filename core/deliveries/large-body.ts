import type { TemplatePart } from '../templates/parts.ts';
import type { FrozenRequest } from './delivery.ts';

/** Largest body, in bytes, as it is rendered and again with its secrets in it (quality.md). */
export const maxBodyBytes = 262_144;

/** Most bytes of a body that lies in its delivery's item, counted as the UTF-8 JSON of its parts; larger ones lie in S3. */
const maxInlineBodyBytes = 8_192;

/** A body as it lies in S3: the JSON of its parts, secrets still as names. */
export function encodeBody(parts: readonly TemplatePart[]): Buffer {
  return Buffer.from(JSON.stringify(parts));
}

/** Tells whether a request's body is too large for its delivery's item. */
export function hasLargeBody({ body }: FrozenRequest): boolean {
  return body !== undefined && encodeBody(body).byteLength > maxInlineBodyBytes;
}
