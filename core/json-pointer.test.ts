import { expect, test } from 'vitest';
import { readParameter, topProperty } from './json-pointer.ts';

const body = JSON.parse('{"a":1,"/x":2,"b":{"c/d":[10,20],"~":3},"":{"":4},"__proto__":5,"n":null}');

test.each([
  ['a', 1],
  ['b.c', undefined],
  ['/a', 1],
  ['/b/c~1d/1', 20],
  ['/b/c~1d/01', undefined],
  ['/b/c~1d/length', undefined],
  ['/b/~0', 3],
  ['//', 4],
  ['/__proto__', 5],
  ['toString', undefined],
  ['/b/constructor', undefined],
  ['/n/x', undefined],
  ['n', null],
])('%s reads %j', (parameter, value) => {
  expect(readParameter(body, parameter)).toEqual(value);
});

test('the top property of a pointer is its first token, unescaped', () => {
  expect(['a', '/b/c', '/c~1d/e'].map(topProperty)).toEqual(['a', 'b', 'c/d']);
});
