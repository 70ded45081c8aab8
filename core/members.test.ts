import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalEmail } from './members.ts';

describe('canonicalEmail', () => {
  test.each([
    ['jim@example.com', 'jim@example.com'],
    ['Jim@Example.COM', 'jim@example.com'],
    ['Jürgen@müller.example', 'jürgen@müller.example'],
    ['Ju\u0308rgen@mu\u0308ller.example', 'jürgen@müller.example'],
    ['用户@例え.jp', '用户@例え.jp'],
    ["o'brien+beta@example.com", "o'brien+beta@example.com"],
    ['a@b', 'a@b'],
  ])('makes %j %j', (text, email) => {
    expect(canonicalEmail(text)).toBe(email);
  });

  test.each([
    '',
    'jim',
    '@example.com',
    'jim@',
    'jim@@example.com',
    'a@b@c',
    'jim @example.com',
    ' jim@example.com',
    'jim@example.com\n',
    'jim\u00a0@example.com',
    'jim\u0000@example.com',
    'jim\u202e@example.com',
    'jim\ud800@example.com',
    `${'a'.repeat(250)}@b.cd`,
  ])('takes %j for no address', (text) => {
    expect(canonicalEmail(text)).toBeUndefined();
  });

  test('allows 254 characters', () => {
    expect(canonicalEmail(`${'a'.repeat(249)}@b.cd`)).toHaveLength(254);
  });

  test('leaves its own answers as they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, host) => {
        const email = canonicalEmail(`${name}@${host}`);
        if (email !== undefined) expect(canonicalEmail(email)).toBe(email);
      }),
    );
  });
});
