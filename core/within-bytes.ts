/** Most bytes of what one answer lists, as JSON: an answer may have 6 MB (AWS Lambda quota), and more than a list is in it. */
const maxListedBytes = 3_000_000;

/** The first entries that are as JSON no larger than so many bytes together, but one at least, and how many are left out. */
export function withinBytes<Item>(
  items: readonly Item[],
  maxBytes: number = maxListedBytes,
): { kept: readonly Item[]; more: number } {
  let bytes = 0;
  for (const [place, item] of items.entries()) {
    bytes += Buffer.byteLength(JSON.stringify(item));
    if (bytes > maxBytes && place > 0) return { kept: items.slice(0, place), more: items.length - place };
  }
  return { kept: items, more: 0 };
}
