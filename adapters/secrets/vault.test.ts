import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deriveKeys, open, SealedSecret, type SecretPlace, seal } from './vault.ts';

const { vault: key } = deriveKeys('a master secret of more than thirty-two characters');
const place: SecretPlace = { project: 'apollo', name: 'jira' };

const anyText = fc.string({ unit: 'grapheme', maxLength: 100 });

function flipBit(base64: string, bit: number): string {
  const bytes = Buffer.from(base64, 'base64');
  const index = Math.floor(bit / 8) % bytes.length;
  bytes[index] = (bytes[index] ?? 0) ^ (1 << (bit % 8));
  return bytes.toString('base64');
}

describe('a sealed secret', () => {
  test('opens to what was sealed', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (plaintext, project, name) => {
        const sealed = SealedSecret.parse(
          JSON.parse(JSON.stringify(seal(plaintext, { project, name }, key, randomBytes))),
        );
        expect(open(sealed, { project, name }, key)).toEqual({ outcome: 'opened', plaintext });
      }),
    );
  });

  test('shows neither its value nor its place', () => {
    const shown = JSON.stringify(seal('hunter2-hunter2', place, key, randomBytes));
    expect(shown).not.toMatch(/hunter2|apollo|jira/);
    expect(shown).not.toContain(Buffer.from('hunter2-hunter2').toString('base64').slice(0, 10));
  });

  test('is another each time', () => {
    const sealed = [1, 2].map(() => seal('the same', place, key, randomBytes));
    expect(sealed[0]?.ciphertext).not.toBe(sealed[1]?.ciphertext);
  });

  test('opens under no other project or name, however these are put together', () => {
    const sealed = seal('hunter2', place, key, randomBytes);
    const places = fc.record({ project: fc.string(), name: fc.string() });
    const examples: [SecretPlace][] = [
      [{ project: 'apollo', name: 'slack' }],
      [{ project: 'gemini', name: 'jira' }],
      [{ project: 'jira', name: 'apollo' }],
      [{ project: 'apolloj', name: 'ira' }],
      [{ project: 'apollo","jira', name: '' }],
      [{ project: '', name: '' }],
    ];
    const property = fc.property(places, (other) => {
      fc.pre(other.project !== place.project || other.name !== place.name);
      expect(open(sealed, other, key)).toEqual({
        outcome: 'unreadable',
        reason: 'it is damaged, or was sealed for another project or name',
      });
    });
    fc.assert(property, { examples });
  });

  test('with any bit changed is unreadable', () => {
    const sealed = seal('hunter2', place, key, randomBytes);
    fc.assert(
      fc.property(fc.nat(400), fc.constantFrom('nonce', 'ciphertext'), (bit, part) => {
        expect(open({ ...sealed, [part]: flipBit(sealed[part], bit) }, place, key).outcome).toBe('unreadable');
      }),
    );
  });

  test.each([
    ['nonce', ''],
    ['nonce', 'AAAA'],
    ['ciphertext', ''],
    ['ciphertext', 'AAAA'],
  ])('whose %s is %j is unreadable', (part, value) => {
    const sealed = seal('hunter2', place, key, randomBytes);
    expect(open({ ...sealed, [part]: value }, place, key)).toEqual({ outcome: 'unreadable', reason: 'it is damaged' });
  });

  test('does not open with another master secret, even one that claims its key id', () => {
    const sealed = seal('hunter2', place, key, randomBytes);
    const { vault: other } = deriveKeys('another master secret of more than thirty-two characters');
    expect(open(sealed, place, other)).toEqual({
      outcome: 'unreadable',
      reason: 'it was sealed with another master secret',
    });
    expect(open(sealed, place, { ...other, id: key.id }).outcome).toBe('unreadable');
  });

  test('of a version we do not know is no sealed secret', () => {
    expect(SealedSecret.safeParse({ ...seal('hunter2', place, key, randomBytes), version: 2 }).success).toBe(false);
  });
});

describe('the derived keys', () => {
  const master = 'x'.repeat(64);

  test('are the same for the same master secret', () => {
    expect(deriveKeys(master)).toEqual(deriveKeys(master));
  });

  test('are all different from each other and from those of another master secret', () => {
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    const keys = [deriveKeys(master), deriveKeys(`${master}y`)].flatMap(({ vault, capability, cursor, wayOut }) =>
      [vault.bytes, capability, cursor, wayOut].map(hex),
    );
    expect(new Set(keys).size).toBe(8);
    expect(keys.every((text) => text.length === 64)).toBe(true);
  });

  // Computed once and pinned: a change would make every stored secret unreadable.
  test('stay what they were', () => {
    const { vault, capability, cursor, wayOut } = deriveKeys(master);
    const shown = [vault.bytes, capability, cursor, wayOut].map((bytes) => Buffer.from(bytes).toString('hex'));
    expect([vault.id, ...shown]).toEqual([
      '2b75c623142d',
      'b2e95c5e0a6d103b8ece66c52db880f19ad654e89eed65a100cfef1005548af1',
      'c65f4cb9c3430d4eeafc579df3f0b0afa1c373bab85f8573ade1836efdbee896',
      '973f44d541dfcfd7cfa0671056cc75cfe8eb199fd1178108c02a43f0915377bd',
      '386b6e12def013fc2ffaf16a56fd654c493a388009e90029d4fa247f823418dc',
    ]);
  });

  test('are not made of a master secret that is too short', () => {
    expect(() => deriveKeys('short')).toThrow('fewer than 32 characters');
  });
});
