import type { Condition } from '../document/schema-filters.ts';
import type { TagValue } from '../templates/template.ts';
import { isEmpty, isList } from '../templates/values.ts';
import { quoteValue } from '../webhooks/quote-value.ts';

/** How much of a text is quoted, in UTF-16 units, and how many entries of a list. */
const maxTextLength = 100;
const maxEntries = 5;

/** A condition that was judged for a record. */
export type JudgedCondition = {
  /** What people call the value. */
  name: string;
  actual: TagValue | undefined;
  holds: boolean;
  /** Whether there was a modification, which alone can tell what changed. */
  canTellChanges: boolean;
};

/** What follows after the record's value: where the condition holds, and where it does not. */
type Phrases = { held: (wanted: string) => string; missed: (wanted: string) => string };

const phrases: Record<Exclude<Condition['op'], 'isEmpty' | 'isNotEmpty' | 'changed'>, Phrases> = {
  equals: { held: () => '', missed: (wanted) => `, and ${wanted} is wanted` },
  notEquals: { held: (wanted) => `, not ${wanted}`, missed: () => ', and anything else is wanted' },
  in: compared((wanted) => `one of ${wanted}`),
  notIn: compared((wanted) => `none of ${wanted}`),
  contains: {
    held: (wanted) => `, which contains ${wanted}`,
    missed: (wanted) => `, and it has to contain ${wanted}`,
  },
  startsWith: {
    held: (wanted) => `, which starts with ${wanted}`,
    missed: (wanted) => `, and it has to start with ${wanted}`,
  },
  greaterThan: compared((wanted) => `more than ${wanted}`),
  lessThan: compared((wanted) => `less than ${wanted}`),
  before: compared((wanted) => `before ${wanted}`),
  after: compared((wanted) => `after ${wanted}`),
  olderThan: compared((wanted) => `longer ago than ${wanted}`),
};

function compared(how: (wanted: string) => string): Phrases {
  return { held: (wanted) => `, ${how(wanted)}`, missed: (wanted) => `, and ${how(wanted)} is wanted` };
}

/** Says why a condition holds for a record or not, in a sentence that needs no knowledge of filters. */
export function sayCondition(
  { op, value }: Condition,
  { name, actual, holds, canTellChanges }: JudgedCondition,
): string {
  const is = `${name} is ${isEmpty(actual) ? 'empty' : writeValue(actual)}`;
  switch (op) {
    case 'changed':
      if (!canTellChanges) return `Only a modification can tell whether ${name} changed`;
      return holds ? `${name} changed` : `${name} did not change`;
    case 'isNotEmpty':
      return holds ? is : `${is}, and a value is wanted`;
    case 'isEmpty':
      return holds ? is : `${is}, and it has to be empty`;
    default: {
      const phrase = holds ? phrases[op].held : phrases[op].missed;
      return is + phrase(op === 'olderThan' ? writeDuration(value) : writeValue(value));
    }
  }
}

/** A value as an answer shows it: an answer has room for many, and a text may be long. */
export function shortenValue(value: TagValue): TagValue {
  if (isList(value)) {
    const entries = value.slice(0, maxEntries).map(shortenValue);
    return value.length > maxEntries ? [...entries, '…'] : entries;
  }
  return typeof value === 'string' || (typeof value === 'object' && value !== null) ? quote(value) : value;
}

function writeValue(value: TagValue | undefined): string {
  if (!isList(value)) return quote(value);
  const rest = value.length - maxEntries;
  return `${value.slice(0, maxEntries).map(quote).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function quote(value: TagValue | undefined): string {
  // Filters read no secrets, so there is nothing to mask.
  return quoteValue(value, { mask: (text) => text, maxLength: maxTextLength });
}

const units: Readonly<Record<string, string>> = { m: 'minute', h: 'hour', d: 'day' };

function writeDuration(value: Condition['value']): string {
  const [, count, unit = ''] = /^(\d+)([mhd])$/.exec(String(value)) ?? [];
  return count === undefined ? writeValue(value) : `${count} ${units[unit]}${count === '1' ? '' : 's'}`;
}
