import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { listProblems, withPart } from '../../test/sample-document.ts';

const apollo: unknown = parse(readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8'));

test('notices may name a macro of the document, and no other', () => {
  expect(listProblems(withPart(apollo, ['project', 'notices'], { macro: 'thank' }))).toEqual([]);
  expect(listProblems(withPart(apollo, ['project', 'notices'], { macro: 'thanks' }))).toEqual([
    'project.notices.macro: "thanks" is not a macro of this document (send-to-jira, update-jira-occurrences, tell-slack, close, follow-jira, thank)',
  ]);
});
