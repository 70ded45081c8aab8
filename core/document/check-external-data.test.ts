import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { listProblems, withPart } from '../../test/sample-document.ts';
import type { Path } from './problems.ts';

const apollo: unknown = parse(readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8'));

/** One changed part of the example, and the only problem that it leads to. */
test.each<[rule: string, path: Path, part: unknown, problem: string]>([
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
])('external data with this fault are refused: %s', (_rule, path, part, problem) => {
  expect(listProblems(withPart(apollo, path, part))).toEqual([problem]);
});
