import * as z from 'zod';

/** Tells whether an event matches. */
export type Filter = (event: unknown) => boolean;

type Condition = (value: unknown) => boolean;

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const Operator = z.union([
  z.strictObject({ prefix: z.string() }),
  z.strictObject({ exists: z.boolean() }),
  z.strictObject({ 'anything-but': z.union([Scalar, z.array(Scalar)]) }),
]);

/**
 * Compiles event filters as event source mappings have them: an event passes that matches any pattern, and every one
 * where there is none. Knows exact values, prefix, exists and anything-but; throws for what else a pattern may say.
 */
export function compileFilters(patterns: readonly string[]): Filter {
  const filters = patterns.map((pattern) => compile(JSON.parse(pattern), pattern));
  return (event) => filters.length === 0 || filters.some((matches) => matches(event));
}

function compile(pattern: unknown, source: string): Condition {
  if (Array.isArray(pattern)) return anyOf(pattern.map((choice) => compileChoice(choice, source)));
  const branches = Object.entries(z.record(z.string(), z.unknown()).parse(pattern)).map(
    ([key, part]): [string, Condition] => {
      if (key.startsWith('$'))
        throw new Error(`The filter ${source} uses '${key}', which the local stack does not know.`);
      return [key, compile(part, source)];
    },
  );
  return (value) => branches.every(([key, matches]) => matches(propertyOf(value, key)));
}

function compileChoice(choice: unknown, source: string): Condition {
  const scalar = Scalar.safeParse(choice);
  if (scalar.success) return (value) => value === scalar.data;
  const operator = Operator.safeParse(choice);
  if (!operator.success) {
    throw new Error(`The filter ${source} uses ${JSON.stringify(choice)}, which the local stack does not know.`);
  }
  const { data } = operator;
  if ('prefix' in data) return (value) => typeof value === 'string' && value.startsWith(data.prefix);
  if ('exists' in data) return (value) => (value !== undefined) === data.exists;
  const excluded: unknown[] = [data['anything-but']].flat();
  return (value) => value !== undefined && !excluded.includes(value);
}

function anyOf(conditions: readonly Condition[]): Condition {
  // A list in the event matches when any of its values does.
  return (value) =>
    [value].flat().some((one) => conditions.some((matches) => matches(one))) || isEmptyList(value, conditions);
}

function isEmptyList(value: unknown, conditions: readonly Condition[]): boolean {
  return Array.isArray(value) && value.length === 0 && conditions.some((matches) => matches(undefined));
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? z.record(z.string(), z.unknown()).parse(value)[key]
    : undefined;
}
