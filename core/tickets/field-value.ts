import { isDate } from '../dates.ts';
import type { Field } from '../document/schema.ts';
import type { ParameterError, ParameterErrorCode } from '../reply-errors.ts';
import type { FieldValue } from './ticket.ts';

/** Code points a text may have where its field sets no `maxLength` (product.md, "Fields and values"). */
const defaultMaxLength = { text: 1_000, longText: 30_000 };

/** What became of one given value; `absent` stands for null and for nothing given. */
export type FieldReading =
  | { outcome: 'read'; value: FieldValue }
  | { outcome: 'absent' }
  | { outcome: 'rejected'; error: ParameterError };

/** A value that was given for a field under a parameter's name. */
type Given = { field: Field; value: unknown; parameter: string };

/** Checks a given value against its field; nothing is coerced, and texts are kept as sent. */
export function readFieldValue(field: Field, value: unknown, parameter: string): FieldReading {
  const given = { field, value, parameter };
  if (value !== undefined && value !== null) return readers[field.kind](given);
  return field.required ? reject(given, 'required', `${field.label} is required.`) : { outcome: 'absent' };
}

const readers: Readonly<Record<Field['kind'], (given: Given) => FieldReading>> = {
  text: (given) => readText(given, defaultMaxLength.text),
  longText: (given) => readText(given, defaultMaxLength.longText),
  number: (given) => readNumber(given, given.field.min, given.field.max),
  ratingScale: readRating,
  boolean: (given) => (typeof given.value === 'boolean' ? read(given.value) : wrongType(given, 'true or false')),
  date: readDate,
  singleChoice: readChoice,
  multipleChoice: readChoices,
  attachment: (given) =>
    reject(
      given,
      'not_allowed',
      `${given.field.label} takes a file, not a value: upload it with the URL in the answer.`,
    ),
};

function readText(given: Given, defaultLimit: number): FieldReading {
  const { field, value } = given;
  if (typeof value !== 'string') return wrongType(given, 'a text');
  if (field.required && value.trim() === '') return reject(given, 'blank', `${field.label} may not be blank.`);
  const limit = field.maxLength ?? defaultLimit;
  const length = countCodePoints(value);
  if (length <= limit) return read(value);
  return reject(given, 'too_long', `${field.label} has ${length} characters; at most ${limit} are allowed.`);
}

function readNumber(given: Given, min: number | undefined, max: number | undefined): FieldReading {
  const { field, value } = given;
  if (typeof value !== 'number') return wrongType(given, 'a JSON number');
  if (min !== undefined && value < min) return reject(given, 'out_of_range', `${field.label} must be at least ${min}.`);
  if (max !== undefined && value > max) return reject(given, 'out_of_range', `${field.label} must be at most ${max}.`);
  return read(value);
}

function readRating(given: Given): FieldReading {
  if (typeof given.value === 'number' && !Number.isInteger(given.value)) {
    return reject(given, 'invalid_type', `${given.field.label} takes a whole number, not ${given.value}.`);
  }
  if (typeof given.value !== 'number') return wrongType(given, 'a whole JSON number');
  return readNumber(given, given.field.min ?? 1, given.field.max ?? 5);
}

function readDate(given: Given): FieldReading {
  const { field, value } = given;
  if (typeof value !== 'string') return wrongType(given, 'a text with a date');
  if (isDate(value)) return read(value);
  return reject(given, 'invalid_date', `${field.label} takes a date such as 2026-11-30 or 2026-11-30T09:15:00Z.`);
}

function readChoice(given: Given): FieldReading {
  const { field, value } = given;
  if (typeof value !== 'string') return wrongType(given, 'a text');
  return field.options?.includes(value) === true ? read(value) : noChoice(given, value);
}

function readChoices(given: Given): FieldReading {
  const { field, value } = given;
  if (!Array.isArray(value)) return wrongType(given, 'an array of texts');
  const chosen: string[] = [];
  for (const item of value) {
    if (typeof item !== 'string') return wrongType(given, 'an array of texts');
    if (field.options?.includes(item) !== true) return noChoice(given, item);
    if (chosen.includes(item))
      return reject(given, 'duplicate_choice', `'${cut(item)}' stands twice in ${field.label}.`);
    chosen.push(item);
  }
  if (chosen.length > 0) return read(chosen);
  return field.required
    ? reject(given, 'required', `${field.label} needs at least one choice.`)
    : { outcome: 'absent' };
}

function read(value: FieldValue): FieldReading {
  return { outcome: 'read', value };
}

function noChoice(given: Given, choice: string): FieldReading {
  const message = `'${cut(choice)}' is not a choice of ${given.field.label}.`;
  const error = { parameter: given.parameter, code: 'invalid_choice' as const, message };
  return { outcome: 'rejected', error: { ...error, allowed: [...(given.field.options ?? [])] } };
}

function wrongType(given: Given, wanted: string): FieldReading {
  return reject(given, 'invalid_type', `${given.field.label} takes ${wanted}, not ${describeType(given.value)}.`);
}

function reject({ parameter }: Given, code: ParameterErrorCode, message: string): FieldReading {
  return { outcome: 'rejected', error: { parameter, code, message } };
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

/** Messages quote what was given, but not a megabyte of it. */
function cut(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100).toWellFormed()}…` : text;
}
