import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { getValid, listProblems, makeContext, withPart } from '../../test/sample-document.ts';
import { checkDocument, documentReferences } from './check-document.ts';

const apollo: unknown = parse(readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8'));

describe('a valid document', () => {
  test('is the example as it stands', () => {
    expect(listProblems(apollo)).toEqual([]);
  });

  test('comes back parsed with its defaults', () => {
    const { document } = getValid(apollo);
    expect(document.externalSources[0]).toMatchObject({ statusParameter: 'status', keepRejected: false, aliases: [] });
    expect(document.externalSources[1]?.advanced).toEqual({ runAutomations: true, notify: true });
    expect(document.macros[0]?.actions[0]).toMatchObject({
      timeoutSeconds: 15,
      retry: 'standard',
      contentType: 'json',
    });
    expect(document.feedbackTypes[0]?.fields[1]).toMatchObject({ required: false, internal: false });
  });

  test('is kept as given, people apart', () => {
    expect(getValid(apollo).source).toEqual(withPart(apollo, ['members'], undefined));
  });

  test('may consist of the project alone', () => {
    const { document } = getValid({ project: { key: 'apollo', name: 'Apollo' } });
    expect(document).toMatchObject({ teams: [], members: [], macros: [], variables: {} });
  });

  test('holds canonical e-mail addresses', () => {
    const input = withPart(apollo, ['externalSources', 0, 'defaultSubmitter'], 'Crash-Bot@Example.COM');
    expect(getValid(input).document.externalSources[0]?.defaultSubmitter).toBe('crash-bot@example.com');
  });
});

describe('an invalid document', () => {
  test('lists every problem of shape, reference and template at once', () => {
    let input = withPart(apollo, ['externalSources', 0, 'state', 'status'], 'Nwe');
    input = withPart(input, ['externalSources', 0, 'unknown'], 1);
    input = withPart(input, ['externalSources', 1, 'name'], 7);
    input = withPart(input, ['externalSources', 1, 'fields', 'titel'], 'title');
    input = withPart(input, ['macros', 0, 'actions', 0, 'method'], 'FETCH');
    input = withPart(input, ['macros', 2, 'actions', 0, 'body'], '{"text": ((Sumary))');
    input = withPart(input, ['teams', 0], 'testers');
    input = withPart(input, ['automations', 0, 'macro'], 'tell-slak');
    expect(listProblems(input)).toEqual([
      'teams[0]: must be an object, not the text "testers"',
      'externalSources[0].unknown: "unknown" is not a property here (key, name, aliases, feedbackType, apiKey, signature, state, statusParameter, submitter, defaultSubmitter, fields, group, keepRejected, allowedOrigins, maxPerMinute, advanced)',
      'externalSources[1].name: must be a text, not the number 7: write it in quotes, "7"',
      'macros[0].actions[0].method: "FETCH" is not one of GET, POST, PUT, PATCH, DELETE',
      'members[0].teams[0]: "testers" is not a team of this document (beta-support, project-managers)',
      'members[1].teams[0]: "testers" is not a team of this document (beta-support, project-managers)',
      'members[3].teams[0]: "testers" is not a team of this document (beta-support, project-managers)',
      'externalSources[0].state.status: "Nwe" is not a status of workflow "default" (New, Open, Logged to Jira, Closed)',
      'automations[0].macro: "tell-slak" is not a macro of this document (send-to-jira, update-jira-occurrences, tell-slack, close, follow-jira, thank)',
      expect.stringMatching(/^macros\[2\]\.actions\[0\]\.body: line 1, column \d+: .*Sumary/),
      expect.stringMatching(/^macros\[2\]\.actions\[0\]\.body: line 1, column \d+: /),
    ]);
  });

  test('does not report references to a part that has another problem', () => {
    const input = withPart(apollo, ['macros', 3, 'name'], 5);
    expect(listProblems(input)).toEqual(['macros[3].name: must be a text, not the number 5: write it in quotes, "5"']);
  });

  test('counts cut-out list entries in the paths of the others', () => {
    let input = withPart(apollo, ['macros', 0, 'actions', 0], 4);
    input = withPart(input, ['macros', 0, 'actions', 1, 'status'], 'Nwe');
    expect(listProblems(input)).toContain(
      'macros[0].actions[1].status: "Nwe" is not a status of feedback type "issues" (New, Open, Logged to Jira, Closed)',
    );
  });

  test.each([[undefined], [null], ['text'], [7], [[]], [{}]])('is anything that is no document: %j', (input) => {
    expect(checkDocument(input, makeContext()).outcome).toBe('invalid');
  });

  test('lists a thousand problems at most and says how many more there are', () => {
    const check = checkDocument(withPart(apollo, ['teams'], new Array(5_000).fill(1)), makeContext());
    expect(check).toMatchObject({ outcome: 'invalid' });
    if (check.outcome === 'valid') return;
    expect(check.problems).toHaveLength(1_001);
    expect(check.problems.at(-1)?.message).toMatch(/^there are \d+ further problems/);
  });

  test('is one that nests deeper than 20', () => {
    let where: unknown = { field: 'severity', op: 'isEmpty' };
    for (let depth = 0; depth < 25; depth += 1) where = { not: where };
    expect(listProblems(withPart(apollo, ['filters', 0, 'where'], where))).toEqual([
      expect.stringMatching(/^filters\[0\]\.where(\.not)+: Objects and arrays may be nested 20 deep at most/),
    ]);
  });
});

describe('documentReferences', () => {
  test('names the API keys and members that a document needs', () => {
    expect(documentReferences(apollo)).toEqual({
      apiKeyPrefixes: ['mobile', 'web', 'jira', 'bi'],
      emails: ['crash-bot@example.com'],
    });
  });

  test('leaves out what can be no key and no address, since the table would refuse to look it up', () => {
    const sources = ['a'.repeat(3_000), 'Web', '', 'mobile'].map((apiKey) => ({ apiKey }));
    const submitters = [`${'a'.repeat(300)}@example.com`, 'a b@example.com', ' ', 'Ada@Example.com'];
    const input = {
      externalSources: [...sources, ...submitters.map((defaultSubmitter) => ({ defaultSubmitter }))],
      dataPackages: [{ apiKey: 'b'.repeat(2_049) }],
    };
    expect(documentReferences(input)).toEqual({ apiKeyPrefixes: ['mobile'], emails: ['ada@example.com'] });
  });

  test.each([
    [null],
    [3],
    [{ externalSources: 5 }],
    [{ externalSources: [null, { apiKey: 4, defaultSubmitter: 'x' }] }],
  ])('reads nothing from what is no document: %j', (input) => {
    expect(documentReferences(input)).toEqual({ apiKeyPrefixes: [], emails: [] });
  });
});
