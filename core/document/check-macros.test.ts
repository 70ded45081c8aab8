import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { listProblems, withPart } from '../../test/sample-document.ts';
import type { Path } from './problems.ts';

const apollo: unknown = parse(readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8'));
const action = (macro: number, index: number): Path => ['macros', macro, 'actions', index];
const jira: Path = ['macros', 0, 'actions', 0];

/** One changed part of the example, and the only problem that it leads to. */
test.each<[rule: string, path: Path, part: unknown, problem: string]>([
  [
    'secret in a comment',
    [...action(3, 1), 'text'],
    '((secret.jira))',
    'macros[3].actions[1].text: line 1, column 1: A secret may not be used here',
  ],
  [
    'body with GET',
    [...jira, 'method'],
    'GET',
    'macros[0].actions[0].body: a GET request has no body: leave it out, or choose another method',
  ],
  [
    'form as text',
    [...jira, 'contentType'],
    'form',
    'macros[0].actions[0].body: a form takes a map of names to values, not a text',
  ],
  [
    'header of the client',
    [...jira, 'headers', 'Host'],
    'example.com',
    'macros[0].actions[0].headers.Host: Host is set by the sender: leave it out',
  ],
  [
    'header twice',
    [...jira, 'headers', 'accept'],
    'text/plain',
    'macros[0].actions[0].headers.accept: is the same header as Accept',
  ],
  [
    'capture into nothing',
    [...jira, 'capture'],
    'jirra',
    'macros[0].actions[0].capture: "jirra" is not an external data group of this document (jira, app-usage)',
  ],
  [
    'capture into members',
    [...jira, 'capture'],
    'app-usage',
    'macros[0].actions[0].capture: group "app-usage" belongs to members, and one that belongs to tickets is needed',
  ],
  [
    'timeout too long',
    [...jira, 'timeoutSeconds'],
    31,
    'macros[0].actions[0].timeoutSeconds: must be at most 30, not 31',
  ],
  [
    'answer judged by what changed',
    [...jira, 'success'],
    {
      where: {
        all: [
          { field: '/x', op: 'isEmpty' },
          { field: 'status', op: 'changed' },
        ],
      },
    },
    'macros[0].actions[0].success.where.all[1].op: only automations on modify can tell what changed',
  ],
  [
    'unknown kind of auth',
    [...jira, 'auth'],
    { kind: 'digest' },
    'macros[0].actions[0].auth.kind: "digest" is not one of basic, bearer, header, oauth2',
  ],
  [
    'unknown kind of action',
    [...action(3, 1), 'kind'],
    'coment',
    'macros[3].actions[1].kind: "coment" is not one of webhook, workflow, setFields, comment, score, teams, email',
  ],
  [
    'status that a map leads to',
    [...action(4, 0), 'status', 'map', 'Done'],
    'Done',
    'macros[4].actions[0].status.map.Done: "Done" is not a status of feedback type "issues" (New, Open, Logged to Jira, Closed)',
  ],
  [
    'workflow action without effect',
    action(3, 0),
    { kind: 'workflow' },
    'macros[3].actions[0]: give at least one of workflow, status and team',
  ],
  [
    'unknown field',
    action(3, 0),
    { kind: 'setFields', fields: { sumary: 'x' } },
    'macros[3].actions[0].fields.sumary: "sumary" is not a field of feedback type "issues" (summary, description, severity, platforms, frustration, occurrences, crashed-at, os-version, screenshot, crash-log)',
  ],
  [
    'choice that is none',
    action(3, 0),
    { kind: 'setFields', fields: { severity: 'high' } },
    "macros[3].actions[0].fields.severity: 'high' is not a choice of Severity (Low, Medium, High, Critical)",
  ],
  [
    'workflow of members',
    action(5, 0),
    { kind: 'workflow', team: 'testers' },
    'macros[5].actions[0].kind: workflow changes tickets, and this macro is for members',
  ],
  [
    'teams without any',
    action(5, 0),
    { kind: 'teams' },
    'macros[5].actions[0]: give at least one team in add or in remove',
  ],
  [
    'more than 20 actions',
    ['macros', 5, 'actions'],
    new Array(21).fill({ kind: 'score', points: 1 }),
    'macros[5].actions: has 21 entries; at most 20 are allowed',
  ],
  [
    'name of another action',
    [...action(0, 1), 'key'],
    'webhook-1',
    'macros[0].actions[1].key: "webhook-1" names action 1 of this macro already',
  ],
  [
    'unknown team',
    ['macros', 0, 'showAsAction', 'teams'],
    ['support'],
    'macros[0].showAsAction.teams[0]: "support" is not a team of this document (testers, beta-support, project-managers)',
  ],
])('macros with this fault are refused: %s', (_rule, path, part, problem) => {
  expect(listProblems(withPart(apollo, path, part))).toEqual([problem]);
});

test('a form takes a map of names to values', () => {
  const webhook = { kind: 'webhook', method: 'POST', url: 'https://example.com/', contentType: 'form' };
  const given = (body: unknown) => listProblems(withPart(apollo, jira, { ...webhook, body }));
  expect(given({ summary: '((Summary))', 'api key': '((secret.jira))' })).toEqual([]);
  expect(given('summary=((Summary))')).toEqual([
    'macros[0].actions[0].body: a form takes a map of names to values, not a text',
  ]);
});

test.each(['json', 'text/plain', 'application/x-www-form-urlencoded'])(
  'a body of type %s takes no map',
  (contentType) => {
    const webhook = { kind: 'webhook', method: 'POST', url: 'https://example.com/', contentType, body: { a: 'b' } };
    expect(listProblems(withPart(apollo, jira, webhook))).toEqual([
      `macros[0].actions[0].body: a body of content type "${contentType}" is a text; only form takes a map`,
    ]);
  },
);

test('a bad template is refused with the line and column of what is wrong', () => {
  expect(listProblems(withPart(apollo, [...jira, 'url'], '((var.jiraUrl))/x/((ticket.idd))'))).toEqual([
    expect.stringMatching(/^macros\[0\]\.actions\[0\]\.url: line 1, column 19: "ticket\.idd" .*ticket\.id"?/),
  ]);
  expect(listProblems(withPart(apollo, [...jira, 'body'], '{\n  "a": ((Summary)) x }'))).toEqual([
    expect.stringMatching(/^macros\[0\]\.actions\[0\]\.body: line 2, column 20: .*JSON/),
  ]);
});
