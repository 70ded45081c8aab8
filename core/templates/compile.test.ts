import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { scopeWith } from '../../test/tag-scope.ts';
import { compileTemplate } from './compile.ts';
import { ticketTagScope } from './tag-scope.ts';
import type { TemplateContext } from './template.ts';

const problemsOf = (text: string, context: TemplateContext) => {
  const result = compileTemplate(text, context, scopeWith());
  return result.outcome === 'refused' ? result.problems : [];
};

describe('any template', () => {
  test('is refused with every problem by line and column', () => {
    const text = '((Sumary)) ((a\n((status | day: "y")) \\((\n ((secret.x | upper))';
    expect(problemsOf(text, 'text')).toEqual([
      { line: 1, column: 1, message: '"Sumary" is not a tag here; did you mean "Summary"?' },
      { line: 1, column: 12, message: expect.stringContaining('not closed') },
      { line: 2, column: 10, message: '"day" is not a filter (default, upper, lower, truncate, date, json, raw)' },
      { line: 3, column: 2, message: 'A secret takes no filter' },
    ]);
  });

  test.each([
    'default',
    'default: "a" | truncate',
    'truncate: 0',
    'truncate: 1.5',
    'truncate: "2"',
    'upper: 1',
    'raw: 1',
  ])('is refused with the filter %s', (filter) => {
    expect(problemsOf(`((Summary | ${filter}))`, 'json')).toHaveLength(1);
  });

  test('of 100 KB compiles in a number of segments that fits its tags, sound or not', () => {
    const sound = compileTemplate(`[${'((Summary)), '.repeat(8000)}0]`, 'json', scopeWith());
    expect(sound.outcome === 'compiled' && sound.template.segments.length).toBe(16_001);
    expect(problemsOf('((Sumary)) '.repeat(9000), 'text')).toHaveLength(9000);
    expect(problemsOf('((x '.repeat(25_000), 'json')).toHaveLength(25_000);
    expect(problemsOf(`"${'\\q'.repeat(50_000)}"`, 'json')).toHaveLength(1);
    expect(problemsOf('['.repeat(100_000), 'json')).toHaveLength(1);
    expect(problemsOf('“'.repeat(100_000), 'json')).toHaveLength(100_000);
  });
});

describe('a JSON template', () => {
  test.each([
    '[((Severity)), "a ((Severity)) b", ((Platforms | raw))]',
    '((Summary))',
    '{"a": {"b": [((Occurrences | default: 0))]}}',
    '{"quote \\" and \\\\": "((Summary))"}',
    '{"a": "He said “\\((hi”"}',
    '{"a": "\\u005c((Summary))"}',
  ])('may be %s', (text) => {
    expect(problemsOf(text, 'json')).toEqual([]);
  });

  test.each([
    ['{"a": 1((Occurrences))}', 8],
    ['{"a": -((Occurrences))}', 7],
    ['{"a": ((Severity))((Severity))}', 19],
    ['{"a": ((Severity)),}', 20],
    ['{"a": "C:\\((Severity))"}', undefined],
    ['{"a": "C:\\\\((Severity))"}', 10],
    ['{"a": "\\u00((Severity))"}', 8],
    ['{((Severity)): 1}', 2],
    ['{"a((Severity))": 1}', 4],
    ['{"a": "x((Severity | raw))"}', 20],
    ['{"a": ((secret.x))}', 7],
    ['{"a": ((Severity)) // b\n}', 20],
    ['', 1],
  ])('is judged for any values: %s', (text, column) => {
    expect(problemsOf(text, 'json').map((problem) => problem.column)).toEqual(column === undefined ? [] : [column]);
  });

  test.each([
    [
      '{\n “summary”: "((Summary))" }',
      [
        [2, 2],
        [2, 10],
      ],
    ],
    [
      '{\n "summary": “((Summary))” }',
      [
        [2, 13],
        [2, 25],
      ],
    ],
    ['{\n "summary": "((Summary))” }', [[2, 25]]],
  ])('has its typographic quotes pointed out: %s', (text, places) => {
    const problems = problemsOf(text, 'json');
    expect(problems.map(({ line, column }) => [line, column])).toEqual(places);
    expect(problems[0]?.message).toContain('typographic quote');
  });

  test('has a syntax error of each line pointed out', () => {
    const places = problemsOf('{ "a": [1,],\n b: 2,\n "c": tru }', 'json').map(({ line, column }) => [line, column]);
    expect(places).toEqual([
      [1, 11],
      [2, 2],
      [3, 7],
    ]);
  });
});

describe('a URL template', () => {
  test.each([
    'https://example.com',
    'http://127.0.0.1:8080/a//b?c=((Summary))&((Severity))#((Summary))',
    '((var.jiraUrl))',
    '((var.jiraUrl))/a/((Jira ID))x((Summary))',
    '((secret.hook))?a=((secret.key))',
    'https://example.com/\\((x))',
  ])('may be %s', (text) => {
    expect(problemsOf(text, 'url')).toEqual([]);
  });

  test.each([
    '',
    '/a',
    'ftp://example.com/',
    'https:///a',
    'https:example.com',
    'https://example.com:99999/',
    'https://user:password@example.com/',
    'https://@example.com/',
    'https://example.com/a b',
    'https://example.com/a\n',
    'https://example.com\\a',
    '((Summary))',
    '((request./url))/a',
    'https://((var.jiraUrl))/',
    'https://example.com:((Occurrences))/',
    'https://example.com((Summary))',
    'https://((Summary)).example.com/',
    'ht((Summary))tps://example.com',
    '((var.jiraUrl))((Summary))',
    '((var.jiraUrl))x',
    '((var.jiraUrl))@example.com/',
    '((var.jiraUrl | lower))/',
    'https://example.com/%((Summary))',
    'https://example.com/%2((Summary))',
  ])('may not be %s', (text) => {
    expect(problemsOf(text, 'url')).toHaveLength(1);
  });
});

test('a header template may not hold a line break or what is beyond Latin-1', () => {
  expect(problemsOf('a: é ((Summary))', 'header')).toEqual([]);
  expect(problemsOf('a\n((Summary))', 'header')).toEqual([
    { line: 1, column: 2, message: 'The header contains a line break' },
  ]);
  expect(problemsOf('((Summary))…', 'header')).toHaveLength(1);
});

test('a secret may not stand in an XML body', () => {
  expect(problemsOf('<a>((secret.x))</a>', 'xml')).toHaveLength(1);
});

const Action = z.object({
  kind: z.string(),
  url: z.string().optional(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().optional(),
});
const Labelled = z.object({ key: z.string(), label: z.string() });
const Apollo = z.object({
  variables: z.record(z.string(), z.string()),
  feedbackTypes: z.array(z.object({ key: z.string(), fields: z.array(Labelled) })),
  externalDataGroups: z.array(
    z.object({ key: z.string(), target: z.enum(['ticket', 'member']), fields: z.array(Labelled) }),
  ),
  macros: z.array(z.object({ feedbackType: z.string().optional(), actions: z.array(Action) })),
});

test('every template of the example document compiles', () => {
  const file = new URL('../../examples/apollo.yaml', import.meta.url);
  const { variables, macros, feedbackTypes, externalDataGroups } = Apollo.parse(parse(readFileSync(file, 'utf8')));
  let templates = 0;
  for (const { feedbackType, actions } of macros) {
    const scope = ticketTagScope({
      target: 'ticket',
      feedbackTypes: feedbackTypes.filter(({ key }) => key === feedbackType),
      externalDataGroups,
      variables: Object.keys(variables),
      allowSecrets: true,
    });
    for (const { url, headers, body } of actions.filter(({ kind }) => kind === 'webhook')) {
      const texts: [string | undefined, TemplateContext][] = [
        [url, 'url'],
        [body, 'json'],
      ];
      for (const header of Object.values(headers)) texts.push([header, 'header']);
      for (const [text, context] of texts) {
        expect(compileTemplate(text ?? '', context, scope)).toMatchObject({ outcome: 'compiled' });
        templates += 1;
      }
    }
  }
  expect(templates).toBe(9);
});
