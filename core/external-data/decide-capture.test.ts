import { describe, expect, test } from 'vitest';
import type { FrozenCapture } from '../deliveries/delivery.ts';
import { decideCapture } from './decide-capture.ts';
import { freezeCapture } from './freeze-capture.ts';

const jira: FrozenCapture = {
  group: 'jira',
  fields: [
    { key: 'key', type: 'string', parameter: 'key', lookup: true },
    { key: 'id', type: 'integer', parameter: 'id', lookup: true },
  ],
};
const record = (external: Record<string, Record<string, string | number | boolean>> = {}, bytes = 1_000) => ({
  external,
  bytes,
});

describe('captured values change on a record', () => {
  test('only what differs from what it holds', () => {
    const decision = decideCapture(record({ jira: { key: 'APO-7', id: 7 } }), jira, { key: 'APO-8', id: 7 });
    expect(decision).toEqual({
      values: { key: 'APO-8' },
      changes: [{ path: 'external.jira.key', from: 'APO-7', to: 'APO-8' }],
      lookups: { added: ['APO-8'], removed: ['APO-7'] },
      left: [],
    });
    expect(decideCapture(record({ jira: { key: 'APO-7' } }), jira, { key: 'APO-7' }).changes).toEqual([]);
  });

  test('no lookup entry that another field still needs', () => {
    const elsewhere = record({ jira: { key: '7' }, github: { number: 7 } });
    expect(decideCapture(elsewhere, jira, { key: '8' }).lookups).toEqual({ added: ['8'], removed: [] });
    const within = record({ jira: { key: '7', id: 7 } });
    expect(decideCapture(within, jira, { key: '8' }).lookups).toEqual({ added: ['8'], removed: [] });
    const swapped = record({ jira: { key: '7', id: 8 } });
    expect(decideCapture(swapped, jira, { key: '8', id: 7 }).lookups).toEqual({ added: [], removed: [] });
    expect(decideCapture(record(), jira, { key: '7', id: 7 }).lookups).toEqual({ added: ['7'], removed: [] });
  });

  test('no more than there is room for, and what is left is named', () => {
    const full = decideCapture(record({}, 350 * 1024 - 30), jira, { key: 'x'.repeat(100), id: 7 });
    expect(full.values).toEqual({ id: 7 });
    expect(full.left).toEqual([{ field: 'key', reason: expect.stringContaining('the record is full') }]);
    const fields = Array.from({ length: 50 }, (_, place) => ({ ...jira.fields[0], key: `f${place}` }));
    const many = {
      group: 'g',
      fields: fields.map(({ key }) => ({ key, type: 'string', parameter: key, lookup: true }) as const),
    };
    const values = Object.fromEntries(fields.map(({ key }) => [key, key]));
    expect(decideCapture(record(), many, values).left).toHaveLength(10);
    const long = Object.fromEntries(fields.map(({ key }) => [key, '\u{1f98a}'.repeat(10_000)]));
    const equal = decideCapture(record({ g: long }), many, long);
    expect([equal.changes, equal.left]).toEqual([
      [],
      expect.arrayContaining([expect.objectContaining({ field: 'f49' })]),
    ]);
    const decision = decideCapture(record(), many, long);
    expect(Object.keys(decision.values)).toHaveLength(3);
    expect(decision.left[0]?.reason).toContain('too long together');
  });

  test('no more than 100 at once, which is what one update of the record can name', () => {
    const fields = Array.from(
      { length: 320 },
      (_, place) => ({ key: `f${place}`, type: 'integer', parameter: 'n' }) as const,
    );
    const decision = decideCapture(
      record(),
      { group: 'g', fields },
      Object.fromEntries(fields.map(({ key }) => [key, 1])),
    );
    expect([decision.changes.length, decision.left.length]).toEqual([100, 220]);
    expect(decision.left[0]).toEqual({ field: 'f100', reason: 'at most 100 values can change at once' });
  });

  test('a group that is called as every object inherits', () => {
    const capture = { group: 'constructor', fields: [{ key: 'valueof', type: 'string', parameter: 'a' } as const] };
    expect(decideCapture(record(), capture, { valueof: 'x' }).changes).toEqual([
      { path: 'external.constructor.valueof', to: 'x' },
    ]);
  });
});

test('a capture is frozen without what only people read, and not where its group is gone', () => {
  const group = { key: 'jira', name: 'Jira', target: 'ticket' as const };
  const field = {
    key: 'key',
    label: 'Jira ID',
    type: 'string' as const,
    parameter: 'key',
    favorite: true,
    lookup: true,
  };
  const document = { externalDataGroups: [{ ...group, fields: [field, { ...field, lookup: false, match: '(.)' }] }] };
  expect(freezeCapture(document, 'jira')).toEqual({
    group: 'jira',
    fields: [
      { key: 'key', type: 'string', parameter: 'key', lookup: true },
      { key: 'key', type: 'string', parameter: 'key', match: '(.)' },
    ],
  });
  expect(freezeCapture(document, 'other')).toBeUndefined();
});
