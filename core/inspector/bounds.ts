/** Calls of an endpoint that are kept, the last ones. */
export const ringSize = 20;

/** Most bytes of a body that are kept. */
export const maxInspectedBytes = 65_536;

/** What an endpoint goes by in the inspector: `sources/appcrashlog`. */
export function inspectedName(kind: 'sources' | 'listeners', key: string): string {
  return `${kind}/${key}`;
}

/** A query without the API key that may be in it. */
export function withoutKey(rawQuery: string): string {
  return rawQuery.replace(/(^|&)(apiKey=)[^&]*/gi, '$1$2***').slice(0, 2_000);
}
