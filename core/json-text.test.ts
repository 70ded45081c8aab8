import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJsonText } from './json-text.ts';

test('reads every JSON value that can be stored', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5, noUnicodeString: false }), (value) => {
      const read = readJsonText(JSON.stringify(value));
      const storable = !JSON.stringify(value).includes('\\u0000') && !/\\ud[89a-f]/i.test(JSON.stringify(value));
      if (storable && read.outcome === 'read') expect(read.value).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('never throws, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(['read', 'refused']).toContain(readJsonText(text).outcome);
    }),
  );
});

test.each([
  ['{"a": }', 'line 1, column 7'],
  ['{\n  "a": 1,\n}', 'line 3, column 1'],
  ['', 'line 1, column 1'],
  ['{"a": 1} x', 'line 1, column 10'],
])('says where %j is wrong', (text, where) => {
  expect(readJsonText(text)).toMatchObject({ outcome: 'refused', problems: [{ where }] });
});

test('names every value that cannot be stored by its pointer', () => {
  const text = `{"a":"\\ud800","b":["\\u0000",9007199254740993],"c/d":{"~":1e400},"tiny":-1e-200,"deep":${'['.repeat(20)}${']'.repeat(20)}}`;
  const read = readJsonText(text);
  expect(read.outcome === 'refused' ? read.problems.map(({ where }) => where) : []).toEqual([
    '/a',
    '/b/0',
    '/b/1',
    '/c~1d/~0',
    '/tiny',
    `/deep${'/0'.repeat(19)}`,
  ]);
});
