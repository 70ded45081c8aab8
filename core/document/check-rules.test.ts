import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Path } from './problems.ts';
import { listProblems, makeContext, withPart } from './sample-document.ts';

const apollo: unknown = parse(readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8'));

const issuesField = (index: number): Path => ['feedbackTypes', 0, 'fields', index];
const ideasField: Path = ['feedbackTypes', 1, 'fields', 1];
const action = (macro: number, index: number): Path => ['macros', macro, 'actions', index];
const jira = action(0, 0);
const source: Path = ['externalSources', 0];
const listener: Path = ['externalListeners', 0];
const condition: Path = ['filters', 0, 'where', 'all', 0];

type Case = [rule: string, path: Path, part: unknown, problem: string];

/** One changed part of the example, and the only problem that it must lead to. */
const cases: Record<string, Case[]> = {
  names: [
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
  ],
  'feedback types': [
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
  ],
  'external data': [
    [
      'expression that is none',
      ['externalDataGroups', 0, 'fields', 1, 'match'],
      '([0-9]+',
      'externalDataGroups[0].fields[1].match: "([0-9]+" is not an RE2 expression: error parsing regexp: missing closing ): `([0-9]+`',
    ],
    [
      'expression without a group',
      ['externalDataGroups', 0, 'fields', 1, 'match'],
      '[0-9]+',
      'externalDataGroups[0].fields[1].match: "[0-9]+" has no group: put what is to be taken in brackets, such as ID ([0-9]+)',
    ],
    [
      'pointer that is none',
      ['externalDataGroups', 0, 'fields', 1, 'parameter'],
      '/a~b',
      'externalDataGroups[0].fields[1].parameter: "/a~b" is not a JSON Pointer such as /device/lastSeen',
    ],
  ],
  filters: [
    [
      'unknown value',
      [...condition, 'field'],
      'severty',
      'filters[0].where.all[0].field: "severty" is not a value of a ticket of type "issues"; did you mean "severity"?',
    ],
    [
      'unknown choice',
      [...condition, 'value'],
      'critical',
      'filters[0].where.all[0].value: "critical" is not a choice of Severity (Low, Medium, High, Critical)',
    ],
    [
      'unknown status',
      ['filters', 0, 'where', 'all', 1, 'value'],
      'closed',
      'filters[0].where.all[1].value: "closed" is not a status (New, Open, Logged to Jira, Closed)',
    ],
    [
      'operator that does not fit',
      [...condition, 'op'],
      'olderThan',
      'filters[0].where.all[0].op: olderThan does not fit "severity", which is a text',
    ],
    [
      'unknown operator',
      [...condition, 'op'],
      'equal',
      'filters[0].where.all[0].op: "equal" is not one of equals, notEquals, in, notIn, contains, startsWith, greaterThan, lessThan, before, after, olderThan, isEmpty, isNotEmpty, changed',
    ],
    [
      'value too many',
      condition,
      { field: 'severity', op: 'isEmpty', value: 'Low' },
      'filters[0].where.all[0].value: isEmpty takes no value',
    ],
    ['no value', condition, { field: 'severity', op: 'equals' }, 'filters[0].where.all[0].value: equals needs a value'],
    [
      'number as text',
      condition,
      { field: 'occurrences', op: 'greaterThan', value: '3' },
      'filters[0].where.all[0].value: is compared with a number: write it without quotes',
    ],
    [
      'no list',
      condition,
      { field: 'severity', op: 'in', value: 'Low' },
      'filters[0].where.all[0].value: in takes a list of values, such as [a, b]',
    ],
    [
      'no date',
      condition,
      { field: 'crashed-at', op: 'before', value: '2026-02-30' },
      'filters[0].where.all[0].value: "2026-02-30" is not a date such as 2026-11-30 or 2026-11-30T09:15:00Z',
    ],
    [
      'no duration',
      condition,
      { field: 'ticket.createdAt', op: 'olderThan', value: '90 days' },
      'filters[0].where.all[0].value: "90 days" is not a duration such as 30m, 12h or 90d',
    ],
    [
      'secret in a filter',
      condition,
      { field: 'secret.jira', op: 'isEmpty' },
      'filters[0].where.all[0].field: "secret.jira" is not a value of a ticket of type "issues"',
    ],
    [
      'unknown feedback type',
      ['filters', 1, 'feedbackType'],
      'issue',
      'filters[1].feedbackType: "issue" is not a feedback type of this document (issues, ideas)',
    ],
    [
      '"changed" of a scheduled automation',
      ['automations', 2, 'filter'],
      { field: 'severity', op: 'changed' },
      'automations[2].filter.op: only automations on modify can tell what changed',
    ],
  ],
  'external sources': [
    [
      'unknown API key',
      [...source, 'apiKey'],
      'mobil',
      'externalSources[0].apiKey: "mobil" is not the prefix of an API key (bi, jira, mobile, web)',
    ],
    [
      'neither key nor signature',
      [...source, 'apiKey'],
      undefined,
      'externalSources[0].apiKey: an apiKey, a signature or both are required',
    ],
    [
      'unknown workflow',
      [...source, 'state', 'workflow'],
      'main',
      'externalSources[0].state.workflow: "main" is not a workflow of feedback type "issues" (default)',
    ],
    [
      'unknown status',
      [...source, 'state', 'status'],
      'Nwe',
      'externalSources[0].state.status: "Nwe" is not a status of workflow "default" (New, Open, Logged to Jira, Closed)',
    ],
    [
      'default submitter who is nobody',
      [...source, 'defaultSubmitter'],
      'nobody@example.com',
      'externalSources[0].defaultSubmitter: "nobody@example.com" is not a member of the project: add them to members',
    ],
    [
      'mapping of an unknown field',
      ['externalSources', 1, 'fields'],
      { summary: 'title', detail: 'text' },
      'externalSources[1].fields.detail: "detail" is not a field of feedback type "ideas" (summary, details)',
    ],
    [
      'two files of one parameter',
      [...source, 'fields', 'crash-log'],
      'screenshot',
      'externalSources[0].fields.crash-log: "screenshot" is the parameter of attachment "screenshot" already',
    ],
    [
      'bad pointer',
      [...source, 'fields', 'os-version'],
      '/device/~os',
      'externalSources[0].fields.os-version: "/device/~os" is not a parameter: a property name, or a JSON Pointer such as /device/os/version',
    ],
    [
      'origin with a path',
      ['externalSources', 1, 'allowedOrigins'],
      ['https://forms.example.com/'],
      'externalSources[1].allowedOrigins[0]: "https://forms.example.com/" is not an origin such as https://forms.example.com, without a path, or *',
    ],
    [
      'grouping that adds to no number',
      [...source, 'group'],
      { by: ['summary'], add: 'summary' },
      'externalSources[0].group.add: "summary" is not a number field of feedback type "issues" (occurrences)',
    ],
    [
      'unknown signature preset',
      [...source, 'signature'],
      { scheme: 'gitlab', secret: 'jira' },
      'externalSources[0].signature.scheme: "gitlab" is not one of standard-webhooks, github, jira, slack, zendesk, sentry, shippo, hubspot, linear',
    ],
  ],
  'external listeners': [
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
    [
      'no text',
      ['externalListeners', 3, 'textParameter'],
      undefined,
      'externalListeners[3].textParameter: is required',
    ],
  ],
  macros: [
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
      'macros[0].actions[0].body: a form takes a map of names to values',
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
      'macros[3].actions[0].fields.severity: "high" is not a choice of Severity (Low, Medium, High, Critical)',
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
  ],
  automations: [
    [
      'trigger and schedule',
      ['automations', 0, 'schedule'],
      { every: 'day' },
      'automations[0].schedule: an automation has a trigger or a schedule, not both',
    ],
    [
      'neither',
      ['automations', 0, 'trigger'],
      undefined,
      'automations[0].trigger: a trigger (submit, modify) or a schedule is required',
    ],
    [
      'time of another period',
      ['automations', 2, 'schedule', 'at'],
      '03:00',
      'automations[2].schedule.at: "03:00" is not a time for every: week, such as MON 03:00',
    ],
    [
      'unknown time zone',
      ['automations', 2, 'schedule', 'timeZone'],
      'Europe/Berln',
      'automations[2].schedule.timeZone: "Europe/Berln" is not the name of a time zone such as Europe/Berlin',
    ],
    [
      'end before start',
      ['automations', 2, 'schedule'],
      { every: 'day', start: '2026-02-01', end: '2026-01-01' },
      'automations[2].schedule.end: end is before start',
    ],
    [
      'unknown listener',
      ['automations', 1, 'unless', 'listener'],
      'jira',
      'automations[1].unless.listener: "jira" is not a listener of this document (jiraclosed, jirastatus, iosclosed, devnote, appusage, thanks)',
    ],
    [
      'macro for members on submission',
      ['automations', 0],
      { key: 'a', trigger: 'submit', macro: 'thank' },
      'automations[0].macro: macro "thank" has target member, and one with target feedback is needed',
    ],
    [
      'filter of another type',
      ['automations', 0],
      { key: 'a', trigger: 'submit', feedbackType: 'ideas', filter: 'critical', macro: 'idea' },
      'automations[0].filter: filter "critical" is for feedback type "issues", not "ideas"',
    ],
  ],
  'read endpoints': [
    [
      'unknown column',
      ['dataPackages', 0, 'columns', 1],
      'sumary',
      'dataPackages[0].columns[1]: "sumary" is not a value of a ticket of type "issues"; did you mean "summary"?',
    ],
    [
      'unknown API key',
      ['recordLookups', 0, 'apiKey'],
      'tableau',
      'recordLookups[0].apiKey: "tableau" is not the prefix of an API key (bi, jira, mobile, web)',
    ],
  ],
};

const ideaMacro = {
  key: 'idea',
  name: 'Idea',
  target: 'feedback',
  feedbackType: 'ideas',
  actions: [{ kind: 'comment', text: 'Hi' }],
};

describe.each(Object.entries(cases))('%s', (_, rules) => {
  test.each(rules)('%s: refused', (_rule, path, part, problem) => {
    const needsIdea = problem.includes('filter "critical"');
    const base = needsIdea ? withPart(apollo, ['macros'], [...listMacros(), ideaMacro]) : apollo;
    expect(listProblems(withPart(base, path, part))).toEqual([problem]);
  });
});

function listMacros(): unknown[] {
  const macros: unknown = Reflect.get(Object(apollo), 'macros');
  return Array.isArray(macros) ? macros : [];
}

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

test('more consequences than one transaction holds are refused', () => {
  const noisy = {
    key: 'noisy',
    name: 'Noisy',
    target: 'feedback',
    actions: new Array(20).fill({ kind: 'comment', text: 'x' }),
  };
  const keys = ['noisy', 'noisy2', 'noisy3', 'noisy4', 'noisy5'];
  let input = withPart(apollo, ['macros'], [...listMacros(), ...keys.map((key) => ({ ...noisy, key }))]);
  input = withPart(
    input,
    ['automations'],
    keys.map((key) => ({ key, trigger: 'submit', macro: key, feedbackType: 'ideas' })),
  );
  expect(listProblems(input)).toEqual([
    expect.stringMatching(/^automations: one ticket of type "ideas" could set off 109 /),
  ]);
});

test('a bad template is refused with the line and column of what is wrong', () => {
  expect(listProblems(withPart(apollo, [...jira, 'url'], '((var.jiraUrl))/x/((ticket.idd))'))).toEqual([
    expect.stringMatching(/^macros\[0\]\.actions\[0\]\.url: line 1, column 19: "ticket\.idd" .*ticket\.id"?/),
  ]);
  expect(listProblems(withPart(apollo, [...jira, 'body'], '{\n  "a": ((Summary)) x }'))).toEqual([
    expect.stringMatching(/^macros\[0\]\.actions\[0\]\.body: line 2, column 20: .*JSON/),
  ]);
});
