import { createCipheriv, createHmac, timingSafeEqual } from 'node:crypto';

/** The list that a cursor belongs to; in any other it is foreign. */
export type CursorList = {
  route: string;
  project?: string | undefined;
  filters: Readonly<Record<string, string | undefined>>;
};

const tagBytes = 16;
/** Longest cursor that is looked at, in characters; sort keys make ours a tenth of that. */
const maxLength = 2_000;

/**
 * Writes the place where a list goes on as text that tells nothing and cannot be changed: a tag over list and position,
 * then the position encrypted with the tag as initialisation vector (the construction of RFC 5297, with HMAC-SHA-256).
 */
export function writeCursor(key: Uint8Array, list: CursorList, position: string): string {
  const tag = tagOf(key, list, position);
  const hidden = cipher(key, tag, Buffer.from(position, 'utf8'));
  return Buffer.concat([tag, hidden]).toString('base64url');
}

/** Reads the position from a cursor of this list; undefined for any other text. */
export function readCursor(key: Uint8Array, list: CursorList, cursor: string): string | undefined {
  if (cursor.length > maxLength) return undefined;
  const bytes = Buffer.from(cursor, 'base64url');
  // Base64 has spellings that decode alike; only ours counts.
  if (bytes.length < tagBytes || bytes.toString('base64url') !== cursor) return undefined;
  const tag = bytes.subarray(0, tagBytes);
  const position = cipher(key, tag, bytes.subarray(tagBytes)).toString('utf8');
  return timingSafeEqual(tag, tagOf(key, list, position)) ? position : undefined;
}

function tagOf(key: Uint8Array, { route, project, filters }: CursorList, position: string): Buffer {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  const sorted = given.toSorted(([one], [other]) => (one < other ? -1 : 1));
  const text = JSON.stringify([route, project ?? null, sorted, position]);
  return createHmac('sha256', subkey(key, 'tag')).update(text).digest().subarray(0, tagBytes);
}

/** Counter mode: encrypting and decrypting are the same. */
function cipher(key: Uint8Array, iv: Uint8Array, bytes: Uint8Array): Buffer {
  const stream = createCipheriv('aes-256-ctr', subkey(key, 'position'), iv);
  return Buffer.concat([stream.update(bytes), stream.final()]);
}

/** Tag and cipher each have a key of their own, as the construction demands. */
function subkey(key: Uint8Array, purpose: 'tag' | 'position'): Buffer {
  return createHmac('sha256', key).update(`cursor/${purpose}`).digest();
}
