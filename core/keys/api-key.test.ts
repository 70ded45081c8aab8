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
  const now = Date.parse('2026-11-21T09:00:00Z');
  expect(keyAccepts(stored(secret), secret, now)).toBe(true);
  expect(keyAccepts(stored(secret), makeKeySecret(new Uint8Array(32)), now)).toBe(false);
  expect(keyAccepts(stored(secret, false), secret, now)).toBe(false);
  expect(keyAccepts(undefined, '', now)).toBe(false);
});

test('a key ends at its instant, and a replaced secret at that of its rotation', () => {
  const [now, later] = [Date.parse('2026-11-21T09:00:00Z'), '2026-11-21T10:00:00.000Z'];
  const [fresh, old] = [makeKeySecret(Buffer.alloc(32, 1)), makeKeySecret(Buffer.alloc(32, 2))];
  const ending = { ...stored(fresh), validUntil: later };
  expect([now, Date.parse(later)].map((at) => keyAccepts(ending, fresh, at))).toEqual([true, false]);
  const rotated = { ...stored(fresh), previous: { hash: hashKeySecret(old), validUntil: later } };
  expect([now, Date.parse(later)].map((at) => keyAccepts(rotated, old, at))).toEqual([true, false]);
  expect(keyAccepts(rotated, fresh, Date.parse(later))).toBe(true);
  expect(keyAccepts({ ...rotated, enabled: false }, old, now)).toBe(false);
});
