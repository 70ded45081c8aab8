import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countParts, judgeParts, partBytes } from './part-plan.ts';

const there = [
  { number: 1, size: partBytes, etag: 'one' },
  { number: 2, size: 10, etag: 'two' },
];

describe('the parts of a file', () => {
  test('are as many as it takes, of 16 MiB each but the last', () => {
    expect([1, partBytes, partBytes + 1, 2_147_483_648].map(countParts)).toEqual([1, 1, 2, 128]);
  });

  test('are put together in order, whatever the order and the quotes they are named with', () => {
    const named = [
      { number: 2, etag: '"two"' },
      { number: 1, etag: 'one' },
    ];
    expect(judgeParts(named, there, partBytes + 10)).toEqual({
      outcome: 'whole',
      parts: [
        { number: 1, etag: 'one' },
        { number: 2, etag: 'two' },
      ],
    });
  });

  test('that do not add up are named, the first ten that are missing', () => {
    const verdict = judgeParts([{ number: 1, etag: 'one' }], there, 20 * partBytes);
    expect(verdict).toEqual({
      outcome: 'rejected',
      errors: [
        {
          parameter: 'parts',
          code: 'required',
          message: `The parts have ${partBytes} bytes in all, and ${20 * partBytes} were declared; missing: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 9 more.`,
        },
      ],
    });
  });

  test('are whole only where they have the declared size in all, every part once and with its own ETag', () => {
    const part = fc.record({
      number: fc.integer({ min: 1, max: 4 }),
      etag: fc.constantFrom('one', 'two', '"one"', 'x'),
    });
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 5 }),
        fc.constantFrom(10, partBytes, partBytes + 10),
        (named, declared) => {
          const verdict = judgeParts(named, there, declared);
          const numbers = named.map(({ number }) => number);
          const bytes = there.filter(({ number }) => numbers.includes(number)).reduce((sum, { size }) => sum + size, 0);
          const known = named.every(({ number, etag }) => there[number - 1]?.etag === etag.replaceAll('"', ''));
          const isWhole = known && new Set(numbers).size === numbers.length && bytes === declared;
          expect(verdict.outcome).toBe(isWhole ? 'whole' : 'rejected');
        },
      ),
    );
  });
});
