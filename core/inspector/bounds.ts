/** Calls of an endpoint that are kept, the last ones. */
export const ringSize = 20;

/** Most bytes of a body that are kept. */
export const maxInspectedBytes = 65_536;

/** Endpoints whose calls can be inspected. */
export type InspectedKind = 'sources' | 'listeners';

/** What an endpoint goes by in the inspector: `sources/appcrashlog`. */
export function inspectedName(kind: InspectedKind, key: string): string {
  return `${kind}/${key}`;
}

/** Most characters of a query that are kept. */
const maxQueryLength = 2_000;

/** A query without the API key that may be in it, however its name is written. */
export function withoutKey(rawQuery: string): string {
  const pieces = rawQuery.split('&').map((piece) => {
    const [[name] = ['']] = new URLSearchParams(piece);
    return name.toLowerCase() === 'apikey' ? `${piece.split('=', 1)[0]}=***` : piece;
  });
  const query = pieces.join('&');
  if (query.length <= maxQueryLength) return query;
  // Half a secret would not be known for one.
  const kept = query.slice(0, maxQueryLength);
  return `${kept.slice(0, kept.lastIndexOf('&') + 1)}***`;
}
