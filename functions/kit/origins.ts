import type { ExternalSource } from '../../core/document/schema.ts';

/** How long a browser may remember a preflight's answer, in seconds. */
const preflightSeconds = 600;

/** Headers that let an allowed origin's page read the answer; none for any other origin. */
export function originHeaders(source: ExternalSource, origin: string | undefined): Record<string, string> {
  if (source.allowedOrigins.length === 0) return {};
  // Which origin asks decides what is answered, so no cache may mix them up.
  if (origin === undefined || !isAllowed(source, origin)) return { vary: 'Origin' };
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers':
      'Location, X-Request-Id, Idempotency-Replayed, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset',
  };
}

/** Headers of a preflight's answer for a path that takes these methods. */
export function preflightHeaders(
  source: ExternalSource,
  { origin, methods }: { origin: string | undefined; methods: string },
): Record<string, string> {
  const headers = originHeaders(source, origin);
  if (headers['access-control-allow-origin'] === undefined) return headers;
  return {
    ...headers,
    'access-control-allow-methods': methods,
    'access-control-allow-headers': 'Content-Type, X-Api-Key, Authorization, Idempotency-Key',
    'access-control-max-age': String(preflightSeconds),
  };
}

function isAllowed(source: ExternalSource, origin: string): boolean {
  return source.allowedOrigins.includes('*') || source.allowedOrigins.includes(origin);
}
