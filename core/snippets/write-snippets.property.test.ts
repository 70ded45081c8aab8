import { execFileSync } from 'node:child_process';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signingSteps } from './signing-steps.ts';
import { writeSnippets } from './write-snippets.ts';

const url = 'https://api.example.com/api/v1/projects/apollo/feedback/app';

/** How Kotlin writes a dollar that begins nothing. */
const dollar = ['$', "{'$'}"].join('');

const piece = fc.constantFrom(
  ...[
    "'",
    '"',
    '"""',
    '\\',
    '\\(',
    '\\(x)',
    '$',
    '$x',
    ['$', '{x}'].join(''),
    dollar,
    '`',
    '$(id)',
    '\n',
    '\r',
    '\t',
    '\u2028',
    '\u0000',
  ],
  ...['\u0007', '\u202e', '\u{1f98a}', 'é', '</script>', '*/', '//', '#', '!', '%s', '{{', '\\u{41}', '\\n', 'a', ' '],
);
const text = fc.oneof(
  fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 12 }).filter((given) => given.isWellFormed()),
);
const scalar = fc.oneof(
  text,
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.array(text, { maxLength: 3 }),
);
const inner = fc.dictionary(
  text,
  fc.oneof(scalar, fc.dictionary(text, scalar, { maxKeys: 2, noNullPrototype: true })),
  { maxKeys: 3, noNullPrototype: true },
);
const body = fc
  .dictionary(text, fc.oneof(scalar, inner), { minKeys: 1, maxKeys: 4, noNullPrototype: true })
  .map((given): object => given);

function codeFor(given: object) {
  return writeSnippets({ url, body: given, apiKey: 'mobile', signing: undefined });
}

/** What a value is after it went through JSON: -0 is 0 there. */
function sent(given: object): unknown {
  return JSON.parse(JSON.stringify(given));
}

describe('a report with any text in it', () => {
  test('is what curl is given by a shell', () => {
    const given = body.filter((one) => !JSON.stringify(one).includes('\0'));
    const property = fc.property(given, (one) => {
      const stub = `curl() { for argument in "$@"; do printf '%s\\0' "$argument"; done; }\n`;
      const env = { PATH: process.env.PATH ?? '', FEEDBRIDGE_API_KEY: 'mobile-secret' };
      const words = execFileSync('sh', ['-s'], { input: stub + codeFor(one).curl, env })
        .toString()
        .split('\0');
      expect(JSON.parse(words[words.indexOf('--data-raw') + 1] ?? '')).toEqual(sent(one));
      expect(words).toContain('X-Api-Key: mobile-secret');
      expect(words).toContain(url);
    });
    fc.assert(property, { numRuns: 60 });
  });

  test('is what JavaScript sends', () => {
    const property = fc.property(body, (one) => {
      const calls: { to: string; body: string }[] = [];
      const fetch = (to: string, { body: given }: { body: string }) => {
        calls.push({ to, body: given });
        return { json: () => undefined };
      };
      const scope = { fetch, console: { log: () => undefined }, process: { env: {} } };
      runInNewContext(`(async () => {\n${codeFor(one).javascript}\n})()`, scope);
      expect(calls).toHaveLength(1);
      expect(calls[0]?.to).toBe(url);
      expect(JSON.parse(calls[0]?.body ?? '')).toEqual(sent(one));
    });
    fc.assert(property, { numRuns: 300 });
  });

  test('is one literal of Swift, without an interpolation', () => {
    const property = fc.property(body, (one) => {
      const code = codeFor(one).swift;
      const start = code.indexOf('let report: [String: Any] = ') + 'let report: [String: Any] = '.length;
      const { value, rest } = readSwift(code.slice(start));
      expect(value).toEqual(sent(one));
      expect(rest.startsWith('\n\nvar request')).toBe(true);
    });
    fc.assert(property, { numRuns: 300 });
  });

  test('is one raw string of Kotlin, without an interpolation', () => {
    const property = fc.property(body, (one) => {
      const code = codeFor(one).kotlin;
      const opening = 'val report = """';
      const [raw = '', rest = ''] = code.slice(code.indexOf(opening) + opening.length).split(/"""(?!")([\s\S]*)/);
      expect(rest.startsWith('\n    val connection')).toBe(true);
      const read = raw.split(dollar).join('\0dollar');
      expect(read).not.toMatch(/\$[\p{L}_{`]/u);
      expect(JSON.parse(read.split('\0dollar').join('$'))).toEqual(sent(one));
    });
    fc.assert(property, { numRuns: 300 });
  });
});

test('no snippet holds a key or a secret, and an app is told to have a server sign', () => {
  const signing = signingSteps({ scheme: 'github', secret: ['hook', 'next'] }, { method: 'POST', url });
  const { curl, javascript, swift, kotlin } = writeSnippets({ url, body: { a: 1 }, apiKey: undefined, signing });
  expect(curl).toContain('# FEEDBRIDGE_SECRET: the secret hook');
  expect(javascript).toContain('// FEEDBRIDGE_SECRET: the secret hook');
  for (const code of [swift, kotlin]) expect(code).toContain('Sign them on a server of yours');
  for (const code of [curl, javascript, swift, kotlin]) expect(code).not.toContain('X-Api-Key');
});

/** Reads a literal as Swift does (The Swift Programming Language, "Strings and Characters", "Collection Types"). */
function readSwift(code: string): { value: unknown; rest: string } {
  const [word = ''] = /^(true|false|-?\d[\d.e+-]*)/.exec(code) ?? [];
  if (word !== '') return { value: JSON.parse(word), rest: code.slice(word.length) };
  if (code.startsWith('"')) return readSwiftText(code);
  if (!code.startsWith('[')) throw new Error(`no literal: ${code.slice(0, 20)}`);
  if (code.startsWith('[:]')) return { value: {}, rest: code.slice(3).replace(/^ as \[String: Any\]/, '') };
  let rest = code.slice(1).trimStart();
  const [items, names]: [unknown[], string[]] = [[], []];
  while (!rest.startsWith(']')) {
    let item = readSwift(rest);
    if (item.rest.startsWith(': ')) {
      names.push(String(item.value));
      item = readSwift(item.rest.slice(2));
    }
    items.push(item.value);
    rest = item.rest.replace(/^,\s*/, '');
  }
  rest = rest.slice(1).replace(/^ as \[String: Any\]/, '');
  const entries = names.map((name, place) => [name, items[place]] as const);
  return { value: names.length === 0 ? items : JSON.parse(JSON.stringify(Object.fromEntries(entries))), rest };
}

function readSwiftText(code: string): { value: string; rest: string } {
  let value = '';
  let place = 1;
  while (code[place] !== '"') {
    const sign = code[place] ?? '';
    if (sign === '' || sign === '\n' || sign === '\r') throw new Error('a literal ends with its line');
    if (sign !== '\\') {
      value += sign;
      place += 1;
      continue;
    }
    const [whole = '', simple, hex] = /^\\(?:(["\\])|u\{([0-9a-f]{1,8})\})/.exec(code.slice(place)) ?? [];
    if (whole === '') throw new Error(`no escape: ${code.slice(place, place + 5)}`);
    value += simple ?? String.fromCodePoint(Number.parseInt(hex ?? '', 16));
    place += whole.length;
  }
  return { value, rest: code.slice(place + 1) };
}
