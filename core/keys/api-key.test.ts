import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ApiKey, hashKeySecret, keyAccepts, makeKeySecret, parseApiKey } from './api-key.ts';

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });

function stored(secret: string, enabled = true): ApiKey {
  return { prefix: 'mobile', name: 'Mobile', hash: hashKeySecret(secret), enabled, createdAt: '2026-11-21T09:00:00Z' };
}

test('a secret has 43 base62 characters, and different bytes give different secrets', () => {
  fc.assert(
    fc.property(bytes, bytes, (left, right) => {
      expect(makeKeySecret(left)).toMatch(/^[0-9A-Za-z]{43}$/);
      expect(makeKeySecret(left) === makeKeySecret(right)).toBe(Buffer.compare(left, right) === 0);
    }),
  );
});

test('a whole key is split at its last hyphen', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z][a-z0-9-]{1,30}$/), bytes, (prefix, random) => {
      const secret = makeKeySecret(random);
      expect(parseApiKey(`${prefix}-${secret}`)).toEqual({ prefix, secret });
    }),
  );
});

test.each([
  '',
  'mobile',
  'mobile-short',
  `Mobile-${'x'.repeat(43)}`,
  `mobile_${'x'.repeat(43)}`,
  `m-${'x'.repeat(43)}\n`,
])('%j is no key', (text) => {
  expect(parseApiKey(text)).toBeUndefined();
});

test('a key accepts its own secret only, and only while it is enabled', () => {
  const secret = makeKeySecret(new Uint8Array(32).fill(7));
  expect(keyAccepts(stored(secret), secret)).toBe(true);
  expect(keyAccepts(stored(secret), makeKeySecret(new Uint8Array(32)))).toBe(false);
  expect(keyAccepts(stored(secret, false), secret)).toBe(false);
  expect(keyAccepts(undefined, '')).toBe(false);
});
