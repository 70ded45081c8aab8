import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compiled, scopeWith, valuesOf } from '../../test/tag-scope.ts';
import { compileTemplate } from './compile.ts';
import { findPatternFault, formatDate } from './format-date.ts';
import { describeParts } from './parts.ts';
import { renderTemplate } from './render.ts';

describe('the filter "date"', () => {
  test.for([
    ['2026-11-30T23:15:00Z', 'yyyy-MM-dd', '2026-11-30'],
    ['2026-11-30T23:15:00+02:00', 'yyyy-MM-dd HH:mm', '2026-11-30 21:15'],
    ['2026-11-30T23:15:00.250Z', "d MMMM yyyy 'at' HH:mm:ss.SSS XXX", '30 November 2026 at 23:15:00.250 Z'],
    ['2026-11-30', 'dd/MM/yy', '30/11/26'],
    ['2026-11-30', 'T', '1795996800000'],
    ['2026-11-30', "'Day' d", 'Day 30'],
  ] as const)('writes %s by %s', ([text, pattern, written]) => {
    expect(formatDate(text, pattern)).toBe(written);
  });

  test.for(['', 'soon', '2026-02-31', '2026', '2016-12-31T23:59:60Z', '12'])('leaves %j as it is', (text) => {
    expect(formatDate(text, 'yyyy')).toBe(text);
  });

  test.for([
    ['', /empty/],
    ['YYYY-MM-dd', /year as yyyy/],
    ['yyyy-MM-DD', /day as dd/],
    ['yyyy n', /^"n" stands for no part of a date/],
    ['d. June', /put words in single quotes/],
    ['y'.repeat(101), /longer than 100/],
  ] as const)('takes no pattern %j', ([pattern, fault]) => {
    expect(findPatternFault(pattern)).toMatch(fault);
  });

  test('takes capital letters within quotes', () => {
    expect(findPatternFault("yyyy 'YYYY DD n'")).toBeUndefined();
  });

  test('writes every date by every pattern that it takes, and refuses the others without failing', () => {
    const letter = fc.constantFrom(..."yMdHhmsSaEeiQqLwIRuGOxXzPptTBbcoKkYDn'-:/. 'ü🦊");
    const pattern = fc.array(letter, { minLength: 1, maxLength: 20 }).map((letters) => letters.join(''));
    const date = fc.date({ noInvalidDate: true, min: new Date('0000-01-01'), max: new Date('9999-12-31') });
    const property = fc.property(pattern, date, (given, at) => {
      if (findPatternFault(given) !== undefined) return;
      expect(typeof formatDate(at.toISOString(), given)).toBe('string');
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  test('is refused with its line and column where its pattern is wrong', () => {
    const refused = (text: string) => compileTemplate(text, 'text', scopeWith());
    expect(refused('a\nb ((Crashed at | date: "YYYY"))')).toMatchObject({
      outcome: 'refused',
      problems: [{ line: 2, column: 16, message: expect.stringMatching(/yyyy/) }],
    });
    expect(refused('((Crashed at | date))')).toMatchObject({
      problems: [{ message: 'The filter "date" needs a pattern: | date: "yyyy-MM-dd"' }],
    });
    expect(refused('((Crashed at | date: 3))')).toMatchObject({ outcome: 'refused' });
  });

  test('works in a template, alone and in a chain, and on each of a list', () => {
    const render = (text: string, value: string | string[] | number) => {
      const rendered = renderTemplate(compiled(text, 'text'), valuesOf({ 'field.crashed-at': value }));
      return rendered.outcome === 'rendered' ? describeParts(rendered.parts) : rendered.reason;
    };
    expect(render('((Crashed at | date: "yyyy-MM-dd"))', '2026-11-30T23:15:00-05:00')).toBe('2026-12-01');
    expect(render('((Crashed at | date: "MMM" | upper))', '2026-11-30')).toBe('NOV');
    expect(render('((Crashed at | date: "d MMM"))', ['2026-11-30', 'never'])).toBe('30 Nov, never');
    expect(render('((Crashed at | date: "yyyy"))', 7)).toBe('7');
  });
});
