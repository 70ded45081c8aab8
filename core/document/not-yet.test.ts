import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { getValid, makeContext, withPart } from '../../test/sample-document.ts';
import { listNotYet } from './not-yet.ts';

const apollo: unknown = parse(readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8'));

test('a part without behaviour is named with its key, one sentence each', () => {
  expect(getValid(apollo).notYet).toEqual(
    expect.arrayContaining([
      'dataPackages[0] (issues-export): data packages cannot be read yet.',
      'recordLookups[0] (issue-status): record lookups cannot be read yet.',
    ]),
  );
});

test('a part that is left out is not named', () => {
  const source = { key: 'a', name: 'A', feedbackType: 'issues', apiKey: 'mobile' };
  expect(listNotYet({ project: { key: 'a', name: 'A' }, externalSources: [source] })).toEqual([]);
});

test('what is sent already is not named', () => {
  const send = (webhook: object) =>
    listNotYet({
      macros: [{ key: 'a', actions: [{ kind: 'webhook', method: 'PUT', latestOnly: true, ...webhook }] }],
    });
  expect(send({})).toEqual([]);
  expect(send({ contentType: 'application/json-patch+json' })).toEqual([]);
  expect(send({ method: 'POST', latestOnly: undefined })).toEqual([]);
  expect(send({ latestOnly: undefined, capture: 'jira' })).toEqual([]);
  expect(send({ auth: { kind: 'bearer' }, success: { status: [200] }, sign: 'signing' })).toEqual([]);
});

test('secrets that are used and not set are warned of once', () => {
  expect(getValid(apollo, makeContext({ secretNames: new Set() })).warnings).toEqual([
    'macros[0].actions[0].headers.Authorization: secret "jira" is not set yet: set it before it is needed',
    'macros[2].actions[0].url: secret "slack-webhook-url" is not set yet: set it before it is needed',
  ]);
});

test('a public key that also opens a listener is warned of', () => {
  const input = withPart(apollo, ['externalSources', 1, 'apiKey'], 'jira');
  expect(getValid(input).warnings).toEqual([
    'externalSources[1].apiKey: browsers are allowed, so the key "jira" is public, and it also opens listeners: use a key of its own (jiraclosed, jirastatus, iosclosed, devnote)',
  ]);
});

test('a required field that a source does not map is warned of', () => {
  const input = withPart(apollo, ['externalSources', 1, 'fields'], { details: 'text' });
  expect(getValid(input).warnings).toEqual([
    'externalSources[1].fields: tickets will come without required fields, to which no parameter is mapped (summary)',
  ]);
});
