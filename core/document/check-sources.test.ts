import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { getValid, listProblems, withPart } from '../../test/sample-document.ts';
import type { Path } from './problems.ts';

const apollo: unknown = parse(readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8'));
const source: Path = ['externalSources', 0];

/** One changed part of the example, and the only problem that it leads to. */
test.each<[rule: string, path: Path, part: unknown, problem: string]>([
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
    { by: ['os-version'], add: 'summary' },
    'externalSources[0].group.add: "summary" is not a number field of feedback type "issues" (occurrences)',
  ],
  [
    'unknown signature preset',
    [...source, 'signature'],
    { scheme: 'gitlab', secret: 'jira' },
    'externalSources[0].signature.scheme: "gitlab" is not one of standard-webhooks, github, jira, slack, zendesk, sentry, shippo, hubspot, linear',
  ],
  [
    'scheme without the place of its timestamp',
    [...source, 'signature'],
    { scheme: { header: 'x-signature', message: ['timestamp', 'body'] }, secret: 'hook' },
    'externalSources[0].signature.scheme.timestampHeader: is required, because the message names the timestamp',
  ],
  [
    'scheme whose timestamp is part of no header',
    [...source, 'signature'],
    { scheme: { header: 'x-signature', timestampPrefix: 't=' }, secret: 'hook' },
    'externalSources[0].signature.scheme.timestampHeader: is required, because timestampPrefix says where the timestamp stands in it',
  ],
  [
    'scheme without the place of its id',
    [...source, 'signature'],
    { scheme: { header: 'x-signature', message: ['id', '.', 'body'] }, secret: 'hook' },
    'externalSources[0].signature.scheme.idHeader: is required, because the message names the id',
  ],
])('external sources with this fault are refused: %s', (_rule, path, part, problem) => {
  expect(listProblems(withPart(apollo, path, part))).toEqual([problem]);
});

test('a signature that leaves the body out is warned of', () => {
  const signature = { scheme: { header: 'x-signature', message: ['url'] }, secret: 'jira' };
  expect(getValid(withPart(apollo, [...source, 'signature'], signature)).warnings).toEqual([
    'externalSources[0].signature.scheme.message: the body is not signed: whoever sees one call can send any body with it',
  ]);
});

test('every fault of a grouping is named at once', () => {
  const fields: Path = ['feedbackTypes', 0, 'fields', 5];
  const few = withPart(apollo, [...fields, 'min'], 2);
  const mapped = withPart(few, [...source, 'fields', 'description'], 'os-version');
  const unmapped = withPart(mapped, [...source, 'fields', 'severity'], undefined);
  const by = ['severity', 'screenshot', 'crashLog', 'occurrences', 'os-version', 'summary', 'crash-log', 'summary'];
  expect(listProblems(withPart(unmapped, [...source, 'group'], { by, add: 'occurrences' }))).toEqual([
    'externalSources[0].group.add: "occurrences" begins with 1, which the field does not allow (at least 2)',
    'externalSources[0].group.by[0]: "severity" is a field to which this source maps no parameter: to compare what is sent as "severity", write "/severity"',
    'externalSources[0].group.by[1]: "screenshot" is a file, which comes after its report: it cannot be compared',
    'externalSources[0].group.by[2]: "crashLog" is a file, which comes after its report: it cannot be compared',
    'externalSources[0].group.by[3]: "occurrences" is what is counted: equal reports may differ in it',
    'externalSources[0].group.by[4]: "os-version" is ambiguous (the field, and the parameter of "description"): write "/device/os/version" for the field, or "/os-version" for the parameter',
    'externalSources[0].group.by[6]: "crash-log" is a file, which comes after its report: it cannot be compared',
    'externalSources[0].group.by[6]: "crash-log" is compared already, as "crashLog"',
    'externalSources[0].group.by[7]: "summary" is compared already, as "summary"',
  ]);
});

test('what is compared is a parameter like any other', () => {
  expect(listProblems(withPart(apollo, [...source, 'group'], { by: ['/a~b'], add: 'occurrences' }))).toEqual([
    'externalSources[0].group.by[0]: "/a~b" is not a parameter: a property name, or a JSON Pointer such as /device/os/version',
  ]);
});

test('what no field is read from may be compared, and is warned of', () => {
  const group = { by: ['summary', '/crash/fingerprint', 'submitter'], add: 'occurrences' };
  expect(getValid(withPart(apollo, [...source, 'group'], group)).warnings).toEqual([
    'externalSources[0].group.by[1]: no field is read from "/crash/fingerprint": reports are compared by what they send there',
  ]);
});
