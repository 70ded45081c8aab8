import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import * as z from 'zod';

/** A secret's value as it is stored: AES-256-GCM, the tag at the ciphertext's end. */
export const SealedSecret = z.object({
  /** The layout of ciphertext and associated data. */
  version: z.literal(1),
  /** Which vault key sealed it. */
  keyId: z.string(),
  nonce: z.base64(),
  ciphertext: z.base64(),
});
export type SealedSecret = z.infer<typeof SealedSecret>;

/** A key with a public name, by which ciphertexts tell who can open them. */
export type VaultKey = { readonly id: string; readonly bytes: Uint8Array };

/** What the one master secret is turned into: each key serves one purpose, and none tells anything of another. */
export type DerivedKeys = {
  readonly vault: VaultKey;
  readonly capability: Uint8Array;
  readonly cursor: Uint8Array;
  readonly wayOut: Uint8Array;
};

/** Where a secret belongs; a ciphertext opens nowhere else. */
export type SecretPlace = { readonly project: string; readonly name: string };

/** What opening comes to; the reason names no key and no value. */
export type OpenedSecret = { outcome: 'opened'; plaintext: string } | { outcome: 'unreadable'; reason: string };

const version = 1;
// NIST SP 800-38D: 96-bit nonces, which may be random for up to 2^32 messages under one key, and 128-bit tags.
const nonceBytes = 12;
const tagBytes = 16;
const algorithm = 'aes-256-gcm';

/** Derives the keys (HKDF-SHA-256, 32 bytes each) from the master secret; the same secret always gives the same keys. */
export function deriveKeys(masterSecret: string): DerivedKeys {
  if (masterSecret.length < 32) throw new Error('the master secret has fewer than 32 characters');
  const derive = (purpose: string, bytes: number) =>
    // No salt: the master secret is random and of full entropy (RFC 5869, 3.1).
    new Uint8Array(hkdfSync('sha256', masterSecret, '', `feedbridge/${purpose}/v1`, bytes));
  const id = Buffer.from(derive('vault-key-id', 6)).toString('hex');
  return {
    vault: { id, bytes: derive('vault', 32) },
    capability: derive('capability', 32),
    cursor: derive('cursor', 32),
    wayOut: derive('way-out', 32),
  };
}

/** Seals a value for one place; `randomBytes` gives the nonce, which must never repeat. */
export function seal(
  plaintext: string,
  place: SecretPlace,
  key: VaultKey,
  randomBytes: (size: number) => Uint8Array,
): SealedSecret {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key.bytes, nonce, { authTagLength: tagBytes });
  cipher.setAAD(associatedData(place, key.id));
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return {
    version,
    keyId: key.id,
    nonce: Buffer.from(nonce).toString('base64'),
    ciphertext: ciphertext.toString('base64'),
  };
}

/** Opens what {@link seal} sealed for the same place with the same key; anything else is unreadable. */
export function open(sealed: SealedSecret, place: SecretPlace, key: VaultKey): OpenedSecret {
  if (sealed.keyId !== key.id) return { outcome: 'unreadable', reason: 'it was sealed with another master secret' };
  const nonce = Buffer.from(sealed.nonce, 'base64');
  const bytes = Buffer.from(sealed.ciphertext, 'base64');
  if (nonce.length !== nonceBytes || bytes.length < tagBytes) return { outcome: 'unreadable', reason: 'it is damaged' };
  const decipher = createDecipheriv(algorithm, key.bytes, nonce, { authTagLength: tagBytes });
  decipher.setAAD(associatedData(place, key.id));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    const plaintext = Buffer.concat([decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()]);
    return { outcome: 'opened', plaintext: plaintext.toString('utf8') };
  } catch {
    return { outcome: 'unreadable', reason: 'it is damaged, or was sealed for another project or name' };
  }
}

/** JSON, so that no two places give the same bytes. */
function associatedData({ project, name }: SecretPlace, keyId: string): Uint8Array {
  return Buffer.from(JSON.stringify(['feedbridge/secret', version, keyId, project, name]), 'utf8');
}
