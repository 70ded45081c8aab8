import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Condition, type Where } from '../document/schema-filters.ts';
import type { TagValue } from '../templates/template.ts';
import { type ExplainedWhere, explainFilter } from './explain-filter.ts';
import { matchesFilter } from './match-filter.ts';

const now = Date.parse('2026-11-21T09:00:00Z');

function explain(where: Where, values: Record<string, TagValue> = {}, changed?: readonly string[]): ExplainedWhere {
  return explainFilter(where, {
    now,
    read: (path) => values[path],
    label: (path) => path[0]?.toUpperCase() + path.slice(1),
    ...(changed === undefined ? {} : { changed: (path: string) => changed.includes(path) }),
  });
}

describe('a condition says', () => {
  test.each<[op: Condition['op'], actual: TagValue | undefined, value: Condition['value'], says: string]>([
    ['equals', 'Critical', 'Critical', 'Field is Critical'],
    ['equals', 'Low', 'Critical', 'Field is Low, and Critical is wanted'],
    ['equals', undefined, 'Critical', 'Field is empty, and Critical is wanted'],
    ['equals', ['iOS', 'Web'], ['iOS'], 'Field is iOS, Web, and iOS is wanted'],
    ['notEquals', 'Open', 'Closed', 'Field is Open, not Closed'],
    ['notEquals', 'Closed', 'Closed', 'Field is Closed, and anything else is wanted'],
    ['in', 'Low', ['Low', 'High'], 'Field is Low, one of Low, High'],
    ['in', 'Medium', ['Low', 'High'], 'Field is Medium, and one of Low, High is wanted'],
    ['notIn', 'Low', ['Low', 'High'], 'Field is Low, and none of Low, High is wanted'],
    ['contains', 'It crashed', 'crash', 'Field is It crashed, which contains crash'],
    ['contains', 'It broke', 'crash', 'Field is It broke, and it has to contain crash'],
    ['startsWith', 'It broke', 'Not', 'Field is It broke, and it has to start with Not'],
    ['greaterThan', 8, 7, 'Field is 8, more than 7'],
    ['greaterThan', 0, 7, 'Field is 0, and more than 7 is wanted'],
    ['lessThan', undefined, 7, 'Field is empty, and less than 7 is wanted'],
    ['before', '2026-11-22', '2026-11-21', 'Field is 2026-11-22, and before 2026-11-21 is wanted'],
    ['after', '2026-11-22', '2026-11-21', 'Field is 2026-11-22, after 2026-11-21'],
    ['olderThan', '2026-11-20', '90d', 'Field is 2026-11-20, and longer ago than 90 days is wanted'],
    ['olderThan', '2026-11-20', '1h', 'Field is 2026-11-20, longer ago than 1 hour'],
    ['isEmpty', undefined, undefined, 'Field is empty'],
    ['isEmpty', 'APO-1', undefined, 'Field is APO-1, and it has to be empty'],
    ['isNotEmpty', [], undefined, 'Field is empty, and a value is wanted'],
    ['isNotEmpty', false, undefined, 'Field is false'],
    ['changed', 'x', undefined, 'Only a modification can tell whether Field changed'],
  ])('%s, with %j against %j', (op, actual, value, says) => {
    const where: Condition = { field: 'field', op, ...(value === undefined ? {} : { value }) };
    expect(explain(where, actual === undefined ? {} : { field: actual })).toMatchObject({ op, says });
  });

  test('whether its value changed, where there was a modification', () => {
    const where: Where = { field: 'occurrences', op: 'changed' };
    expect(explain(where, {}, ['occurrences'])).toMatchObject({ matches: true, says: 'Occurrences changed' });
    expect(explain(where, {}, [])).toMatchObject({ matches: false, says: 'Occurrences did not change' });
  });

  test('long texts and lists by their beginning', () => {
    const where: Where = { field: 'field', op: 'in', value: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] };
    const explained = explain(where, { field: 'x'.repeat(30_000) });
    const text = `${'x'.repeat(100)}…`;
    expect(explained).toMatchObject({
      actual: text,
      value: ['a', 'b', 'c', 'd', 'e', '…'],
      says: `Field is ${text}, and one of a, b, c, d, e and 2 more is wanted`,
    });
  });
});

test('every part of a filter says whether it holds, in the shape in which it was written', () => {
  const critical: Where = { field: 'severity', op: 'equals', value: 'Critical' };
  const where: Where = { all: [critical, { not: { any: [{ field: 'status', op: 'isEmpty' }] } }] };
  expect(explain(where, { severity: 'Low', status: 'New' })).toEqual({
    all: [
      {
        ...critical,
        actual: 'Low',
        matches: false,
        says: 'Severity is Low, and Critical is wanted',
      },
      {
        not: {
          any: [
            {
              field: 'status',
              op: 'isEmpty',
              actual: 'New',
              matches: false,
              says: 'Status is New, and it has to be empty',
            },
          ],
          matches: false,
        },
        matches: true,
      },
    ],
    matches: false,
  });
});

const scalar = fc.oneof(
  fc.constantFrom('a', 'ab', '', '2026-11-20', '2026-11-21T10:00:00Z', '30m', '90d'),
  fc.integer({ min: 0, max: 3 }),
  fc.boolean(),
);
const condition: fc.Arbitrary<Where> = fc.record(
  {
    field: fc.constantFrom('one', 'two', 'three'),
    op: fc.constantFrom(...Condition.shape.op.options),
    value: fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })),
  },
  { requiredKeys: ['field', 'op'] },
);
const { where: anyWhere } = fc.letrec<{ where: Where }>((tie) => ({
  where: fc.oneof(
    { maxDepth: 4 },
    condition,
    fc.record({ all: fc.array(tie('where'), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('where'), { maxLength: 3 }) }),
    fc.record({ not: tie('where') }),
  ),
}));
const anyValues = fc.dictionary(
  fc.constantFrom('one', 'two', 'three'),
  fc.oneof(scalar, fc.constant(null), fc.array(scalar, { maxLength: 3 }), fc.constant({ name: 'a.png' })),
);

test('an explanation comes to what the filter comes to, whatever the filter and the record', () => {
  fc.assert(
    fc.property(anyWhere, anyValues, fc.boolean(), (where, values, isModified) => {
      const changed = isModified ? { changed: (path: string) => path === 'one' } : {};
      const subject = { now, read: (path: string) => values[path], ...changed };
      const explained = explainFilter(where, { ...subject, label: (path) => path });
      expect(explained.matches).toBe(matchesFilter(where, subject));
    }),
    { numRuns: 2_000 },
  );
});
