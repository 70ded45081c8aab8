import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { listProblems, withPart } from '../../test/sample-document.ts';
import type { Path } from './problems.ts';

const apollo: unknown = parse(readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8'));
const listener: Path = ['externalListeners', 0];

/** One changed part of the example, and the only problem that it leads to. */
test.each<[rule: string, path: Path, part: unknown, problem: string]>([
  [
    'unknown macro',
    [...listener, 'macro'],
    'closed',
    'externalListeners[0].macro: "closed" is not a macro of this document (send-to-jira, update-jira-occurrences, tell-slack, close, follow-jira, thank)',
  ],
  [
    'macro for members',
    [...listener, 'macro'],
    'thank',
    'externalListeners[0].macro: macro "thank" has target member, and one with target feedback is needed',
  ],
  [
    'macro of another type',
    [...listener, 'feedbackType'],
    'ideas',
    'externalListeners[0].macro: macro "close" is for feedback type "issues", not "ideas"',
  ],
  [
    'group of tickets',
    ['externalListeners', 4, 'group'],
    'jira',
    'externalListeners[4].group: group "jira" belongs to tickets, and one that belongs to members is needed',
  ],
  [
    'feedback type of members',
    ['externalListeners', 5, 'feedbackType'],
    'issues',
    'externalListeners[5].feedbackType: members have no feedback type: leave it out, or set the target',
  ],
  [
    'unknown filter',
    ['externalListeners', 2, 'filter'],
    'ios',
    'externalListeners[2].filter: "ios" is not a filter of this document (critical, ios-only)',
  ],
  [
    'unknown kind',
    [...listener, 'type'],
    'macros',
    'externalListeners[0].type: "macros" is not one of macro, comment, data',
  ],
  ['no text', ['externalListeners', 3, 'textParameter'], undefined, 'externalListeners[3].textParameter: is required'],
])('external listeners with this fault are refused: %s', (_rule, path, part, problem) => {
  expect(listProblems(withPart(apollo, path, part))).toEqual([problem]);
});
