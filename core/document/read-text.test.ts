import { describe, expect, test } from 'vitest';
import { type DocumentReading, readDocumentText } from './read-text.ts';

function listMessages(reading: DocumentReading): string[] {
  return reading.outcome === 'read'
    ? []
    : reading.problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
}

describe('JSON', () => {
  test('is read as it stands', () => {
    expect(readDocumentText('{"project": {"key": "apollo"}}', 'json')).toEqual({
      outcome: 'read',
      value: { project: { key: 'apollo' } },
    });
  });

  test('that is none is refused with its line and column', () => {
    expect(listMessages(readDocumentText('{\n  "a": 1,\n  "b" 2\n}', 'json'))).toEqual([
      expect.stringMatching(/^line 3, column 7: not valid JSON: /),
    ]);
  });

  test('with a property given twice is refused', () => {
    expect(listMessages(readDocumentText('{"a": {"b": 1},\n "c": 2, "a": 3}', 'json'))).toEqual([
      'line 2, column 10: "a" is given twice',
    ]);
  });

  test.each([
    ['a lone surrogate', '{"a": ["\\ud800"]}', /^a\[0\]: .*Unicode/],
    ['NUL', '{"a": "\\u0000"}', /^a: .*NUL/],
    ['a number beyond 2^53', '{"a": 9007199254740993}', /^a: .*2\^53/],
    ['a number that is endless', '{"a": 1e999}', /^a: /],
    ['nesting over 20', `{"a": ${'['.repeat(21)}${']'.repeat(21)}}`, /20 deep/],
    ['endless nesting', '['.repeat(200_000), /^line 1, column \d+: not valid JSON/],
  ])('with %s is refused', (_, text, message) => {
    expect(listMessages(readDocumentText(text, 'json'))).toEqual([expect.stringMatching(message)]);
  });
});

describe('YAML', () => {
  test('is read with its aliases', () => {
    expect(readDocumentText('a: &team {key: x}\nb: *team\n', 'yaml')).toEqual({
      outcome: 'read',
      value: { a: { key: 'x' }, b: { key: 'x' } },
    });
  });

  test('takes dates, yes and no as texts, as version 1.2 says', () => {
    expect(readDocumentText('[2026-11-30, yes, no, 0x10, "3"]', 'yaml')).toEqual({
      outcome: 'read',
      value: ['2026-11-30', 'yes', 'no', 16, '3'],
    });
  });

  test.each([
    ['a syntax error', 'a: 1\nb: [1, 2\nc: 3\n', /^line \d, column \d+: not valid YAML: /],
    ['a merge key', 'a: &a {x: 1}\nb:\n  <<: *a\n', /^line 3, column 3: merge keys/],
    ['a property given twice', 'a: 1\nb: 2\na: 3\n', /^line 3, column 1: "a" is given twice$/],
    ['a second document', 'a: 1\n---\nb: 2\n', /not valid YAML/],
    ['an unknown tag', 'a: !secret jira\n', /not valid YAML: .*secret/],
    ['an alias of nothing', 'a: *b\n', /^line 1, column 4: \*b stands for nothing/],
    ['more than 100 aliases', `a: &a 1\nb: [${'*a, '.repeat(101)}]\n`, /^line 2, column \d+: at most 100 aliases/],
    ['an alias inside of itself', 'a: &a [*a]\n', /1 MiB|contains itself/],
    ['a lone surrogate', 'a: "\\ud800"\n', /Unicode/],
    ['NUL', 'a: "\\0"\n', /NUL/],
    ['a number beyond 2^53', 'a: 9007199254740993\n', /2\^53/],
    ['a number that is none', 'a: .nan\n', /^a: /],
    ['nesting over 20', `a: ${'['.repeat(21)}${']'.repeat(21)}\n`, /20 deep/],
    ['endless nesting', '['.repeat(100_000), /nested too deep|not valid YAML/],
  ])('with %s is refused', (_, text, message) => {
    const messages = listMessages(readDocumentText(text, 'yaml'));
    expect(messages[0]).toMatch(message);
  });

  test('that grows beyond 1 MiB by its aliases is refused', () => {
    const rows = Array.from({ length: 9 }, (_, row) => `a${row + 1}: &a${row + 1} [${`*a${row}, `.repeat(10)}]`);
    expect(listMessages(readDocumentText(`a0: &a0 lol\n${rows.join('\n')}\n`, 'yaml'))).toEqual([
      'the document is over 1 MiB once its aliases are written out',
    ]);
  });

  test('of many properties is read in one pass', () => {
    const text = Array.from({ length: 40_000 }, (_, index) => `name-${index}: 1`).join('\n');
    expect(readDocumentText(text, 'yaml').outcome).toBe('read');
  });
});
