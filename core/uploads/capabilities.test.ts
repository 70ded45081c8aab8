import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  judgeUploadCapability,
  readFileLink,
  type UploadScope,
  writeFileLink,
  writeUploadCapability,
} from './capabilities.ts';

const key = randomBytes(32);
const scope: UploadScope = { project: 'apollo', ticket: 'BUG-0001', parameter: 'crashLog' };
const link = { project: 'apollo', ticket: 'BUG-0001', attachment: 'abc', expiresAt: 1_000 };

describe('a capability to upload', () => {
  test('is good until its instant, in its scope alone', () => {
    const part = fc.constantFrom('a', 'b', '/x', 'a","b', '');
    const anyScope = fc.record({ project: part, ticket: part, parameter: part }).chain((place) =>
      fc.oneof(
        fc.constant<UploadScope>(place),
        part.map((attachment): UploadScope => ({ ...place, attachment })),
      ),
    );
    fc.assert(
      fc.property(anyScope, anyScope, fc.nat(), fc.nat(), (given, asked, expiresAt, now) => {
        const capability = writeUploadCapability(key, given, expiresAt);
        const isSame = JSON.stringify(given) === JSON.stringify(asked);
        const expected = isSame ? (now < expiresAt ? 'valid' : 'expired') : 'foreign';
        expect(judgeUploadCapability(key, asked, { capability, now })).toBe(expected);
      }),
    );
  });

  test('of another key, or changed in any character, is foreign', () => {
    const capability = writeUploadCapability(key, scope, 1_000);
    expect(judgeUploadCapability(randomBytes(32), scope, { capability, now: 0 })).toBe('foreign');
    for (const place of capability.split('').keys()) {
      const other = capability[place] === 'A' ? 'B' : 'A';
      const changed = capability.slice(0, place) + other + capability.slice(place + 1);
      expect(judgeUploadCapability(key, scope, { capability: changed, now: 0 })).toBe('foreign');
    }
  });

  test('is no link to a file, nor the other way round', () => {
    expect(readFileLink(key, writeUploadCapability(key, scope, 1_000))).toBeUndefined();
    const given = { capability: writeFileLink(key, link), now: 0 };
    expect(judgeUploadCapability(key, scope, given)).toBe('foreign');
  });
});

test('a link to a file tells nothing of it, and reads back as it was written', () => {
  const capability = writeFileLink(key, link);
  expect(readFileLink(key, capability)).toEqual(link);
  expect(Buffer.from(capability, 'base64url').toString('latin1')).not.toMatch(/apollo|BUG|abc/);
});
