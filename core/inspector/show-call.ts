import * as z from 'zod';
import { escapeToken } from '../json-pointer.ts';
import { maskSecrets } from '../webhooks/masking.ts';
import { maxInspectedBytes } from './bounds.ts';
import { InspectedCall } from './inspected-call.ts';

/** Pointers of one body, and the longest that are listed, in characters. */
const maxPointers = 200;
const maxPointerLength = 500;
const maxExampleLength = 100;

const mask = '***';
const secretNames =
  /passw(or)?d|passphrase|passcode|^pass$|secret|token|(api|access|private)[-_ ]?key|authori[sz]ation|credential|cookie|signature|session[-_ ]?id|bearer|jwt/i;
/** `name=value` of a form and `"name": "value"` of what is no whole JSON. */
const namedValue = /([^\s&"'=:,{}<>]{1,100})(=["']?|["']?\s*:\s*["']?)([^\s&"',{}<>]+)/g;
/** What looks like one of our API keys: a prefix and 43 characters (docs/http.md). */
const apiKey = /(?<![0-9A-Za-z-])[a-z][a-z0-9-]{1,30}-[0-9A-Za-z]{43}(?![0-9A-Za-z])/g;

/** One kept call as it is shown: masked, with what JSON Pointers of its body lead to. */
export const ShownCall = InspectedCall.omit({ body: true })
  .extend({
    truncated: z.literal(true).optional().describe('The body was longer than what is kept or shown.'),
    json: z.unknown().optional().describe('The body, where it is JSON; also what a form carries as `payload`.'),
    text: z.string().optional().describe('The body, where it is other text.'),
    base64: z.string().optional().describe('The body, where it is no text.'),
    pointers: z
      .array(z.object({ pointer: z.string(), example: z.unknown() }))
      .optional()
      .describe('JSON Pointers (RFC 6901) that lead to values of the body.'),
  })
  .meta({ id: 'InspectedCall' });
export type ShownCall = z.infer<typeof ShownCall>;

/** Shows a kept call with values masked that look like secrets, are API keys, or are among the given ones. */
export function showCall({ body, ...call }: InspectedCall, secrets: readonly string[]): ShownCall {
  const maskText = (text: string) => maskSecrets(text, secrets).replace(apiKey, mask);
  const shown: ShownCall = {
    ...call,
    query: maskNamed(maskText(call.query)),
    ...(call.reason === undefined ? {} : { reason: maskText(call.reason) }),
    ...(call.bytes > maxInspectedBytes ? { truncated: true } : {}),
  };
  const bytes = Buffer.from(body, 'base64');
  if (bytes.byteLength === 0) return shown;
  const text = readText(bytes, call.bytes > maxInspectedBytes);
  if (text === undefined) return { ...shown, base64: body };
  const json = readJson(text, call.contentType);
  if (json === undefined) return { ...shown, text: maskNamed(maskText(text)) };
  const masked = maskValue(json.value, maskText);
  return { ...shown, json: masked, pointers: listPointers(masked) };
}

function maskNamed(text: string): string {
  return text.replace(namedValue, (whole, name: string, between: string) =>
    secretNames.test(name) ? `${name}${between}${mask}` : whole,
  );
}

/** A body that was cut may end within a character. */
function readText(bytes: Uint8Array, isCut: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut }).toWellFormed();
  } catch {
    return undefined;
  }
}

function readJson(text: string, contentType = ''): { value: unknown } | undefined {
  const isForm = contentType.toLowerCase().startsWith('application/x-www-form-urlencoded');
  const json = isForm ? new URLSearchParams(text).get('payload') : text;
  try {
    return { value: JSON.parse(json ?? '') };
  } catch {
    return undefined;
  }
}

function maskValue(value: unknown, maskText: (text: string) => string, isSecret = false, depth = 0): unknown {
  if (Array.isArray(value)) {
    return depth > maxDepth ? mask : value.map((item) => maskValue(item, maskText, isSecret, depth + 1));
  }
  if (typeof value === 'object' && value !== null) {
    if (depth > maxDepth) return mask;
    const entries = Object.entries(value).map(([name, item]) => {
      return [maskText(name), maskValue(item, maskText, isSecret || secretNames.test(name), depth + 1)];
    });
    return Object.fromEntries(entries);
  }
  if (isSecret && value !== null) return mask;
  return typeof value === 'string' ? maskText(value) : value;
}

/** Nesting that is shown: deeper bodies are refused at the door. */
const maxDepth = 20;

function listPointers(value: unknown): { pointer: string; example: unknown }[] {
  const pointers: { pointer: string; example: unknown }[] = [];
  const visit = (inner: unknown, pointer: string): void => {
    if (pointers.length >= maxPointers || pointer.length > maxPointerLength) return;
    if (typeof inner === 'object' && inner !== null) {
      for (const [name, item] of Object.entries(inner)) visit(item, `${pointer}/${escapeToken(name)}`);
    } else if (pointer !== '') {
      const example = typeof inner === 'string' ? inner.slice(0, maxExampleLength).toWellFormed() : inner;
      pointers.push({ pointer, example });
    }
  };
  visit(value, '');
  return pointers;
}
