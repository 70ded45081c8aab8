import { expect, test } from 'vitest';
import { checkIfMatch } from './if-match.ts';

test.each([
  [undefined, undefined, 'met'],
  [undefined, '3-ab', 'missing'],
  ['"3-ab"', '3-ab', 'met'],
  ['W/"3-ab"', '3-ab', 'met'],
  ['"2-aa", "3-ab"', '3-ab', 'met'],
  ['*', '3-ab', 'met'],
  ['"2-aa"', '3-ab', 'not-met'],
  ['3-ab', '3-ab', 'not-met'],
  ['', '3-ab', 'not-met'],
  ['*', undefined, 'not-met'],
  ['"3-ab"', undefined, 'not-met'],
] as const)('If-Match %j against %j is %s', (ifMatch, etag, precondition) => {
  expect(checkIfMatch(ifMatch, etag)).toBe(precondition);
});
