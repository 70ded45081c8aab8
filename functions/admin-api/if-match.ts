/** What a call's `If-Match` says of what it is about to replace. */
export type Precondition = 'met' | 'missing' | 'not-met';

/**
 * Compares `If-Match` with the entity tag of what is there, undefined where nothing is. Tags count with and without the
 * mark of a weak one, which proxies add to what they compress.
 */
export function checkIfMatch(ifMatch: string | undefined, etag: string | undefined): Precondition {
  if (ifMatch === undefined) return etag === undefined ? 'met' : 'missing';
  if (etag === undefined) return 'not-met';
  const given = ifMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return given.includes('*') || given.includes(quoteTag(etag)) ? 'met' : 'not-met';
}

/** An entity tag as headers carry it (RFC 9110, 8.8.3). */
export function quoteTag(etag: string): string {
  return `"${etag}"`;
}
