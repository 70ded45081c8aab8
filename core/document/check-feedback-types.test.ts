import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { listProblems, withPart } from '../../test/sample-document.ts';
import type { Path } from './problems.ts';

const apollo: unknown = parse(readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8'));
const issuesField = (index: number): Path => ['feedbackTypes', 0, 'fields', index];

/** One changed part of the example, and the only problem that it leads to. */
test.each<[rule: string, path: Path, part: unknown, problem: string]>([
  [
    'unknown team',
    ['feedbackTypes', 0, 'workflows', 0, 'statuses', 0, 'team'],
    'support',
    'feedbackTypes[0].workflows[0].statuses[0].team: "support" is not a team of this document (testers, beta-support, project-managers)',
  ],
  [
    'required attachment',
    [...issuesField(8), 'required'],
    true,
    'feedbackTypes[0].fields[8].required: an attachment cannot be required: files arrive after their ticket',
  ],
  [
    'limit of another kind',
    [...issuesField(8), 'maxLength'],
    5,
    'feedbackTypes[0].fields[8].maxLength: a field of kind attachment takes no maxLength',
  ],
  [
    'no options',
    [...issuesField(3), 'options'],
    undefined,
    'feedbackTypes[0].fields[3].options: a field of kind multipleChoice needs options',
  ],
  [
    'option twice',
    [...issuesField(3), 'options'],
    ['iOS', 'iOS'],
    'feedbackTypes[0].fields[3].options[1]: "iOS" is listed twice',
  ],
  [
    'scale of fractions',
    [...issuesField(4), 'max'],
    4.5,
    'feedbackTypes[0].fields[4].max: a ratingScale has whole numbers',
  ],
  [
    'scale upside down',
    [...issuesField(4), 'max'],
    0,
    'feedbackTypes[0].fields[4].max: max is 0, which is less than min, 1',
  ],
  [
    'no status',
    ['feedbackTypes', 1, 'workflows', 0, 'statuses'],
    [],
    'feedbackTypes[1].workflows[0].statuses: needs at least one entry',
  ],
  ['too many digits', ['feedbackTypes', 0, 'idDigits'], 10, 'feedbackTypes[0].idDigits: must be at most 9, not 10'],
])('feedback types with this fault are refused: %s', (_rule, path, part, problem) => {
  expect(listProblems(withPart(apollo, path, part))).toEqual([problem]);
});
