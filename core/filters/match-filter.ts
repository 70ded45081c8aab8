import { durationMs } from '../dates.ts';
import type { Condition, Where } from '../document/schema-filters.ts';
import type { TagValue } from '../templates/template.ts';
import { isEmpty, isList } from '../templates/values.ts';

/** What a filter looks at: values by the path that the condition names, and the present instant. */
export type FilterSubject = {
  read(path: string): TagValue | undefined;
  /** Epoch milliseconds, for `olderThan`. */
  now: number;
  /** Whether the change that is being judged touched a path; only modifications have one. */
  changed?(path: string): boolean;
};

/** Whether a record fulfils all conditions of a filter. */
export function matchesFilter(where: Where, subject: FilterSubject): boolean {
  if ('all' in where) return where.all.every((part) => matchesFilter(part, subject));
  if ('any' in where) return where.any.some((part) => matchesFilter(part, subject));
  if ('not' in where) return !matchesFilter(where.not, subject);
  return matchesCondition(where, subject);
}

/** Whether a record fulfils one condition. */
export function matchesCondition(condition: Condition, subject: FilterSubject): boolean {
  const actual = subject.read(condition.field);
  const wanted = condition.value;
  switch (condition.op) {
    case 'equals':
      return equals(actual, wanted);
    case 'notEquals':
      return !equals(actual, wanted);
    case 'in':
      return isIn(actual, wanted);
    case 'notIn':
      return !isIn(actual, wanted);
    case 'contains':
      return contains(actual, wanted);
    case 'startsWith':
      return typeof actual === 'string' && typeof wanted === 'string' && actual.startsWith(wanted);
    case 'greaterThan':
      return typeof actual === 'number' && typeof wanted === 'number' && actual > wanted;
    case 'lessThan':
      return typeof actual === 'number' && typeof wanted === 'number' && actual < wanted;
    case 'before':
      return compareInstants(actual, wanted, (left, right) => left < right);
    case 'after':
      return compareInstants(actual, wanted, (left, right) => left > right);
    case 'olderThan':
      return isOlderThan(actual, wanted, subject.now);
    case 'isEmpty':
      return isEmpty(actual);
    case 'isNotEmpty':
      return !isEmpty(actual);
    case 'changed':
      return subject.changed?.(condition.field) === true;
  }
}

function equals(actual: TagValue | undefined, wanted: Condition['value']): boolean {
  if (isList(actual)) {
    const list = Array.isArray(wanted) ? wanted : [wanted];
    return actual.length === list.length && list.every((item) => item !== undefined && actual.includes(item));
  }
  return actual !== undefined && actual === wanted;
}

function isIn(actual: TagValue | undefined, wanted: Condition['value']): boolean {
  const list = Array.isArray(wanted) ? wanted : [wanted];
  return list.some((item) => (isList(actual) ? item !== undefined && actual.includes(item) : equals(actual, item)));
}

function contains(actual: TagValue | undefined, wanted: Condition['value']): boolean {
  if (isList(actual)) return wanted !== undefined && !Array.isArray(wanted) && actual.includes(wanted);
  return typeof actual === 'string' && typeof wanted === 'string' && actual.includes(wanted);
}

function compareInstants(
  actual: TagValue | undefined,
  wanted: Condition['value'],
  holds: (left: number, right: number) => boolean,
): boolean {
  if (typeof actual !== 'string' || typeof wanted !== 'string') return false;
  const [left, right] = [Date.parse(actual), Date.parse(wanted)];
  return !Number.isNaN(left) && !Number.isNaN(right) && holds(left, right);
}

function isOlderThan(actual: TagValue | undefined, wanted: Condition['value'], now: number): boolean {
  if (typeof actual !== 'string' || typeof wanted !== 'string') return false;
  const since = Date.parse(actual);
  // Neither a text that is no date nor one that is no duration compares.
  return now - since > durationMs(wanted);
}
