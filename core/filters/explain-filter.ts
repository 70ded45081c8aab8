import * as z from 'zod';
import { Condition, type Where } from '../document/schema-filters.ts';
import type { TagValue } from '../templates/template.ts';
import { isEmpty } from '../templates/values.ts';
import { type FilterSubject, matchesCondition } from './match-filter.ts';
import { sayCondition, shortenValue } from './say-condition.ts';

/** What a filter is explained for: what it looks at, and what people call it. */
export type ExplainedSubject = FilterSubject & { label(path: string): string };

/** One condition, whether it holds, and why, in a sentence. */
const ExplainedCondition = Condition.extend({
  value: z.unknown().optional().describe('What is wanted; long texts and lists by their beginning.'),
  actual: z.unknown().optional().describe('What the record has; absent where that is empty.'),
  matches: z.boolean(),
  says: z.string().describe('Why, for people.'),
});
type ExplainedCondition = z.infer<typeof ExplainedCondition>;

/** Conditions as they were written, each with whether it holds. */
export type ExplainedWhere =
  | { all: ExplainedWhere[]; matches: boolean }
  | { any: ExplainedWhere[]; matches: boolean }
  | { not: ExplainedWhere; matches: boolean }
  | ExplainedCondition;
export const ExplainedWhere: z.ZodType<ExplainedWhere> = z.lazy(() => AnyExplained);

const matches = z.boolean();
const AnyExplained = z
  .union([
    z.object({ all: z.array(ExplainedWhere), matches }),
    z.object({ any: z.array(ExplainedWhere), matches }),
    z.object({ not: ExplainedWhere, matches }),
    ExplainedCondition,
  ])
  .meta({ id: 'ExplainedWhere', description: 'Conditions as they were written, each with whether it holds and why.' });

/** Says condition by condition why a record fulfils a filter or not; `matches` at the root is what the filter comes to. */
export function explainFilter(where: Where, subject: ExplainedSubject): ExplainedWhere {
  if ('all' in where) {
    const all = where.all.map((part) => explainFilter(part, subject));
    return { all, matches: all.every((part) => part.matches) };
  }
  if ('any' in where) {
    const any = where.any.map((part) => explainFilter(part, subject));
    return { any, matches: any.some((part) => part.matches) };
  }
  if ('not' in where) {
    const not = explainFilter(where.not, subject);
    return { not, matches: !not.matches };
  }
  return explainCondition(where, subject);
}

function explainCondition(condition: Condition, subject: ExplainedSubject): ExplainedCondition {
  const { field, op, value } = condition;
  const actual: TagValue | undefined = subject.read(field);
  const holds = matchesCondition(condition, subject);
  const says = sayCondition(condition, {
    name: subject.label(field),
    actual,
    holds,
    canTellChanges: subject.changed !== undefined,
  });
  return {
    ...{ field, op },
    ...(value === undefined ? {} : { value: shortenValue(value) }),
    ...(isEmpty(actual) || actual === undefined ? {} : { actual: shortenValue(actual) }),
    ...{ matches: holds, says },
  };
}
