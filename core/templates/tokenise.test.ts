import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Token, tokenise } from './tokenise.ts';

const brief = (token: Token) =>
  token.kind === 'text' ? token.text : token.kind === 'tag' ? { tag: token.name } : token.kind;
const read = (text: string) => tokenise(text).tokens.map(brief);

describe('the grammar of tags', () => {
  test('splits texts and tags and trims names', () => {
    expect(read('a (( Jira ID )) b')).toEqual(['a ', { tag: 'Jira ID' }, ' b']);
  });

  test('opens a tag with the last two of three or more parentheses', () => {
    expect(read('(((x)))')).toEqual(['(', { tag: 'x' }, ')']);
    expect(read('((((x))))')).toEqual(['((', { tag: 'x' }, '))']);
  });

  test('closes a tag at the first pair of parentheses outside a quoted argument', () => {
    expect(read('((x | default: "a))b"))c))')).toEqual([{ tag: 'x' }, 'c))']);
    expect(read('((x | default: "\\"))"))')).toEqual([{ tag: 'x' }]);
  });

  test('takes a quote in a name as a part of it', () => {
    expect(read('((5" screen))"')).toEqual([{ tag: '5" screen' }, '"']);
  });

  test('reads an escaped pair of parentheses as text', () => {
    expect(read('\\((x))')).toEqual(['((', 'x))']);
    expect(read('\\(((x))')).toEqual(['((', '(x))']);
    expect(read('\\((((x))')).toEqual(['((', { tag: 'x' }]);
  });

  test('leaves single parentheses, lone closers and backslashes alone', () => {
    expect(read('a (b) c)) \\( \\d')).toEqual(['a (b) c)) \\( \\d']);
  });

  test('reads filters with texts, numbers and booleans', () => {
    const [tag] = tokenise(`((x|upper | truncate: 200 | default:'it\\'s' | default: -1.5 | default: true))`).tokens;
    expect(tag?.kind === 'tag' && tag.filters.map(({ name, argument }) => [name, argument])).toEqual([
      ['upper', undefined],
      ['truncate', 200],
      ['default', "it's"],
      ['default', -1.5],
      ['default', true],
    ]);
  });

  test.each([
    ['((x', 0, /not closed/],
    ['a ((x and ((y))', 2, /not closed/],
    ['(())', 0, /no name/],
    ['((x | ))', 4, /filter's name/],
    ['((x | default "a"))', 14, /follows a ":"/],
    ['((x | default: none))', 15, /must be a text in quotes/],
    ['((x | default: “none”))', 15, /typographic quote “/],
    ['((x | default: \\"none\\"))', 15, /plain quotes/],
    ['((x | default: "none))', 15, /argument is not closed/],
    ['((x | default: "a" "b"))', 19, /"\|" or "\)\)" is expected/],
  ])('points out what is wrong in %s', (text, offset, message) => {
    const { faults } = tokenise(text);
    expect(faults).toEqual([{ offset, message: expect.stringMatching(message) }]);
  });

  test('goes on after a malformed tag', () => {
    const { tokens, faults } = tokenise('((a | )) ((b)) ((c | x: ?)) ((d))');
    expect(tokens.map(brief)).toEqual(['malformed', ' ', { tag: 'b' }, ' ', 'malformed', ' ', { tag: 'd' }]);
    expect(faults).toHaveLength(2);
  });

  test('gives any text back once its pairs of parentheses are escaped', () => {
    const text = fc.string({ unit: fc.constantFrom('(', ')', '\\', 'a', '"', '|', '😀') });
    fc.assert(
      fc.property(text, (value) => {
        const { tokens, faults } = tokenise(value.replaceAll('((', '\\(('));
        expect(faults).toEqual([]);
        expect(tokens.map((token) => (token.kind === 'text' ? token.text : '?')).join('')).toBe(value);
      }),
    );
  });

  test('covers any text without a gap', () => {
    const text = fc.string({ unit: fc.constantFrom('((', '))', '(', ')', '\\', 'a', '"', '|', ':', ' ', '\n') });
    fc.assert(
      fc.property(text, (value) => {
        let end = 0;
        for (const token of tokenise(value).tokens) {
          expect(token.offset).toBe(end);
          end = token.end;
        }
        expect(end).toBe(value.length);
      }),
    );
  });
});
