import type { Field } from '../document/schema.ts';
import type { ParameterError, ParameterErrorCode } from '../reply-errors.ts';
import type { FieldValue } from './ticket.ts';

/** Code points a text may have where its field sets no `maxLength` (product.md, "Fields and values"). */
const defaultMaxLength = { text: 1_000, longText: 30_000 };
const calendarDate = /^(\d{4})-(\d{2})-(\d{2})$/;
const rfc3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** What became of one given value; `absent` stands for null and for nothing given. */
export type FieldReading =
  | { outcome: 'read'; value: FieldValue }
  | { outcome: 'absent' }
  | { outcome: 'rejected'; error: ParameterError };

/** Checks a given value against its field; nothing is coerced, and texts are kept as sent. */
export function readFieldValue(field: Field, given: unknown, parameter: string): FieldReading {
  if (given === undefined || given === null) {
    if (field.required) return reject('required', `${field.label} is required.`);
    return { outcome: 'absent' };
  }
  switch (field.kind) {
    case 'text':
    case 'longText':
      return readText(field.kind);
    case 'number':
      return typeof given === 'number' ? inRange(given, field.min, field.max) : wrongType('a JSON number');
    case 'ratingScale':
      if (typeof given !== 'number' || !Number.isInteger(given)) return wrongType('a whole JSON number');
      return inRange(given, field.min ?? 1, field.max ?? 5);
    case 'boolean':
      return typeof given === 'boolean' ? { outcome: 'read', value: given } : wrongType('true or false');
    case 'date':
      return readDate();
    case 'singleChoice':
      return readChoice();
    case 'multipleChoice':
      return readChoices();
    case 'attachment':
      return reject('not_allowed', `${field.label} takes a file, not a value: upload it with the URL in the answer.`);
  }

  function readText(kind: 'text' | 'longText'): FieldReading {
    if (typeof given !== 'string') return wrongType('a text');
    if (field.required && given.trim() === '') return reject('blank', `${field.label} may not be blank.`);
    const limit = field.maxLength ?? defaultMaxLength[kind];
    const length = countCodePoints(given);
    if (length > limit) {
      return reject('too_long', `${field.label} has ${length} characters; at most ${limit} are allowed.`);
    }
    return { outcome: 'read', value: given };
  }

  function readDate(): FieldReading {
    if (typeof given !== 'string') return wrongType('a text with a date');
    if (!isDate(given)) {
      return reject('invalid_date', `${field.label} takes a date such as 2026-11-30 or 2026-11-30T09:15:00Z.`);
    }
    return { outcome: 'read', value: given };
  }

  function readChoice(): FieldReading {
    if (typeof given !== 'string') return wrongType('a text');
    return isOption(given) ? { outcome: 'read', value: given } : noChoice(given);
  }

  function readChoices(): FieldReading {
    if (!Array.isArray(given)) return wrongType('an array of texts');
    const chosen: string[] = [];
    for (const item of given) {
      if (typeof item !== 'string') return wrongType('an array of texts');
      if (!isOption(item)) return noChoice(item);
      if (chosen.includes(item)) return reject('duplicate_choice', `'${cut(item)}' stands twice in ${field.label}.`);
      chosen.push(item);
    }
    if (chosen.length > 0) return { outcome: 'read', value: chosen };
    return field.required ? reject('required', `${field.label} needs at least one choice.`) : { outcome: 'absent' };
  }

  function inRange(value: number, min: number | undefined, max: number | undefined): FieldReading {
    if (min !== undefined && value < min) return reject('out_of_range', `${field.label} must be at least ${min}.`);
    if (max !== undefined && value > max) return reject('out_of_range', `${field.label} must be at most ${max}.`);
    return { outcome: 'read', value };
  }

  function isOption(choice: string): boolean {
    return field.options?.includes(choice) === true;
  }

  function noChoice(choice: string): FieldReading {
    const error = makeError('invalid_choice', `'${cut(choice)}' is not a choice of ${field.label}.`);
    return { outcome: 'rejected', error: { ...error, allowed: [...(field.options ?? [])] } };
  }

  function wrongType(wanted: string): FieldReading {
    return reject('invalid_type', `${field.label} takes ${wanted}, not ${describeType(given)}.`);
  }

  function reject(code: ParameterErrorCode, message: string): FieldReading {
    return { outcome: 'rejected', error: makeError(code, message) };
  }

  function makeError(code: ParameterErrorCode, message: string): ParameterError {
    return { parameter, code, message };
  }
}

/** A value's JSON type, in the words of an error message. */
export function describeType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}

/** Counts code points, which is how lengths count here. */
export function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function isDate(text: string): boolean {
  if (calendarDate.test(text)) return isCalendarDay(text);
  const match = rfc3339.exec(text);
  return match?.[1] !== undefined && isCalendarDay(match[1]);
}

function isCalendarDay(text: string): boolean {
  const midnight = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(text);
}

/** Messages quote what was given, but not a megabyte of it. */
function cut(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100).toWellFormed()}…` : text;
}
