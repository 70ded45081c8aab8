import type * as z from 'zod';
import { describeIssues } from '../../core/document/zod-problems.ts';
import { type ParameterError, ParameterErrorCode } from '../../core/reply-errors.ts';
import { type HttpReply, type HttpRequest, refuseParameters } from './http.ts';
import { readJsonObject } from './json-body.ts';

/** What a call gave, or the refusal that lists everything that is wrong with it. */
export type Input<Value> = { outcome: 'read'; input: Value } | { outcome: 'refused'; reply: HttpReply };

type Issue = z.core.$ZodIssue;

/** Most problems that an answer lists: one of a megabyte of nonsense must stay an answer. */
const maxErrors = 200;

/** Reads a JSON body by its schema; texts at the pointers of `cleaned` are cleaned by whoever asks, whatever is in them. */
export function readBody<Schema extends z.ZodType>(
  request: HttpRequest,
  schema: Schema,
  cleaned: readonly string[] = [],
): Input<z.output<Schema>> {
  const body = readJsonObject(request, cleaned);
  return body.outcome === 'refused' ? body : check(body.object, schema);
}

/** Reads the query by its schema; parameters that the schema does not name are ignored. */
export function readQuery<Schema extends z.ZodType>(request: HttpRequest, schema: Schema): Input<z.output<Schema>> {
  return check(Object.fromEntries(request.query), schema);
}

function check<Schema extends z.ZodType>(given: unknown, schema: Schema): Input<z.output<Schema>> {
  const result = schema.safeParse(given);
  if (result.success) return { outcome: 'read', input: result.data };
  return { outcome: 'refused', reply: refuseParameters(describeErrors(result.error, given).slice(0, maxErrors)) };
}

/** Says everything that a schema found wrong with what was given. */
export function describeErrors(error: z.core.$ZodError, given: unknown): ParameterError[] {
  return error.issues.flatMap((issue) => describe(issue, given));
}

/** Messages never quote what was given, but for conditions of a filter: it may be a secret. */
function describe(issue: Issue, given: unknown): ParameterError[] {
  const parameter = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      parameter: key.slice(0, 100).toWellFormed(),
      code: 'not_allowed',
      message: 'This parameter is not known here.',
    }));
  }
  if (issue.code === 'invalid_union') {
    return describeIssues([issue], given, () => []).map(({ path, code, message }) => {
      const inner = path.join('.');
      return { parameter: inner, code, message: `${inner} ${message}.` };
    });
  }
  const value = issue.path.reduce<unknown>(
    (inner, step) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, step) : undefined),
    given,
  );
  if (value === undefined) return [{ parameter, code: 'required', message: `${parameter} is required.` }];
  const [code, message] = describeValue(issue, value);
  const allowed = issue.code === 'invalid_value' ? { allowed: issue.values.map(String) } : {};
  return [{ parameter, code, message: `${parameter} ${message}.`, ...allowed }];
}

function describeValue(issue: Issue, value: unknown): [ParameterErrorCode, string] {
  switch (issue.code) {
    case 'invalid_value':
      return ['invalid_choice', `takes one of ${issue.values.join(', ')}`];
    case 'invalid_type':
      return ['invalid_type', `must be ${typeNames[issue.expected] ?? issue.expected}`];
    case 'too_small':
      if (typeof value === 'string' && issue.origin === 'string') return ['blank', 'may not be empty'];
      return issue.origin === 'array'
        ? ['required', 'needs at least one entry']
        : ['out_of_range', `must be at least ${issue.minimum}`];
    case 'too_big':
      if (issue.origin === 'string') return ['too_long', `may have ${issue.maximum} characters at most`];
      if (issue.origin === 'array') return ['too_long', `may have ${issue.maximum} entries at most`];
      return ['out_of_range', `must be at most ${issue.maximum}`];
    case 'invalid_format':
      return issue.format === 'datetime'
        ? ['invalid_date', 'must be a date and time of RFC 3339, such as 2027-01-31T12:00:00Z']
        : ['invalid_text', `must be ${issue.message}`];
    case 'custom':
      return [ParameterErrorCode.safeParse(issue.params?.code).data ?? 'invalid_text', issue.message];
    default:
      return ['invalid_text', issue.message];
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'an object',
};
