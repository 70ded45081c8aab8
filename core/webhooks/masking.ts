import { findSecrets, type SecretNeedles, type Span, secretNeedles } from './secret-spans.ts';

const mask = '***';

/** Shorter values occur in ordinary text by chance; masking them would blank logs without hiding anything. */
const minSecretLength = 8;

/** How much of a request or response body a delivery log keeps, in bytes of UTF-8. */
export const maxLoggedBytes = 16 * 1024;

const credentialHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
]);

/** Masks every secret of 8 characters or more: raw, Base64 at any offset, percent-, form-, JSON- and XML-escaped, up to twice. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  const spans = findSecrets(text, needlesOf(secrets));
  return spans.length === 0 ? text : replaceSpans(text, mergeSpans(spans));
}

/** Masks the whole value of headers that carry credentials, and secrets within the others. */
export function maskHeaders(
  headers: Readonly<Record<string, string>>,
  secrets: readonly string[] = [],
): Record<string, string> {
  const masked = Object.entries(headers).map(([name, value]): [string, string] =>
    credentialHeaders.has(name.toLowerCase())
      ? [name, mask]
      : [maskSecrets(name, secrets), maskSecrets(value, secrets)],
  );
  return Object.fromEntries(masked);
}

/** A body as the delivery log shows it: well-formed text, secrets masked before it is cut, so that no cut leaves half a secret. */
export function logBody(body: string | Uint8Array, secrets: readonly string[]): { text: string; truncated: boolean } {
  const text = typeof body === 'string' ? body : new TextDecoder('utf-8', { ignoreBOM: true }).decode(body);
  return truncateForLog(maskSecrets(text, secrets));
}

/** Cuts text to its first bytes of UTF-8, never within a character; the result is well-formed, as the table demands. */
export function truncateForLog(text: string, maxBytes: number = maxLoggedBytes): { text: string; truncated: boolean } {
  const wellFormed = text.toWellFormed();
  const { read } = new TextEncoder().encodeInto(wellFormed, new Uint8Array(maxBytes));
  return { text: wellFormed.slice(0, read), truncated: read < wellFormed.length };
}

/** An attempt masks a dozen texts with one list, which is therefore prepared once. */
const prepared = new WeakMap<readonly string[], readonly SecretNeedles[]>();

function needlesOf(secrets: readonly string[]): readonly SecretNeedles[] {
  const known = prepared.get(secrets);
  if (known !== undefined) return known;
  const needles = secrets
    .filter((secret) => secret.length >= minSecretLength)
    .flatMap((secret) => secretNeedles(secret, minSecretLength));
  prepared.set(secrets, needles);
  return needles;
}

function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((left, right) => left.start - right.start)) {
    const last = merged.at(-1);
    if (last === undefined || span.start > last.end) merged.push(span);
    else merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
  }
  return merged;
}

function replaceSpans(text: string, spans: readonly Span[]): string {
  let kept = '';
  let position = 0;
  for (const span of spans) {
    kept += text.slice(position, span.start) + mask;
    position = span.end;
  }
  return kept + text.slice(position);
}
