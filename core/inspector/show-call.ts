import * as z from 'zod';
import { escapeToken } from '../json-pointer.ts';
import { maskSecrets } from '../webhooks/masking.ts';
import { maxInspectedBytes } from './bounds.ts';
import { InspectedCall } from './inspected-call.ts';
import { maskForm, maskNamed } from './mask-text.ts';
import { isSecretName, namesSecret } from './secret-names.ts';

/** Pointers of one body, and the longest that are listed, in characters. */
const maxPointers = 200;
const maxPointerLength = 500;
const maxExampleLength = 100;

const mask = '***';
/** Properties that may say what stands beside them. */
const naming = /name|key|header|field|param|id$|label|type|property|attribute|variable|^[knh]$/i;
/** What text has none of: it is looked at as bytes that nobody can mask. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const binary = /[\x00-\x08\x0e-\x1a\x1c-\x1f]/;
/** What looks like one of our API keys: a prefix and 43 characters (docs/http.md). */
const apiKey = /(?<![0-9A-Za-z-])[a-z][a-z0-9-]{1,30}-[0-9A-Za-z]{43}(?![0-9A-Za-z])/g;

/** One kept call as it is shown: masked, with what JSON Pointers of its body lead to. */
export const ShownCall = InspectedCall.omit({ body: true })
  .extend({
    truncated: z.literal(true).optional().describe('The body was longer than what is kept or shown.'),
    json: z.unknown().optional().describe('The body, where it is JSON; also what a form carries as `payload`.'),
    text: z.string().optional().describe('The body, where it is other text.'),
    binary: z
      .literal(true)
      .optional()
      .describe('The body is no text, and is not shown: nothing in it could be masked.'),
    pointers: z
      .array(z.object({ pointer: z.string(), example: z.unknown() }))
      .optional()
      .describe('JSON Pointers (RFC 6901) that lead to values of the body.'),
  })
  .meta({ id: 'InspectedCall' });
export type ShownCall = z.infer<typeof ShownCall>;

/** Shows a kept call with values masked that look like secrets, are API keys, or are among the given ones. */
export function showCall({ body, ...call }: InspectedCall, secrets: readonly string[]): ShownCall {
  const maskKnown = (text: string) => maskSecrets(text, secrets).replace(apiKey, mask);
  const maskText = (text: string) => maskNamed(maskKnown(text));
  const shown: ShownCall = {
    ...call,
    query: maskForm(maskKnown(call.query), maskText),
    ...(call.reason === undefined ? {} : { reason: maskText(call.reason) }),
    ...(call.bytes > maxInspectedBytes ? { truncated: true } : {}),
  };
  const bytes = Buffer.from(body, 'base64');
  if (bytes.byteLength === 0) return shown;
  const text = readText(bytes, call.bytes > maxInspectedBytes);
  if (binary.test(text)) return { ...shown, binary: true };
  const json = readJson(text, call.contentType);
  if (json === undefined) {
    const masked = isForm(call.contentType) ? maskForm(maskKnown(text), maskText) : maskText(text);
    return { ...shown, text: masked };
  }
  const masked = maskValue(json.value, maskText);
  return { ...shown, json: masked, pointers: listPointers(masked) };
}

/** A body that was cut may end within a character; what is not UTF-8 is read byte by byte, so that it is masked as well. */
function readText(bytes: Uint8Array, isCut: boolean): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut }).toWellFormed();
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

function isForm(contentType = ''): boolean {
  return contentType.toLowerCase().startsWith('application/x-www-form-urlencoded');
}

function readJson(text: string, contentType?: string): { value: unknown } | undefined {
  const json = isForm(contentType) ? new URLSearchParams(text).get('payload') : text;
  try {
    return { value: JSON.parse(json ?? '') };
  } catch {
    return undefined;
  }
}

function maskValue(value: unknown, maskText: (text: string) => string, isSecret = false, depth = 0): unknown {
  if (typeof value === 'object' && value !== null && depth > maxDepth) return mask;
  const maskInner = (item: unknown, isSecretToo: boolean) =>
    maskValue(item, maskText, isSecret || isSecretToo, depth + 1);
  if (Array.isArray(value)) {
    const first = value.findIndex(isSecretName);
    return value.map((item, place) => maskInner(item, first !== -1 && place > first));
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    const isNamed = entries.some(([name, item]) => naming.test(name) && isSecretName(item));
    return Object.fromEntries(
      entries.map(([name, item]) => {
        const isBesideName = isNamed && !(naming.test(name) && isSecretName(item));
        return [maskText(name), maskInner(item, isBesideName || namesSecret(name))];
      }),
    );
  }
  if (isSecret && value !== null) return mask;
  return typeof value === 'string' ? maskLeaf(value, maskText, depth) : value;
}

/** A text may be JSON itself. */
function maskLeaf(text: string, maskText: (text: string) => string, depth: number): string {
  const inner = /^\s*[[{]/.test(text) ? readJson(text) : undefined;
  if (inner === undefined) return maskText(text);
  const masked = maskValue(inner.value, maskText, false, depth + 1);
  const shown = JSON.stringify(masked);
  return shown === JSON.stringify(inner.value) ? text : shown;
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
