import { describe, expect, test } from 'vitest';
import { compileFilters } from './filter-pattern.ts';

const pending = JSON.stringify({
  eventName: ['INSERT'],
  dynamodb: { NewImage: { type: { S: ['delivery'] }, outcome: { S: ['pending'] } } },
});

function inserted(type: string, outcome: string) {
  return { eventName: 'INSERT', dynamodb: { NewImage: { type: { S: type }, outcome: { S: outcome } } } };
}

describe('compileFilters', () => {
  test('passes everything where there is no pattern', () => {
    expect(compileFilters([])({ anything: true })).toBe(true);
  });

  test('passes what has every wanted value', () => {
    const filter = compileFilters([pending]);
    expect(filter(inserted('delivery', 'pending'))).toBe(true);
    expect(filter(inserted('delivery', 'delivered'))).toBe(false);
    expect(filter(inserted('ticket', 'pending'))).toBe(false);
    expect(filter({ ...inserted('delivery', 'pending'), eventName: 'MODIFY' })).toBe(false);
    expect(filter({ eventName: 'INSERT' })).toBe(false);
  });

  test('passes what any of several patterns wants', () => {
    const filter = compileFilters(['{"a":[1]}', '{"b":[null,true]}']);
    expect([{ a: 1 }, { b: null }, { b: true }].every(filter)).toBe(true);
    expect([{ a: '1' }, { b: false }, {}].some(filter)).toBe(false);
  });

  test.each([
    ['{"a":[{"prefix":"x"}]}', { a: 'xy' }, { a: 'yx' }],
    ['{"a":[{"exists":true}]}', { a: 0 }, {}],
    ['{"a":[{"exists":false}]}', {}, { a: 0 }],
    ['{"a":[{"anything-but":["x","y"]}]}', { a: 'z' }, { a: 'x' }],
    ['{"a":[{"anything-but":"x"}]}', { a: 'y' }, {}],
    ['{"a":["x"]}', { a: ['w', 'x'] }, { a: [] }],
  ])('understands %s', (pattern, passing, failing) => {
    expect(compileFilters([pattern])(passing)).toBe(true);
    expect(compileFilters([pattern])(failing)).toBe(false);
  });

  test.each(['{"a":[{"numeric":[">",1]}]}', '{"$or":[{"a":[1]}]}', '{"a":[{"suffix":"x"}]}'])(
    'refuses %s, which it does not know',
    (pattern) => {
      expect(() => compileFilters([pattern])).toThrow('which the local stack does not know');
    },
  );
});
