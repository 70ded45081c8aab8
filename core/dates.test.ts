import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDate, isPlainInstant } from './dates.ts';

describe('a date', () => {
  test.each([
    '2026-11-30',
    '2028-02-29',
    '2026-11-30T09:15:00Z',
    '2026-11-30t09:15:00.123456z',
    '2026-11-30T23:59:60-23:59',
  ])('is %s', (text) => {
    expect(isDate(text)).toBe(true);
  });

  test.each([
    '',
    '2026-02-29',
    '2026-02-31T00:00:00Z',
    '2026-13-01',
    '2026-11-30T24:00:00Z',
    '2026-11-30T09:15Z',
    '2026-11-30T09:15:00',
    '2026-11-30 09:15:00Z',
    ' 2026-11-30',
    '2026-11-30\n',
  ])('is not %j', (text) => {
    expect(isDate(text)).toBe(false);
  });

  test('is any instant as ISO 8601 writes it, and the day of it', () => {
    const years = { min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true };
    fc.assert(
      fc.property(fc.date(years), (date) => {
        expect(isDate(date.toISOString())).toBe(true);
        expect(isDate(date.toISOString().slice(0, 10))).toBe(true);
      }),
    );
  });
});

describe('an instant that clocks can tell', () => {
  test.each(['2026-11-30', '2026-11-30t09:15:00.123456z', '0000-01-01', '9999-12-31T23:59:59Z'])('is %s', (text) => {
    expect(isPlainInstant(text)).toBe(true);
  });

  test.each(['2026-12-31T23:59:60Z', '0000-01-01T00:00:00+14:00', '9999-12-31T23:59:59-14:00', 'yesterday'])(
    'is not %s',
    (text) => {
      expect(isPlainInstant(text)).toBe(false);
    },
  );
});
