import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { listProblems, withPart } from '../../test/sample-document.ts';

const apollo: unknown = parse(readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8'));
const action = ['macros', 0, 'actions', 0];
const oauth2 = { kind: 'oauth2', clientId: 'a', clientSecret: '((secret.jira))' };
const withSignIn = (headers: object, auth: object) =>
  listProblems(withPart(withPart(apollo, [...action, 'headers'], headers), [...action, 'auth'], auth));

test.each([
  ['authorization', { kind: 'bearer', token: '((secret.jira))' }],
  ['Authorization', { ...oauth2, tokenUrl: 'https://login.example.com/token' }],
  ['x-key', { kind: 'header', name: 'X-Key', value: '((secret.jira))' }],
])('a header %s beside a sign-in that sets it is refused', (name, auth) => {
  expect(withSignIn({ [name]: 'x' }, auth)).toEqual([
    `macros[0].actions[0].headers.${name}: ${name} is set by auth: leave out one of them`,
  ]);
});

test('a header beside a sign-in that sets another one is fine', () => {
  expect(withSignIn({ Authorization: 'x' }, { kind: 'header', name: 'X-Key', value: 'y' })).toEqual([]);
});

test('a token URL whose host is a tag is refused with line and column', () => {
  expect(withSignIn({}, { ...oauth2, tokenUrl: 'https://((ticket.id)).example.com/token' })).toEqual([
    'macros[0].actions[0].auth.tokenUrl: line 1, column 9: A tag may not stand in the scheme, host or port of a URL',
  ]);
});

test('webhook-replay is set by the sender', () => {
  expect(listProblems(withPart(apollo, [...action, 'headers'], { 'Webhook-Replay': 'true' }))).toEqual([
    'macros[0].actions[0].headers.Webhook-Replay: Webhook-Replay is set by the sender: leave it out',
  ]);
});
