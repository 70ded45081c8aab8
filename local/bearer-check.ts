import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';

/** What the gateway's JWT authoriser found. */
type BearerCheck = { outcome: 'accepted'; claims: Record<string, string> } | { outcome: 'refused'; reason: string };

/** Checks an `Authorization` header. */
export type BearerChecker = (authorization: string | undefined) => Promise<BearerCheck>;

/** A check of signature, issuer, audience and times, as an HTTP API makes it; it looks at no scope. */
export function bearerChecker(keys: JSONWebKeySet, issuer: string, audience: readonly string[]): BearerChecker {
  const keySet = createLocalJWKSet(keys);
  return async (authorization) => {
    const token = authorization?.replace(/^Bearer /i, '');
    if (!token) return { outcome: 'refused', reason: 'the bearer token is missing' };
    try {
      const { payload } = await jwtVerify(token, keySet, { issuer, requiredClaims: ['exp'] });
      if (!isMeantFor(payload, audience)) return { outcome: 'refused', reason: 'the audience is invalid' };
      return { outcome: 'accepted', claims: toClaims(payload) };
    } catch (error) {
      return { outcome: 'refused', reason: error instanceof Error ? error.message : String(error) };
    }
  };
}

// Cognito's access tokens have no audience, only client_id, and an HTTP API falls back to that.
function isMeantFor({ aud, client_id: clientId }: JWTPayload, audience: readonly string[]): boolean {
  const named = aud === undefined ? [clientId] : [aud].flat();
  return named.some((name) => typeof name === 'string' && audience.includes(name));
}

/** Claims as an HTTP API hands them over: all of them text, a list as `[a b]`. */
export function toClaims(payload: JWTPayload): Record<string, string> {
  return Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, toClaim(value)]));
}

function toClaim(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toClaim).join(' ')}]`;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
