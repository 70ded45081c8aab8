import { expect, test } from 'vitest';
import type { Terminal } from '../terminal.ts';
import type { DocumentChange } from './document-calls.ts';
import { printChanges } from './show-changes.ts';

function print(changes: readonly DocumentChange[]): string[] {
  const lines: string[] = [];
  const terminal: Pick<Terminal, 'print' | 'paint'> = {
    print: (line) => lines.push(line),
    paint: (_, text) => text,
  };
  printChanges(terminal, changes);
  return lines;
}

test('says by path what is added, changed and removed, and how much of each', () => {
  expect(
    print([
      { kind: 'added', path: 'teams[qa]', to: { key: 'qa', name: 'QA' } },
      { kind: 'changed', path: 'project.name', from: 'Apollo', to: 'Apollo 2' },
      { kind: 'removed', path: 'variables.jiraUrl', from: 'https://jira.example.com' },
    ]),
  ).toEqual([
    '+ teams[qa]:',
    '+     key: qa',
    '+     name: QA',
    '~ project.name: Apollo → Apollo 2',
    '- variables.jiraUrl: https://jira.example.com',
    '1 added, 1 changed, 1 removed.',
  ]);
});

test('shows of a long text the lines that changed, with those around them', () => {
  const body = ['{', '  "a": 1,', '  "b": 2,', '  "c": 3,', '  "d": 4', '}'].join('\n');
  expect(print([{ kind: 'changed', path: 'body', from: body, to: body.replace('"d": 4', '"d": 5') }])).toEqual([
    '~ body:',
    '       "b": 2,',
    '       "c": 3,',
    '    -  "d": 4',
    '    +  "d": 5',
    '     }',
    '1 changed.',
  ]);
});

test('says so where there is nothing to change', () => {
  expect(print([])).toEqual(['Nothing to change.']);
});

test('lets no value steer the terminal', () => {
  expect(print([{ kind: 'changed', path: 'project.name', from: 'a', to: 'b\u001b[2Jc\u202e' }]).join('')).not.toMatch(
    /[\p{Cc}\p{Cf}]/u,
  );
});
