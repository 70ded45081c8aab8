import { readText } from './raw-document.ts';

/** Longest name in a path, in UTF-16 units: an option may be a sentence. */
const maxNameLength = 80;

/** A list's entries by their names; undefined where one has none or two have the same. */
export function nameEntries(list: readonly unknown[]): ReadonlyMap<string, unknown> | undefined {
  const entries = new Map<string, unknown>();
  for (const entry of list) {
    const name = nameEntry(entry);
    if (name === undefined || entries.has(name)) return undefined;
    entries.set(name, entry);
  }
  return entries;
}

/** What a path calls an entry: its name, else its kind and place as deliveries do, else its place from 0. */
export function describeEntry(entry: unknown, place: number): string {
  const kind = readText(entry, 'kind');
  return readText(entry, 'key') ?? (kind === undefined ? String(place) : `${kind}-${place + 1}`);
}

/** The key or e-mail address of an entry, or the text that it is. */
function nameEntry(entry: unknown): string | undefined {
  if (typeof entry !== 'string') return readText(entry, 'key') ?? readText(entry, 'email');
  return entry.length <= maxNameLength ? entry : undefined;
}
