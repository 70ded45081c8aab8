import { describe, expect, test } from 'vitest';
import { addressReplacer, briefAddressReplacer, replaceDeep } from './replace-address.ts';

const pseudonym = 'erased-1@erased.invalid';
const replace = addressReplacer({ email: 'jörg.o@example.com', pseudonym });

describe('an address that is erased', () => {
  test.for<[string, string, string]>([
    ['as it stands', 'from jörg.o@example.com.', `from ${pseudonym}.`],
    ['in any case', 'From Jörg.O@Example.COM, twice jörg.o@example.com', `From ${pseudonym}, twice ${pseudonym}`],
    ['decomposed', `by ${'jörg.o@example.com'.normalize('NFD')}`, `by ${pseudonym}`],
    ['percent-encoded', 'q=j%C3%B6rg.o%40example.com&x=1', `q=${pseudonym}&x=1`],
    ['as a form has it', 'text=by+j%C3%B6rg.o%40example.com', `text=by+${pseudonym}`],
    ['in JSON', '{"by":"j\\u00f6rg.o\\u0040example.com"}', `{"by":"${pseudonym}"}`],
    ['in XML', '<by>j&#246;rg.o&#x40;example.com</by>', `<by>${pseudonym}</by>`],
    ['in a URL', 'https://x.example/u/jörg.o@example.com/edit', `https://x.example/u/${pseudonym}/edit`],
    ['as the name of a file', 'jörg.o@example.com.log', `${pseudonym}.log`],
    ['twice escaped', 'u=j%25C3%25B6rg.o%2540example.com', `u=${pseudonym}`],
  ])('is replaced %s', ([, text, expected]) => {
    expect(replace(text)).toBe(expected);
  });

  test.for([0, 1, 2])('is replaced in Base64 after %i bytes', (offset) => {
    const text = Buffer.from(`${'x'.repeat(offset)}jörg.o@example.com:secret`).toString('base64');
    const decoded = Buffer.from(replace(text), 'base64').toString('utf8');
    expect(decoded).not.toContain('example');
    expect(decoded).toContain(':secret');
  });

  test.for(['jim-jörg.o@example.com', 'jörg.o@example.com.au', 'jörg.o@example.community', 'rg.o@example.com'])(
    'is not found in %s, which is somebody else',
    (text) => {
      expect(replace(text)).toBe(text);
    },
  );

  test('is replaced by something no longer than itself where texts may not grow, but where it stands alone', () => {
    const brief = briefAddressReplacer({ email: 'a@b.c', pseudonym });
    expect(['A@b.c', 'by a@b.c', 'a%40b.c'].map(brief)).toEqual([pseudonym, 'by erase', 'erase']);
  });

  test('is replaced wherever it stands in a value, and bytes stay', () => {
    const bytes = new Uint8Array([1, 2]);
    const value = { 'jörg.o@example.com': [{ to: 'jörg.o@example.com', n: 1, b: bytes, none: null }] };
    expect(replaceDeep(value, replace)).toEqual({ [pseudonym]: [{ to: pseudonym, n: 1, b: bytes, none: null }] });
  });
});
