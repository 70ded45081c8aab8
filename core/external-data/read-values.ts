import type { FrozenCapture } from '../deliveries/delivery.ts';
import { readParameter } from '../json-pointer.ts';
import type { ExternalValue } from '../tickets/ticket.ts';
import { truncateForLog } from '../webhooks/masking.ts';
import type { MaskText } from '../webhooks/quote-value.ts';
import { coerce } from './coerce.ts';

/** How much of a text an expression is run over, in bytes (quality.md). */
const maxMatchedBytes = 64 * 1024;

/** The first group of an RE2 expression in a text, the whole match where it has none; undefined where nothing matches. */
export type MatchFirstGroup = (expression: string, text: string) => string | undefined;

/** What a receiver answered; `hasBadBytes` where the body's bytes were no UTF-8 and `text` stands in for some of them. */
export type Answer = {
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
  truncated?: boolean;
  hasBadBytes?: boolean;
};

/** A value that could not be kept, and why. */
export type Uncaptured = { field: string; reason: string };

/** The values that were read, by the keys of their fields, and those that were not. */
export type CapturedValues = { captured: Record<string, ExternalValue>; uncaptured: Uncaptured[] };

type Field = FrozenCapture['fields'][number];
type Found = { outcome: 'found'; value: unknown; hasBadText?: boolean } | { outcome: 'absent'; reason: string };

/**
 * Reads an answer's values (product.md, "External data"): a body's by property or JSON Pointer, `header:Name`, `status`,
 * `text`. Reasons quote what they are about masked.
 */
export function captureValues(
  { fields }: FrozenCapture,
  answer: Answer,
  matchFirstGroup: MatchFirstGroup,
  mask?: MaskText,
): CapturedValues {
  const body = parseOnce(answer);
  const captured: [string, ExternalValue][] = [];
  const uncaptured: Uncaptured[] = [];
  for (const field of fields) {
    const found = narrow(findInAnswer(answer, body, field.parameter), field, matchFirstGroup);
    const value = found.outcome === 'found' ? coerce(found.value, field.type, mask) : found;
    if (value.outcome !== 'coerced') uncaptured.push({ field: field.key, reason: value.reason });
    else if (found.outcome === 'found' && found.hasBadText === true && String(value.value).includes('\ufffd')) {
      uncaptured.push({ field: field.key, reason: 'the answer is not UTF-8 there' });
    } else captured.push([field.key, value.value]);
  }
  return { captured: Object.fromEntries(captured), uncaptured };
}

/** Reads the values of a body that somebody sent us, by property or JSON Pointer; there `status` is a property like any other. */
export function readBodyValues(
  { fields }: FrozenCapture,
  body: unknown,
  matchFirstGroup: MatchFirstGroup,
): CapturedValues {
  const captured: [string, ExternalValue][] = [];
  const uncaptured: Uncaptured[] = [];
  for (const field of fields) {
    const found = narrow(findInBody(body, field.parameter, 'the body'), field, matchFirstGroup);
    const value = found.outcome === 'found' ? coerce(found.value, field.type) : found;
    if (value.outcome === 'coerced') captured.push([field.key, value.value]);
    else uncaptured.push({ field: field.key, reason: value.reason });
  }
  return { captured: Object.fromEntries(captured), uncaptured };
}

/** Cuts out what the field's expression asks for. */
function narrow(found: Found, { match, parameter }: Field, matchFirstGroup: MatchFirstGroup): Found {
  if (found.outcome === 'absent' || match === undefined) return found;
  if (typeof found.value === 'object') return found;
  const { text } = truncateForLog(String(found.value), maxMatchedBytes);
  const value = matchFirstGroup(match, text);
  if (value === undefined) return { outcome: 'absent', reason: `${parameter} does not match ${match}` };
  if (value === '') return { outcome: 'absent', reason: `what ${match} takes of ${parameter} is empty` };
  return { ...found, value };
}

function findInAnswer(answer: Answer, body: () => ParsedBody, parameter: string): Found {
  const hasBadText = answer.hasBadBytes === true;
  if (parameter === 'status') return { outcome: 'found', value: answer.status };
  if (parameter === 'text') {
    if (answer.text === '') return { outcome: 'absent', reason: 'the answer has no body' };
    return { outcome: 'found', value: answer.text, hasBadText };
  }
  if (parameter.startsWith('header:')) return findHeader(answer.headers, parameter.slice('header:'.length));
  const parsed = body();
  if (parsed.outcome === 'refused') return { outcome: 'absent', reason: parsed.reason };
  const found = findInBody(parsed.value, parameter, 'the answer');
  return found.outcome === 'found' ? { ...found, hasBadText } : found;
}

function findHeader(headers: Answer['headers'], name: string): Found {
  const wanted = name.toLowerCase();
  const [, value] = Object.entries(headers).find(([given]) => given.toLowerCase() === wanted) ?? [];
  if (value === undefined) return { outcome: 'absent', reason: `the answer has no header ${name}` };
  if (value === '') return { outcome: 'absent', reason: `the answer's header ${name} is empty` };
  return { outcome: 'found', value };
}

function findInBody(body: unknown, parameter: string, what: 'the answer' | 'the body'): Found {
  const value = readParameter(body, parameter);
  const pointer = parameter.startsWith('/') ? parameter : `/${parameter.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  if (value === undefined) return { outcome: 'absent', reason: `${what} has no ${pointer}` };
  if (value === null || value === '') {
    return { outcome: 'absent', reason: `${what}'s ${pointer} is ${value === null ? 'null' : 'empty'}` };
  }
  return { outcome: 'found', value };
}

type ParsedBody = { outcome: 'parsed'; value: unknown } | { outcome: 'refused'; reason: string };

/** Reads the body as JSON when a field first asks for it. */
function parseOnce(answer: Answer): () => ParsedBody {
  let parsed: ParsedBody | undefined;
  return () => {
    parsed ??= parseBody(answer);
    return parsed;
  };
}

function parseBody({ text, headers, truncated }: Answer): ParsedBody {
  if (text.trim() === '') return { outcome: 'refused', reason: 'the answer has no body' };
  if (truncated === true) return { outcome: 'refused', reason: 'the answer is too long to be read as JSON (256 KB)' };
  try {
    return { outcome: 'parsed', value: JSON.parse(text) };
  } catch {
    const contentType = findHeader(headers, 'content-type');
    const [mediaType = ''] = contentType.outcome === 'found' ? String(contentType.value).split(';') : [];
    const kind = mediaType.trim().toLowerCase();
    return { outcome: 'refused', reason: `the answer is not JSON (${kind === '' ? 'no content type' : kind})` };
  }
}
