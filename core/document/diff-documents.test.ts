import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { withPart } from '../../test/sample-document.ts';
import { diffDocuments } from './diff-documents.ts';

const apollo: unknown = parse(readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8'));

describe('diffDocuments', () => {
  test('finds nothing between a document and itself', () => {
    expect(diffDocuments(apollo, structuredClone(apollo))).toEqual([]);
  });

  test('names list entries by key, e-mail address or kind', () => {
    let after = withPart(apollo, ['externalSources', 0, 'name'], 'Crashes');
    after = withPart(after, ['members', 1, 'role'], 'observer');
    after = withPart(after, ['macros', 0, 'actions', 0, 'method'], 'PUT');
    after = withPart(after, ['feedbackTypes', 0, 'workflows', 0, 'statuses', 2, 'team'], 'testers');
    expect(diffDocuments(apollo, after)).toEqual(
      expect.arrayContaining([
        { path: 'externalSources[appcrashlog].name', from: 'Crash log from the mobile app', to: 'Crashes' },
        { path: 'members[ada@example.com].role', from: 'support', to: 'observer' },
        { path: 'macros[send-to-jira].actions[webhook-1].method', from: 'POST', to: 'PUT' },
        {
          path: 'feedbackTypes[issues].workflows[default].statuses[Logged to Jira].team',
          from: 'project-managers',
          to: 'testers',
        },
      ]),
    );
  });

  test('shows what was added and what was removed as a whole', () => {
    const before = { teams: [{ key: 'a' }, { key: 'b' }], variables: { x: '1' } };
    const after = { teams: [{ key: 'b' }, { key: 'c' }], filters: [] };
    expect(diffDocuments(before, after)).toEqual([
      { path: 'teams[a]', from: { key: 'a' } },
      { path: 'teams[c]', to: { key: 'c' } },
      { path: 'variables', from: { x: '1' } },
      { path: 'filters', to: [] },
    ]);
  });

  test('shows a changed order by the names in it', () => {
    const before = { teams: [{ key: 'a' }, { key: 'b' }] };
    const after = { teams: [{ key: 'b' }, { key: 'a' }] };
    expect(diffDocuments(before, after)).toEqual([{ path: 'teams', from: ['a', 'b'], to: ['b', 'a'] }]);
  });

  test('compares lists of plain values as a whole', () => {
    const [before, after] = [{ options: ['a', 'b'] }, { options: ['a'] }];
    expect(diffDocuments(before, after)).toEqual([{ path: 'options', from: ['a', 'b'], to: ['a'] }]);
  });

  test('shows the first document as a whole where there was none', () => {
    expect(diffDocuments(undefined, { project: { key: 'a' } })).toEqual([{ path: '', to: { project: { key: 'a' } } }]);
  });
});
