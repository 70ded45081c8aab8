import { isDate } from '../dates.ts';
import type { FrozenCapture } from '../deliveries/delivery.ts';
import { countCodePoints } from '../tickets/field-value.ts';
import type { ExternalValue } from '../tickets/ticket.ts';
import { type MaskText, quoteValue } from '../webhooks/quote-value.ts';

/** The type of an external field. */
export type ExternalType = FrozenCapture['fields'][number]['type'];

/** A value in the type of its field, or why it cannot be. */
export type Coerced = { outcome: 'coerced'; value: ExternalValue } | { outcome: 'unfit'; reason: string };

/** Longest text that is kept, in code points: a record is one item, and holds many. */
const maxTextLength = 10_000;
/** What reasons quote of a value, in UTF-16 units. */
const maxQuoted = 100;

/** Brings a value that came from outside into the type of its field; reasons quote it masked. */
export function coerce(value: unknown, type: ExternalType, mask: MaskText = (text) => text): Coerced {
  const refuse = (wanted: string): Coerced => ({ outcome: 'unfit', reason: `${quote(value, mask)} is not ${wanted}` });
  switch (type) {
    case 'string':
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? toText(value)
        : refuse('a text');
    case 'boolean':
      return value === true || value === 'true'
        ? accept(true)
        : value === false || value === 'false'
          ? accept(false)
          : refuse('true or false');
    case 'integer': {
      const number = toNumber(value);
      return number !== undefined && Number.isSafeInteger(number) ? accept(number) : refuse('a whole number');
    }
    case 'number': {
      const number = toNumber(value);
      if (number === undefined) return refuse('a number');
      return isExact(number) ? accept(number) : refuseDigits();
    }
    case 'dateTime': {
      const instant = typeof value === 'string' ? toInstant(value.trim()) : undefined;
      return instant === undefined ? refuse('a date') : accept(instant);
    }
  }
}

function toText(value: ExternalValue): Coerced {
  if (typeof value === 'number' && !isExact(value)) return refuseDigits();
  const text = String(value);
  if (!text.isWellFormed() || text.includes('\0')) {
    return { outcome: 'unfit', reason: 'it holds characters that no text can hold' };
  }
  const length = countCodePoints(text);
  if (length > maxTextLength) {
    return { outcome: 'unfit', reason: `it has ${length} characters; at most ${maxTextLength} are kept` };
  }
  return accept(text);
}

/** A number, or a text that is one. The table holds 38 digits between 1e-130 and 1e125. */
export function toNumber(value: unknown): number | undefined {
  const isText = typeof value === 'string' && /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?\s*$/.test(value);
  const number = typeof value === 'number' ? value : isText ? Number(value) : Number.NaN;
  const size = Math.abs(number);
  if (size === 0) return 0;
  return Number.isFinite(number) && size >= 1e-130 && size < 1e125 ? number : undefined;
}

/** Whole numbers beyond 2^53 are read as others than were written. */
export function isExact(number: number): boolean {
  return !Number.isInteger(number) || Number.isSafeInteger(number);
}

/** An instant as it is stored, RFC 3339 in UTC with milliseconds; a day is its first instant in UTC. */
function toInstant(text: string): string | undefined {
  if (!isDate(text)) return undefined;
  // The engine knows no leap second, which RFC 3339 writes as the 60th.
  const isLeapSecond = /T\d\d:\d\d:60/i.test(text);
  const readable = text.toUpperCase().replace(/(T\d\d:\d\d):60/, '$1:59');
  const instant = new Date(Date.parse(readable) + (isLeapSecond ? 1_000 : 0));
  const stored = Number.isNaN(instant.getTime()) ? '' : instant.toISOString();
  // An offset may lead out of the years that RFC 3339 can write.
  return /^\d{4}-/.test(stored) ? stored : undefined;
}

function accept(value: ExternalValue): Coerced {
  return { outcome: 'coerced', value };
}

function refuseDigits(): Coerced {
  return { outcome: 'unfit', reason: 'the number has more digits than are read exactly: whole ones go up to 2^53' };
}

function quote(value: unknown, mask: MaskText): string {
  const quoted = quoteValue(value, { mask, maxLength: maxQuoted });
  return typeof value === 'string' ? `'${quoted}'` : quoted;
}
