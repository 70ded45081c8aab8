import { exportJWK, generateKeyPair, importJWK, type JSONWebKeySet, SignJWT } from 'jose';
import * as z from 'zod';
import { readJson, writeJson } from './json-file.ts';

const PrivateKey = z.looseObject({
  kty: z.literal('RSA'),
  kid: z.string(),
  n: z.string(),
  e: z.string(),
  d: z.string(),
});
const KeyFile = z.object({ keys: z.tuple([PrivateKey]) });
/** The local issuer's one signing key. */
export type SigningKey = z.infer<typeof PrivateKey>;

/** Reads the signing key, so that tokens survive a restart, or makes one; the file is for its owner only. */
export async function signingKeyIn(file?: string): Promise<SigningKey> {
  const kept = file === undefined ? undefined : readJson(file, KeyFile);
  if (kept !== undefined) return kept.keys[0];
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const key = PrivateKey.parse({ ...(await exportJWK(privateKey)), kid: 'local', alg: 'RS256', use: 'sig' });
  if (file !== undefined) writeJson(file, { keys: [key] });
  return key;
}

/** What the world may know of the key. */
export function publicKeys({ kty, kid, n, e }: SigningKey): JSONWebKeySet {
  return { keys: [{ kty, kid, n, e, alg: 'RS256', use: 'sig' }] };
}

/** Signs a token with these claims, good for so many seconds from `now`. */
export async function signToken(
  key: SigningKey,
  claims: Record<string, unknown>,
  now: Date,
  seconds: number,
): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / 1000);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT' })
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + seconds)
    .sign(await importJWK(key, 'RS256'));
}
