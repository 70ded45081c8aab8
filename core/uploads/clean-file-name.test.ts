import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanFileName } from './clean-file-name.ts';

describe('a file name', () => {
  test.each([
    ['report.pdf', 'report.pdf'],
    ['../../etc/passwd', '....etcpasswd'],
    ['C:\\temp\\a.txt', 'C:tempa.txt'],
    ['a\u202egnp.exe', 'agnp.exe'],
    ['  spaced.txt  ', 'spaced.txt'],
    ['..', 'file'],
    ['/', 'file'],
    ['Ünïcode – 文件 🚀.log', 'Ünïcode – 文件 🚀.log'],
    [`${'a'.repeat(300)}.tar.gz`, `${'a'.repeat(252)}.gz`],
    ['.'.repeat(300), 'file'],
    [`${'a'.repeat(300)}.${'b'.repeat(30)}`, 'a'.repeat(255)],
  ])('%j becomes %j', (given, cleaned) => {
    expect(cleanFileName(given)).toBe(cleaned);
  });

  test('is never empty, too long or able to leave its folder, and is clean once it was cleaned', () => {
    const anyName = fc.string({ unit: 'binary', maxLength: 600 });
    fc.assert(
      fc.property(anyName, (given) => {
        const name = cleanFileName(given);
        expect(name).not.toBe('');
        expect([...name].length).toBeLessThanOrEqual(255);
        expect(name).not.toMatch(/[/\\\p{Cc}\p{Bidi_Control}]|^\.{1,2}$/u);
        expect(name.isWellFormed()).toBe(true);
        expect(cleanFileName(name)).toBe(name);
      }),
    );
  });
});
