/** Masks secrets in a text that is to be kept. */
export type MaskText = (text: string) => string;

/** How many entries of a list or object, and how many levels of them, are quoted. */
const maxEntries = 5;
const maxDepth = 3;
/** How much of a value is masked, in UTF-16 units: far more than is quoted, and far less than an answer has. */
const maxMasked = 16_384;

/** Quotes a value of an answer, masked before it is cut, so that no cut leaves half a secret; lengths are in UTF-16 units. */
export function quoteValue(value: unknown, { mask, maxLength }: { mask: MaskText; maxLength: number }): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(shorten(value, 0)) ?? 'nothing');
  const masked = mask(text.slice(0, maxMasked).toWellFormed());
  return masked.length > maxLength ? `${masked.slice(0, maxLength).toWellFormed()}…` : masked;
}

/** Receivers may nest values as deep as 256 KB allow: writing those out would exhaust the stack. */
function shorten(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) return '…';
  if (Array.isArray(value)) return value.slice(0, maxEntries).map((item) => shorten(item, depth + 1));
  const entries = Object.entries(value).slice(0, maxEntries);
  return Object.fromEntries(entries.map(([key, item]) => [key, shorten(item, depth + 1)]));
}
