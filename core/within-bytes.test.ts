import { expect, test } from 'vitest';
import { withinBytes } from './within-bytes.ts';

test('what is too long for an answer is cut between entries, and the rest is counted', () => {
  expect(withinBytes(['aaa', 'bbb', 'ccc'], 10)).toEqual({ kept: ['aaa', 'bbb'], more: 1 });
  expect(withinBytes(['äää', 'b'], 11)).toEqual({ kept: ['äää', 'b'], more: 0 });
  expect(withinBytes(['far too long', 'b'], 3)).toEqual({ kept: ['far too long'], more: 1 });
  expect(withinBytes([], 3)).toEqual({ kept: [], more: 0 });
});
