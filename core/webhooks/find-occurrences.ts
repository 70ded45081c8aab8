/** A text to look for, prepared once (Knuth, Morris, Pratt): finding takes time by the length of what is searched alone. */
export type Needle = { text: string; borders: Int32Array };

/** Prepares a text to be looked for. */
export function makeNeedle(text: string): Needle {
  const borders = new Int32Array(text.length + 1);
  borders[0] = -1;
  let border = -1;
  for (let index = 0; index < text.length; index += 1) {
    while (border >= 0 && text.charCodeAt(index) !== text.charCodeAt(border)) border = borders[border] ?? -1;
    border += 1;
    borders[index + 1] = border;
  }
  return { text, borders };
}

/** Where a needle begins in a text, overlapping occurrences included: masking one must not leave the rest of another. */
export function findOccurrences(haystack: string, needle: Needle): number[] {
  const found: number[] = [];
  // Cheap where there is nothing to find, which is nearly always.
  if (!haystack.includes(needle.text)) return found;
  let matched = 0;
  for (let index = 0; index < haystack.length; index += 1) {
    matched = advance(needle, matched, haystack.charCodeAt(index));
    if (matched === needle.text.length) found.push(index + 1 - needle.text.length);
  }
  return found;
}

/** How many of a needle's first characters a text ends with, short of all of them. */
export function countBegun(haystack: string, needle: Needle): number {
  let matched = 0;
  for (let index = Math.max(0, haystack.length - needle.text.length + 1); index < haystack.length; index += 1) {
    matched = advance(needle, matched, haystack.charCodeAt(index));
  }
  return matched;
}

function advance({ text, borders }: Needle, matched: number, unit: number): number {
  let border = matched;
  while (border >= 0 && (border === text.length || unit !== text.charCodeAt(border))) border = borders[border] ?? -1;
  return border + 1;
}
