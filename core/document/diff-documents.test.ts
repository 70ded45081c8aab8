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
        {
          kind: 'changed',
          path: 'externalSources[appcrashlog].name',
          from: 'Crash log from the mobile app',
          to: 'Crashes',
        },
        { kind: 'changed', path: 'members[ada@example.com].role', from: 'support', to: 'observer' },
        { kind: 'changed', path: 'macros[send-to-jira].actions[webhook-1].method', from: 'POST', to: 'PUT' },
        {
          kind: 'changed',
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
      { kind: 'removed', path: 'teams[a]', from: { key: 'a' } },
      { kind: 'added', path: 'teams[c]', to: { key: 'c' } },
      { kind: 'removed', path: 'variables', from: { x: '1' } },
      { kind: 'added', path: 'filters', to: [] },
    ]);
  });

  test('shows a changed order by the names in it', () => {
    const before = { teams: [{ key: 'a' }, { key: 'b' }] };
    const after = { teams: [{ key: 'b' }, { key: 'a' }] };
    expect(diffDocuments(before, after)).toEqual([{ kind: 'moved', path: 'teams', from: ['a', 'b'], to: ['b', 'a'] }]);
  });

  test('calls a source that is put in front of twenty others one that was added', () => {
    const others = Array.from({ length: 20 }, (_, place) => ({ key: `s${place}`, name: `Source ${place}` }));
    const first = { key: 'first', name: 'First' };
    expect(diffDocuments({ externalSources: others }, { externalSources: [first, ...others] })).toEqual([
      { kind: 'added', path: 'externalSources[first]', to: first },
    ]);
  });

  test('calls entries of a list that was left out added, one by one', () => {
    expect(diffDocuments({}, { teams: [{ key: 'a' }, { key: 'b' }] })).toEqual([
      { kind: 'added', path: 'teams[a]', to: { key: 'a' } },
      { kind: 'added', path: 'teams[b]', to: { key: 'b' } },
    ]);
    expect(diffDocuments({ teams: [{ key: 'a' }] }, {})).toEqual([
      { kind: 'removed', path: 'teams[a]', from: { key: 'a' } },
    ]);
  });

  test('names texts in a list by themselves', () => {
    const [before, after] = [{ options: ['Low', 'High'] }, { options: ['Low', 'Medium', 'High'] }];
    expect(diffDocuments(before, after)).toEqual([{ kind: 'added', path: 'options[Medium]', to: 'Medium' }]);
    expect(diffDocuments(after, before)).toEqual([{ kind: 'removed', path: 'options[Medium]', from: 'Medium' }]);
    expect(diffDocuments({ options: ['a', 'a'] }, { options: ['a', 'b'] })).toEqual([
      { kind: 'changed', path: 'options[1]', from: 'a', to: 'b' },
    ]);
  });

  test('shows a key that was changed and kept as an alias as a change of the entry', () => {
    const before = { externalSources: [{ key: 'old', name: 'Same' }] };
    const after = { externalSources: [{ key: 'new', name: 'Same', aliases: ['old'] }] };
    expect(diffDocuments(before, after)).toEqual([
      { kind: 'changed', path: 'externalSources[old].key', from: 'old', to: 'new' },
      { kind: 'added', path: 'externalSources[old].aliases[old]', to: 'old' },
    ]);
  });

  test('names actions without a key by kind and place, and one that is put in front is one change', () => {
    const [webhook, comment] = [
      { kind: 'webhook', url: 'https://example.com' },
      { kind: 'comment', text: 'Done' },
    ];
    const [before, after] = [{ actions: [webhook] }, { actions: [comment, webhook] }];
    expect(diffDocuments(before, after)).toEqual([{ kind: 'added', path: 'actions[comment-1]', to: comment }]);
    expect(diffDocuments({ actions: [webhook] }, { actions: [comment] })).toEqual([
      { kind: 'removed', path: 'actions[webhook-1]', from: webhook },
      { kind: 'added', path: 'actions[comment-1]', to: comment },
    ]);
  });

  test('names conditions by their place', () => {
    const where = (...values: string[]) => ({
      all: values.map((value) => ({ field: 'severity', op: 'equals', value })),
    });
    expect(diffDocuments(where('a', 'b', 'c'), where('a', 'x', 'c'))).toEqual([
      { kind: 'changed', path: 'all[1].value', from: 'b', to: 'x' },
    ]);
    expect(diffDocuments(where('a', 'b', 'c'), where('a', 'c'))).toEqual([
      { kind: 'removed', path: 'all[1]', from: { field: 'severity', op: 'equals', value: 'b' } },
    ]);
  });

  test('shows the first document as a whole where there was none', () => {
    expect(diffDocuments(undefined, { project: { key: 'a' } })).toEqual([
      { kind: 'added', path: '', to: { project: { key: 'a' } } },
    ]);
  });
});
