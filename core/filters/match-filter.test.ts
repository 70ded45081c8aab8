import { describe, expect, test } from 'vitest';
import type { Where } from '../document/schema-filters.ts';
import type { TagValue } from '../templates/template.ts';
import { matchesFilter } from './match-filter.ts';

const now = Date.parse('2026-11-21T09:00:00Z');

function matches(where: Where, values: Record<string, TagValue> = {}): boolean {
  return matchesFilter(where, { read: (path) => values[path], now, changed: (path) => path === 'occurrences' });
}

describe('a condition', () => {
  test.each([
    ['equals', 'Critical', 'Critical', true],
    ['equals', 'critical', 'Critical', false],
    ['equals', 7, 7, true],
    ['equals', '7', 7, false],
    ['equals', ['iOS', 'Web'], ['Web', 'iOS'], true],
    ['equals', ['iOS', 'Web'], 'iOS', false],
    ['equals', ['iOS'], 'iOS', true],
    ['notEquals', 'Open', 'Closed', true],
    ['notEquals', undefined, 'Closed', true],
    ['in', 'Low', ['Low', 'High'], true],
    ['in', ['Web'], ['iOS', 'Web'], true],
    ['in', undefined, ['Low'], false],
    ['notIn', 'Medium', ['Low', 'High'], true],
    ['contains', ['iOS', 'Web'], 'iOS', true],
    ['contains', 'It crashed', 'crash', true],
    ['contains', undefined, 'crash', false],
    ['startsWith', 'It crashed', 'It', true],
    ['greaterThan', 8, 7, true],
    ['greaterThan', undefined, 7, false],
    ['lessThan', 6, 7, true],
    ['before', '2026-11-20', '2026-11-21', true],
    ['after', '2026-11-21T10:00:00+02:00', '2026-11-21T07:59:59Z', true],
    ['after', 'yesterday', '2026-11-21', false],
    ['olderThan', '2026-11-21T08:29:59Z', '30m', true],
    ['olderThan', '2026-11-21T08:30:00Z', '30m', false],
    ['olderThan', '2026-08-01T00:00:00Z', '90d', true],
    ['isEmpty', undefined, undefined, true],
    ['isEmpty', [], undefined, true],
    ['isEmpty', 0, undefined, false],
    ['isNotEmpty', false, undefined, true],
  ] as const)('%s: %j against %j is %s', (op, actual, value, expected) => {
    const values = actual === undefined ? {} : { field: typeof actual === 'object' ? [...actual] : actual };
    const wanted = typeof value === 'object' ? [...value] : value;
    expect(matches({ field: 'field', op, ...(wanted === undefined ? {} : { value: wanted }) }, values)).toBe(expected);
  });

  test('changed asks the change, not the value', () => {
    expect(matches({ field: 'occurrences', op: 'changed' })).toBe(true);
    expect(matches({ field: 'summary', op: 'changed' })).toBe(false);
  });
});

test('all, any and not nest', () => {
  const critical: Where = { field: 'severity', op: 'equals', value: 'Critical' };
  const closed: Where = { field: 'status', op: 'equals', value: 'Closed' };
  const where: Where = { all: [critical, { not: { any: [closed, { field: 'status', op: 'isEmpty' }] } }] };
  expect(matches(where, { severity: 'Critical', status: 'New' })).toBe(true);
  expect(matches(where, { severity: 'Critical', status: 'Closed' })).toBe(false);
  expect(matches(where, { severity: 'Critical' })).toBe(false);
  expect(matches({ all: [] })).toBe(true);
  expect(matches({ any: [] })).toBe(false);
});
