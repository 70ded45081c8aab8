import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coerce, type ExternalType } from './coerce.ts';

const keptOf = (found: unknown, type: ExternalType) => {
  const coerced = coerce(found, type);
  return coerced.outcome === 'coerced' ? coerced.value : undefined;
};
const reasonOf = (found: unknown, type: ExternalType) => {
  const coerced = coerce(found, type);
  return coerced.outcome === 'coerced' ? undefined : coerced.reason;
};
const types = ['boolean', 'dateTime', 'integer', 'number', 'string'] as const;

describe('a value from outside', () => {
  test.each([
    ['boolean', true, true],
    ['boolean', 'false', false],
    ['integer', 10007, 10007],
    ['integer', '10007', 10007],
    ['integer', '-0', 0],
    ['integer', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['number', '1.5e3', 1500],
    ['number', -0, 0],
    ['string', 'APO-7', 'APO-7'],
    ['string', 10007, '10007'],
    ['string', true, 'true'],
    ['dateTime', '2026-11-21', '2026-11-21T00:00:00.000Z'],
    ['dateTime', '2026-11-21T10:15:00+01:00', '2026-11-21T09:15:00.000Z'],
    ['dateTime', '2026-11-21t09:15:00.123456z', '2026-11-21T09:15:00.123Z'],
    ['dateTime', '2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
  ] as const)('becomes a %s: %j is %j', (type, found, value) => {
    expect(coerce(found, type)).toEqual({ outcome: 'coerced', value });
  });

  test.each([
    ['boolean', 'yes'],
    ['boolean', 1],
    ['integer', 'abc'],
    ['integer', 1.5],
    ['integer', '9007199254740993'],
    ['integer', ''],
    ['number', '12345678901234567890'],
    ['number', '1e400'],
    ['number', 1e-200],
    ['number', '0x10'],
    ['string', { key: 'APO-7' }],
    ['string', ['APO-7']],
    // JSON.parse has read other digits than the receiver wrote.
    ['string', 2 ** 60],
    ['string', 'a\ud800'],
    ['string', 'a\u0000'],
    ['string', 'x'.repeat(10_001)],
    ['dateTime', '2026-02-31'],
    ['dateTime', 1763716500],
    ['dateTime', '0000-01-01T00:00:00+23:59'],
  ] as const)('that is no %s is refused with its reason: %j', (type, found) => {
    expect(coerce(found, type).outcome).not.toBe('coerced');
    expect(reasonOf(found, type)).toMatch(/\S+ \S+/);
  });

  test('that is refused is quoted briefly and well-formed', () => {
    expect(reasonOf('abc', 'integer')).toContain("'abc'");
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom(...types), (found, type) => {
        const reason = reasonOf(found, type) ?? '';
        expect(reason.length).toBeLessThanOrEqual(200);
        expect(reason.isWellFormed()).toBe(true);
      }),
    );
  });

  test('that is refused is quoted briefly however deep it is nested', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    for (const type of types) expect(reasonOf(deep, type)).toMatch(/^\[\[\["…"\]\]\] is not /);
  });

  test('that is refused is masked before it is cut', () => {
    const secret = 'a-secret-of-thirty-characters!';
    const mask = (text: string) => text.replaceAll(secret, '***');
    for (const found of [`${'x'.repeat(80)}${secret}`, [['x'.repeat(80), secret]]]) {
      const coerced = coerce(found, 'integer', mask);
      expect(coerced).toEqual({ outcome: 'unfit', reason: expect.stringContaining('***') });
      expect(JSON.stringify(coerced)).not.toContain('a-secret');
    }
  });

  test('of any kind is of its type and can be stored, or is refused; it never throws', () => {
    const found = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.double(), fc.date().map(String));
    fc.assert(
      fc.property(found, fc.constantFrom(...types), (value, type) => {
        const kept = keptOf(value, type);
        if (kept === undefined) return;
        expect(typeof kept).toBe({ integer: 'number', dateTime: 'string' }[String(type)] ?? type);
        if (type === 'integer') expect(kept).toSatisfy(Number.isSafeInteger);
        if (typeof kept === 'string') expect(kept.isWellFormed() && !kept.includes('\0')).toBe(true);
        if (typeof kept === 'number') expect(Number.isFinite(kept) && !Object.is(kept, -0)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('that was kept is kept as it is when it comes back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...types), (value, type) => {
        const kept = keptOf(value, type);
        if (kept !== undefined) expect(keptOf(kept, type)).toBe(kept);
      }),
    );
  });

  test('is read back the same from its text: whole numbers, numbers, booleans, instants', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(keptOf(String(value), 'integer')).toBe(value + 0);
      }),
    );
    fc.assert(
      fc.property(fc.boolean(), (value) => {
        expect(keptOf(String(value), 'boolean')).toBe(value);
      }),
    );
    const instant = fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(instant, (date) => {
        expect(keptOf(date.toISOString(), 'dateTime')).toBe(date.toISOString());
      }),
    );
  });
});
