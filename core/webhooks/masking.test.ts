import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logBody, maskHeaders, maskSecrets, maxLoggedBytes, truncateForLog } from './masking.ts';

const secret = 'p"ä/s s\\w\n😀&+d';

/** Secrets of any characters but the mask's own, of which the masked text is made. */
const anySecret = fc.string({ unit: 'grapheme', minLength: 8, maxLength: 40 }).filter((text) => !/[*|]/.test(text));
const anyText = fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.toWellFormed());

const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
const percentAll = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const unicodeEscaped = (text: string) =>
  Array.from({ length: text.length }, (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`).join(
    '',
  );
const jsonEscaped = (text: string) => JSON.stringify(text).slice(1, -1);
const formEncoded = (text: string) => new URLSearchParams([['v', text]]).toString().slice(2);
const xmlEscaped = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

const encodings: readonly [string, (text: string) => string][] = [
  ['as it stands', (text) => text],
  ['in Base64', base64],
  ['in Base64 without padding', (text) => base64(text).replaceAll('=', '')],
  ['in URL-safe Base64', (text) => Buffer.from(text).toString('base64url')],
  ['in percent-encoded Base64', (text) => encodeURIComponent(base64(text))],
  ['percent-encoded', encodeURIComponent],
  ['percent-encoded in lower case, every byte', percentAll],
  ['percent-encoded twice', (text) => encodeURIComponent(encodeURIComponent(text))],
  ['form-encoded', formEncoded],
  ['JSON-escaped', jsonEscaped],
  ['JSON-escaped twice', (text) => jsonEscaped(jsonEscaped(text))],
  ['JSON-escaped to ASCII', unicodeEscaped],
  ['JSON-escaped with escaped slashes', (text) => jsonEscaped(text).replaceAll('/', '\\/')],
  ['XML-escaped', xmlEscaped],
];

describe('a secret', () => {
  test.each(encodings)('is masked %s', (_, encode) => {
    expect(maskSecrets(`before ${encode(secret)} after`, [secret])).toBe('before *** after');
  });

  test.each(encodings)('is masked %s, whatever it is', (_, encode) => {
    fc.assert(
      fc.property(anySecret, (value) => {
        expect(maskSecrets(`|${encode(value)}|`, [value])).toBe('|***|');
      }),
    );
  });

  test('is masked in the Base64 of any longer text, leaving nothing of it that decodes', () => {
    const printable = fc.string({ minLength: 8, maxLength: 30 }).filter((text) => !/[*]/.test(text));
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), printable, fc.string({ maxLength: 8 }), (user, value, rest) => {
        const masked = maskSecrets(base64(user + value + rest), [value]);
        expect(masked).toContain('***');
        const visible = masked.replaceAll('***', '').replaceAll('=', '').length;
        expect(visible).toBeLessThanOrEqual(Math.ceil(((user.length + rest.length) * 4) / 3));
      }),
    );
  });

  test('is masked within basic authorization', () => {
    expect(maskSecrets(`Basic ${base64('bot@example.com:hunter2-hunter2')}`, ['hunter2-hunter2'])).toMatch(
      /^Basic [^*]+\*\*\*$/,
    );
  });

  test.each([
    ['half a character', '%e9'],
    ['what is no UTF-8', '%80%80%ff'],
    ['a character cut off', '%f0%9f%98'],
    ['a replacement character', '%ef%bf%bd'],
    ['lone surrogates', '%ed%a0%80'],
  ])('is masked from its first byte to its last beside %s', (_, bytes) => {
    for (const value of ['é-hunter2-é', 'hunter2-hunter2', '😀hunter2😀', '\ufffdhunter2\ufffd']) {
      expect(maskSecrets(`${bytes}${percentAll(value)}${bytes}|`, [value])).toBe(`${bytes}***${bytes}|`);
    }
  });

  test('is masked with and without the line break it was stored with', () => {
    expect(maskSecrets('a=hunter2-hunter2;', ['hunter2-hunter2\n'])).toBe('a=***;');
  });

  test('of seven characters is left alone, one of eight is masked', () => {
    expect(maskSecrets('1234567 12345678', ['1234567', '12345678'])).toBe('1234567 ***');
  });

  test('that overlaps another leaves no rest of it behind', () => {
    expect(maskSecrets('abcdefghijkl', ['abcdefgh', 'efghijkl'])).toBe('***');
    expect(maskSecrets('abcdefgh-ijklmnop', ['abcdefgh', 'abcdefgh-ijklmnop'])).toBe('***');
    expect(maskSecrets('abcabcabcabc', ['abcabcabc'])).toBe('***');
  });

  test('never survives, wherever and however often it stands', () => {
    fc.assert(
      fc.property(
        fc.array(anySecret, { minLength: 1, maxLength: 3 }),
        fc.array(anyText, { maxLength: 5 }),
        (values, texts) => {
          const masked = maskSecrets(texts.join(values.join('')), values);
          for (const value of values) expect(masked).not.toContain(value);
        },
      ),
    );
  });
});

/** As many characters as a secret may have (product.md), of all kinds, in no period. */
const longSecrets: readonly [string, string][] = [
  ['ASCII', ascii(10_000)],
  ['quotes', '"'.repeat(10_000)],
  ['backslashes', '\\'.repeat(10_000)],
  ['percent signs', '%'.repeat(10_000)],
  ['percent-encoded percent signs', '%25'.repeat(3_333)],
  ['ampersands', '&amp;'.repeat(2_000)],
  ['line breaks', `-${'\n'.repeat(9_998)}-`],
  ['JSON in JSON', String.raw`{\"a\":\"b\\n\"}`.repeat(500)],
  ['emoji', '😀🦊é\u{10ffff}'.repeat(2_500)],
  ['emoji at odd places', `a${'😀'.repeat(9_999)}`],
  ['a PEM key', pem(ascii(6_000))],
];

function ascii(length: number): string {
  return Array.from({ length }, (_, index) => String.fromCharCode(33 + ((index * index * 7 + index * 13) % 94)))
    .join('')
    .replace(/[*|]/g, '-');
}

function pem(body: string): string {
  const lines =
    Buffer.from(body)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

describe.each(longSecrets)('a secret of thousands of characters, %s', (_, value) => {
  test.each(encodings)('is masked whole %s', (_name, encode) => {
    expect(maskSecrets(`|${encode(value)}|`, [value])).toBe('|***|');
  });

  test('is masked in the Base64 of a longer text', () => {
    for (const user of ['', 'a', 'ab']) {
      expect(maskSecrets(base64(`${user}${value}`), [value])).toMatch(/^[A-Za-z]{0,2}\*\*\*$/);
    }
  });

  test('is masked where it was cut off, but for the last few hundred characters', () => {
    const cut = value.slice(0, 4_000);
    expect(maskSecrets(cut, [value]).length).toBeLessThan(1_010);
  });
});

describe('a secret of any length', () => {
  const unit = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...'ab\\"%&+/ \n25;u'.split(''), '😀') },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) },
  );
  /** Built of few random characters, so that thousands of them need no thousands of random numbers. */
  const ofAnyLength = fc
    .record({
      seed: fc.array(unit, { minLength: 8, maxLength: 40 }),
      length: fc.oneof(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 10_000 })),
      step: fc.integer({ min: 1, max: 39 }),
    })
    .map(({ seed, length, step }) =>
      Array.from({ length }, (_, index) => seed[(index * step + (index >> 5)) % seed.length] ?? '').join(''),
    )
    .filter((text) => !/[*|]/.test(text));

  test('is masked whole in every encoding, or left alone where it has less than 8 characters', () => {
    fc.assert(
      fc.property(ofAnyLength, fc.constantFrom(...encodings), (value, [, encode]) => {
        const text = `|${encode(value)}|`;
        expect(maskSecrets(text, [value])).toBe(value.length < 8 ? text : '|***|');
      }),
      { numRuns: 60 },
    );
  });

  test('costs no more than its length where an answer almost has it', () => {
    const value = `${String.raw`{\"a\":\"b\"}`.repeat(30)}x`;
    expect(maskSecrets(jsonEscaped(value).slice(0, -1).repeat(20), [value])).toContain('a');
  });
});

describe('text without a secret', () => {
  test('is left as it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(maskSecrets(text, ['a secret that does not occur'])).toBe(text);
      }),
    );
  });

  test.each([
    ['backslashes', '\\'.repeat(262_144), ['\\\\\\\\\\\\\\\\a', '\\"\\"\\"\\"\\"x', 'aaaaaaa"']],
    ['percent signs', '%25'.repeat(87_381), ['%25%25%25%25%25x', '%%%%%%%%2']],
    ['zeros of an entity', `&#${'0'.repeat(262_142)}`, ['&&&&&&&&']],
  ])('takes no time to speak of when it is all %s', (_, text, values) => {
    expect(maskSecrets(text, values).length).toBeGreaterThan(0);
  });
});

describe('headers', () => {
  test('that carry credentials are masked whole, in any spelling', () => {
    const headers = {
      Authorization: 'Bearer abc',
      'proxy-authorization': 'x',
      COOKIE: 'a=b',
      'Set-Cookie': 'a=b',
      'X-Api-Key': 'k',
    };
    expect(new Set(Object.values(maskHeaders(headers)))).toEqual(new Set(['***']));
  });

  test('of other names lose only the secrets in them', () => {
    expect(maskHeaders({ 'X-Token': 'v1 hunter2-hunter2', Accept: 'text/html' }, ['hunter2-hunter2'])).toEqual({
      'X-Token': 'v1 ***',
      Accept: 'text/html',
    });
  });
});

describe('a logged body', () => {
  test('is masked before it is cut, so that no half of a secret stays', () => {
    const body = `${'x'.repeat(maxLoggedBytes - 6)}hunter2-hunter2`;
    const logged = logBody(body, ['hunter2-hunter2']);
    expect(logged).toEqual({ text: `${'x'.repeat(maxLoggedBytes - 6)}***`, truncated: false });
  });

  test('shows invalid UTF-8 and lone surrogates as replacement characters', () => {
    expect(logBody(Uint8Array.of(0x61, 0xff, 0x62, 0xc3), []).text).toBe('a\u{fffd}b\u{fffd}');
    expect(logBody('a\ud800b', []).text).toBe('a\u{fffd}b');
  });

  test('of nothing is empty', () => {
    expect(logBody(new Uint8Array(), [])).toEqual({ text: '', truncated: false });
  });
});

describe('truncating', () => {
  test('never cuts within a character', () => {
    expect(truncateForLog('ab😀', 5)).toEqual({ text: 'ab', truncated: true });
    expect(truncateForLog('ab😀', 6)).toEqual({ text: 'ab😀', truncated: false });
  });

  test('keeps the longest well-formed beginning that fits', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 80 }), (text, maxBytes) => {
        const cut = truncateForLog(text, maxBytes);
        expect(text.startsWith(cut.text)).toBe(true);
        expect(cut.text.isWellFormed()).toBe(true);
        expect(Buffer.byteLength(cut.text)).toBeLessThanOrEqual(maxBytes);
        expect(cut.truncated).toBe(cut.text !== text);
        if (cut.truncated) expect(maxBytes - Buffer.byteLength(cut.text)).toBeLessThan(4);
      }),
    );
  });
});
