import type * as z from 'zod';
import type { ParameterErrorCode } from '../reply-errors.ts';
import { readTime, timeExamples } from '../schedules/schedule-time.ts';
import { findNearMiss } from '../templates/near-miss.ts';
import { listAllowed, type Path, quote } from './problems.ts';
import { readPath } from './raw-document.ts';
import { Every } from './schema-automations.ts';

/** A problem of shape, still with its path in segments; `remove` is what must go for the rest to parse. */
export type ShapeProblem = { path: Path; code: ParameterErrorCode; message: string; remove: Path };

type Issue = z.core.$ZodIssue;

/** A wrong type at the very top of a union's branch weighs more than anything wrong inside another one. */
const wrongBranch = 1_000_000;
const typeNames: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** Says in words what a schema found wrong with a document. */
export function describeIssues(
  issues: readonly Issue[],
  input: unknown,
  propertiesAt: (path: Path) => string[],
): ShapeProblem[] {
  return issues.flatMap((issue) => describeIssue(issue, [], input, propertiesAt));
}

function describeIssue(
  issue: Issue,
  base: Path,
  input: unknown,
  propertiesAt: (path: Path) => string[],
): ShapeProblem[] {
  const path = [...base, ...issue.path.map((segment) => (typeof segment === 'symbol' ? String(segment) : segment))];
  const value = readPath(input, path);
  const one = (code: ParameterErrorCode, message: string): ShapeProblem[] => [{ path, code, message, remove: path }];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => describeUnknownProperty([...path, key], key, propertiesAt(path)));
    case 'invalid_union':
      return describeUnion(issue, path, value, input, propertiesAt);
    case 'invalid_key':
      return one('invalid_text', `${quote(path.at(-1))} is not ${issue.issues[0]?.message ?? 'allowed as a name'}`);
    case 'invalid_format':
      return value === undefined
        ? one('required', 'is required')
        : one('invalid_text', `${quote(value)} is not ${issue.message}`);
    case 'too_small':
    case 'too_big':
      return one(...describeSize(issue, value));
    default:
      break;
  }
  if (value === undefined) return one('required', 'is required');
  if (issue.code === 'invalid_type')
    return one('invalid_type', describeType([issue.expected], value, hintTime(path, value, input)));
  if (issue.code === 'invalid_value') return one('invalid_choice', describeChoice(value, issue.values));
  return one('invalid_type', issue.message);
}

function describeUnknownProperty(path: Path, key: string, known: string[]): ShapeProblem {
  const nearest = findNearMiss(key, known);
  const hint = nearest === undefined ? listAllowed(known) : `; did you mean "${nearest}"?`;
  return { path, code: 'not_allowed', message: `${quote(key)} is not a property here${hint}`, remove: path };
}

function describeUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  path: Path,
  value: unknown,
  input: unknown,
  propertiesAt: (path: Path) => string[],
): ShapeProblem[] {
  if (value === undefined) return [{ path, code: 'required', message: 'is required', remove: path }];
  if (issue.errors.length === 0) {
    const options = 'options' in issue ? (issue.options ?? []) : [];
    // Without its kind, nothing else of the object can be judged.
    return [{ path, code: 'invalid_choice', message: describeChoice(value, options), remove: path.slice(0, -1) }];
  }
  const costs = issue.errors.map(weighBranch);
  const least = Math.min(...costs);
  const branch = issue.errors[costs.indexOf(least)] ?? [];
  if (least < wrongBranch) return branch.flatMap((inner) => describeIssue(inner, path, input, propertiesAt));
  const message = describeType(expectedTypes(issue), value);
  return [{ path, code: 'invalid_type', message, remove: path }];
}

/** Weighs how far a value is from one branch of a union, so that the problems of the one that was meant are told. */
function weighBranch(issues: readonly Issue[]): number {
  const own = issues.filter(({ path }) => path.length <= 1);
  // Properties tell which branch was meant; what is wrong inside of them says next to nothing, however much it is.
  return own.reduce((sum, issue) => sum + weighIssue(issue), own.length < issues.length ? 1 : 0);
}

function weighIssue(issue: Issue): number {
  if (issue.path.length > 0) return 100;
  if (issue.code === 'unrecognized_keys') return 1_000 * issue.keys.length;
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return Math.min(...issue.errors.map(weighBranch));
  return issue.code === 'invalid_type' ? wrongBranch : 1;
}

function expectedTypes(issue: z.core.$ZodIssueInvalidUnion): string[] {
  return issue.errors.flat().flatMap((inner) => {
    if (inner.path.length > 0) return [];
    if (inner.code === 'invalid_union') return expectedTypes(inner);
    if (inner.code === 'invalid_value') return ['string'];
    return inner.code === 'invalid_type' ? [inner.expected] : [];
  });
}

function describeType(expected: readonly string[], value: unknown, otherHint?: string): string {
  const wanted = [...new Set(expected.map((type) => typeNames[type] ?? type))];
  const last = wanted.pop() ?? 'something else';
  const list = wanted.length === 0 ? last : `${wanted.join(', ')} or ${last}`;
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  const hint = isScalar && expected.includes('string') ? (otherHint ?? writeInQuotes(String(value))) : '';
  return `must be ${list}, not ${describeValue(value)}${hint}`;
}

function writeInQuotes(text: string): string {
  return `: write it in quotes, ${JSON.stringify(text)}`;
}

/** What to write where a schedule's time is a number: in quotes it would be no time either. */
function hintTime(path: Path, value: unknown, input: unknown): string | undefined {
  if (path.at(-2) !== 'schedule' || path.at(-1) !== 'at' || typeof value !== 'number') return undefined;
  const every = Every.safeParse(readPath(input, [...path.slice(0, -1), 'every']));
  if (!every.success) return undefined;
  const minute = `:${String(value).padStart(2, '0')}`;
  if (readTime({ every: every.data, at: minute }) !== undefined) return writeInQuotes(minute);
  return `: write a time such as ${timeExamples[every.data]}`;
}

function describeValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return `the number ${value}`;
  return typeof value === 'string' ? `the text ${quote(value)}` : 'an object';
}

function describeChoice(value: unknown, options: readonly unknown[]): string {
  return `${quote(value)} is not one of ${options.map(String).join(', ')}`;
}

function describeSize(
  issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall,
  value: unknown,
): [ParameterErrorCode, string] {
  const isBig = issue.code === 'too_big';
  const limit = isBig ? issue.maximum : issue.minimum;
  if (typeof value === 'string') {
    return isBig
      ? ['too_long', `has ${value.length} characters; at most ${limit} are allowed`]
      : ['blank', 'may not be empty'];
  }
  if (Array.isArray(value)) {
    return isBig
      ? ['too_long', `has ${value.length} entries; at most ${limit} are allowed`]
      : ['required', `needs at least ${limit === 1 ? 'one entry' : `${limit} entries`}`];
  }
  const bound = issue.inclusive === false ? (isBig ? 'less than' : 'greater than') : isBig ? 'at most' : 'at least';
  return ['out_of_range', `must be ${bound} ${limit}, not ${String(value)}`];
}
