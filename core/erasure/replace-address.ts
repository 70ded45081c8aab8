import { decodeTexts } from '../webhooks/decoded-texts.ts';

/** A person's address, canonical, and what takes its place. */
export type Erased = { email: string; pseudonym: string };

/** What an address may go on with on either side: then it is a part of another one. */
const goesBefore = /[\p{L}\p{N}._%+-]$/u;
const goesAfter = /^(?:[\p{L}\p{N}_]|[.-][\p{L}\p{N}])/u;
/** The endings of files that are named after a person; no domain goes on so. */
const fileEnding =
  /^\.(?:bin|bmp|crash|csv|docx?|dmp|gif|har|heic|html?|ips|jpe?g|json|log|md|mov|mp4|pdf|plist|png|rtf|tar|txt|webp|xlsx?|xml|ya?ml|zip)(?![\p{L}\p{N}_])/u;
const maxLookedAround = 8;

/** Makes what replaces an address in texts: in any case, as it stands, escaped (percent, form, JSON, XML) and in Base64. */
export function addressReplacer({ email, pseudonym }: Erased): (text: string) => string {
  const needles = [...new Set([email, email.normalize('NFD')])];
  const digits = [0, 1, 2].map((offset) => base64Digits(email, offset));
  // Of every escape but a JSON one the letters of the domain stay as they are.
  const [longest = ''] = email.match(/[a-z0-9]+/g)?.toSorted((one, other) => other.length - one.length) ?? [];
  return (text) => {
    const plain = digits.reduce((kept, some) => replaceBase64(kept, some), text);
    if (!plain.toLowerCase().includes(longest) && !plain.includes('\\u')) return plain;
    const spans = decodeTexts(plain).flatMap(({ decoded: { text: decoded, starts } }) =>
      findIn(decoded, needles).map(({ start, end }) => ({ start: starts[start] ?? 0, end: starts[end] ?? 0 })),
    );
    return replaceSpans(plain, spans, pseudonym);
  };
}

/** Makes what replaces an address where texts may not grow: alone by the pseudonym still, within others by something shorter. */
export function briefAddressReplacer({ email, pseudonym }: Erased): (text: string) => string {
  const replace = addressReplacer({ email, pseudonym: 'erased'.slice(0, email.length) });
  return (text) => (text.toLowerCase() === email ? pseudonym : replace(text));
}

/** Replaces texts wherever they stand in a value, keys of objects included; bytes stay as they are. */
export function replaceDeep(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) return value.map((one) => replaceDeep(one, replace));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [replace(key), replaceDeep(one, replace)]));
}

type Span = { start: number; end: number };

function findIn(text: string, needles: readonly string[]): Span[] {
  const lower = lowerAlike(text);
  return needles.flatMap((needle) => {
    const found: Span[] = [];
    for (let at = lower.indexOf(needle); at !== -1; at = lower.indexOf(needle, at + 1)) {
      const end = at + needle.length;
      const after = lower.slice(end, end + maxLookedAround);
      const isPart =
        goesBefore.test(lower.slice(Math.max(0, at - maxLookedAround), at)) ||
        (goesAfter.test(after) && !fileEnding.test(after));
      if (!isPart) found.push({ start: at, end });
    }
    return found;
  });
}

/** Lower-cased, each UTF-16 unit in its place: letters whose lower case is longer stay as they are. */
function lowerAlike(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from(text, (one) => (one.toLowerCase().length === one.length ? one.toLowerCase() : one)).join('');
}

function replaceSpans(text: string, spans: readonly Span[], by: string): string {
  let kept = '';
  let position = 0;
  for (const { start, end } of spans.toSorted((left, right) => left.start - right.start)) {
    if (start < position) continue;
    kept += text.slice(position, start) + by;
    position = end;
  }
  return kept + text.slice(position);
}

/** The digits that an address alone decides where it begins `offset` bytes after a group of three. */
function base64Digits(email: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(email, 'utf8')]);
  const all = bytes.toString('base64').replaceAll('=', '');
  return all.slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6));
}

/** What stands in Base64 is replaced by as many digits, so that the rest can still be read. */
function replaceBase64(text: string, digits: string): string {
  const alike = text.replaceAll('-', '+').replaceAll('_', '/');
  let kept = text;
  for (let at = alike.indexOf(digits); at !== -1; at = alike.indexOf(digits, at + 1)) {
    kept = kept.slice(0, at) + 'A'.repeat(digits.length) + kept.slice(at + digits.length);
  }
  return kept;
}
