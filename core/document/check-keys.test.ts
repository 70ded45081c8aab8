import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { listProblems, makeContext, withPart } from '../../test/sample-document.ts';
import type { Path } from './problems.ts';

const apollo: unknown = parse(readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8'));
const ideasField: Path = ['feedbackTypes', 1, 'fields', 1];
const jira: Path = ['macros', 0, 'actions', 0];
const source: Path = ['externalSources', 0];
const listener: Path = ['externalListeners', 0];

/** One changed part of the example, and the only problem that it leads to. */
test.each<[rule: string, path: Path, part: unknown, problem: string]>([
  [
    'key of another project',
    ['project', 'key'],
    'artemis',
    'project.key: "artemis" is not the project of this URL, which is "apollo"',
  ],
  [
    'repeated key',
    ['automations', 2, 'key'],
    'escalate',
    'automations[2].key: "escalate" is the key of entry 0 of this list already',
  ],
  [
    'badly written key',
    [...listener, 'key'],
    'Jira Closed',
    'externalListeners[0].key: "Jira Closed" is not a key: 1 to 63 lower-case letters, digits and hyphens, not starting with a hyphen',
  ],
  [
    'alias that is another key',
    [...source, 'aliases'],
    ['webform'],
    'externalSources[0].aliases[0]: "webform" is a key or an alias of externalSources[1] already',
  ],
  [
    'repeated member',
    ['members', 1, 'email'],
    'JIM@example.com',
    'members[1].email: "jim@example.com" is listed already, as members[0]',
  ],
  [
    'no e-mail address',
    ['members', 1, 'email'],
    'jim',
    'members[1].email: "jim" is not an e-mail address: one @ with text on both sides, no spaces, at most 254 characters',
  ],
  [
    'repeated id prefix',
    ['feedbackTypes', 1, 'idPrefix'],
    'BUG',
    'feedbackTypes[1].idPrefix: "BUG" is the id prefix of feedback type "issues" already',
  ],
  [
    'repeated label',
    [...ideasField, 'label'],
    'Summary',
    'feedbackTypes[1].fields[1].label: label "Summary" is ambiguous: field "summary" has it too',
  ],
  [
    'label that is a key',
    [...ideasField, 'label'],
    'summary',
    'feedbackTypes[1].fields[1].label: label "summary" is ambiguous: it is the key of another field',
  ],
  [
    'label of external data',
    [...ideasField, 'label'],
    'Jira ID',
    'feedbackTypes[1].fields[1].label: label "Jira ID" is ambiguous: an external data field has it too',
  ],
  [
    'label of a short tag',
    [...ideasField, 'label'],
    'status',
    'feedbackTypes[1].fields[1].label: label "status" is ambiguous: ((status)) is a tag for the ticket\'s own status',
  ],
  [
    'status twice',
    ['feedbackTypes', 1, 'workflows', 0, 'statuses', 1, 'key'],
    'New',
    'feedbackTypes[1].workflows[0].statuses[1].key: "New" is a status of workflow "default" already',
  ],
  [
    'misspelt property',
    [...source, 'feedbacktype'],
    'issues',
    'externalSources[0].feedbacktype: "feedbacktype" is not a property here; did you mean "feedbackType"?',
  ],
  [
    'misspelt property of an action',
    [...jira, 'heders'],
    {},
    'macros[0].actions[0].heders: "heders" is not a property here; did you mean "headers"?',
  ],
  [
    'variable that is no text',
    ['variables', 'retries'],
    3,
    'variables.retries: must be a text, not the number 3: write it in quotes, "3"',
  ],
  [
    'badly written variable',
    ['variables', '1x'],
    'a',
    'variables["1x"]: "1x" is not a name: a letter, then up to 62 letters, digits, hyphens and underscores',
  ],
])('names with this fault are refused: %s', (_rule, path, part, problem) => {
  expect(listProblems(withPart(apollo, path, part))).toEqual([problem]);
});

test('an id prefix that another feedback type ever had is refused', () => {
  const context = makeContext({
    idPrefixesInUse: new Map([
      ['BUG', 'defects'],
      ['IDEA', 'ideas'],
    ]),
  });
  expect(listProblems(apollo, context)).toEqual([
    'feedbackTypes[0].idPrefix: "BUG" belonged to feedback type "defects", whose ticket ids stay taken for ever: choose another',
  ]);
});

test('a field called like a short tag is refused', () => {
  const input = withPart(apollo, ['feedbackTypes', 1, 'fields', 1, 'key'], 'team');
  expect(listProblems(input)).toContain(
    'feedbackTypes[1].fields[1].key: "team" is a tag for the ticket\'s own team: choose another key',
  );
});

test('a group called like the first word of other tags is refused', () => {
  const input = withPart(apollo, ['externalDataGroups', 1, 'key'], 'ticket');
  expect(listProblems(input)).toContain(
    'externalDataGroups[1].key: "ticket" is the first word of other tags: choose another key',
  );
});
