import { describe, expect, test } from 'vitest';
import { boundChanges } from './audit.ts';

describe('the changes that an entry of the audit names', () => {
  test('have short values, and of longer ones the beginning', () => {
    const changes = [
      { kind: 'changed' as const, path: 'project.name', from: 'A', to: 'x'.repeat(500) },
      { kind: 'added' as const, path: 'teams[a]', to: { key: 'a' } },
      { kind: 'changed' as const, path: 'teams[a].notify.moved', from: false, to: true },
    ];
    expect(boundChanges(changes)).toEqual({
      changes: [
        { kind: 'changed', path: 'project.name', from: 'A', to: `${'x'.repeat(200)}…` },
        { kind: 'added', path: 'teams[a]' },
        { kind: 'changed', path: 'teams[a].notify.moved', from: false, to: true },
      ],
    });
  });

  test('have no values where they are about a person', () => {
    const changes = [{ kind: 'changed' as const, path: 'members[jim@example.com].name', from: 'Jim', to: 'James' }];
    expect(boundChanges(changes).changes).toEqual([{ kind: 'changed', path: 'members[jim@example.com].name' }]);
  });

  test('are fifty at most, and the rest is counted', () => {
    const changes = Array.from({ length: 1_000 }, (_, place) => {
      return { kind: 'added' as const, path: `variables.${'v'.repeat(400)}${place}`, to: '\u{1f98a}'.repeat(1_000) };
    });
    const bound = boundChanges(changes);
    expect(bound).toMatchObject({ changes: { length: 50 }, more: 950 });
    expect(JSON.stringify(bound).isWellFormed()).toBe(true);
    expect(Buffer.byteLength(JSON.stringify(bound))).toBeLessThan(60_000);
  });
});
