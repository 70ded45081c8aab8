import { createCipheriv, createHmac, timingSafeEqual } from 'node:crypto';

const tagBytes = 16;
/** Longest sealed text that is looked at, in characters; ours have a tenth of that as a rule. */
const maxLength = 2_000;

/**
 * Seals a text so that it tells nothing and cannot be changed, and opens in this context only: a tag over context and text,
 * then the text encrypted with the tag as initialisation vector (the construction of RFC 5297, with HMAC-SHA-256).
 */
export function sealText(key: Uint8Array, context: readonly unknown[], text: string): string {
  const tag = tagOf(key, context, text);
  const hidden = cipher(key, tag, Buffer.from(text, 'utf8'));
  return Buffer.concat([tag, hidden]).toString('base64url');
}

/** Opens what {@link sealText} sealed in the same context with the same key; undefined for anything else. */
export function openText(key: Uint8Array, context: readonly unknown[], sealed: string): string | undefined {
  if (sealed.length > maxLength) return undefined;
  const bytes = Buffer.from(sealed, 'base64url');
  // Base64 has spellings that decode alike; only ours counts.
  if (bytes.length < tagBytes || bytes.toString('base64url') !== sealed) return undefined;
  const tag = bytes.subarray(0, tagBytes);
  const text = cipher(key, tag, bytes.subarray(tagBytes)).toString('utf8');
  return timingSafeEqual(tag, tagOf(key, context, text)) ? text : undefined;
}

function tagOf(key: Uint8Array, context: readonly unknown[], text: string): Buffer {
  const whole = JSON.stringify([...context, text]);
  return createHmac('sha256', subkey(key, 'tag')).update(whole).digest().subarray(0, tagBytes);
}

/** Counter mode: encrypting and decrypting are the same. */
function cipher(key: Uint8Array, iv: Uint8Array, bytes: Uint8Array): Buffer {
  const stream = createCipheriv('aes-256-ctr', subkey(key, 'text'), iv);
  return Buffer.concat([stream.update(bytes), stream.final()]);
}

/** Tag and cipher each have a key of their own, as the construction demands. */
function subkey(key: Uint8Array, purpose: 'tag' | 'text'): Buffer {
  return createHmac('sha256', key).update(`sealed-text/${purpose}`).digest();
}
