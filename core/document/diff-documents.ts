import { describeEntry, nameEntries } from './entry-names.ts';
import { readList, readProperty } from './raw-document.ts';

/** What became of one part of a document; `moved` is about the order of a list. */
export const changeKinds = ['added', 'changed', 'removed', 'moved'] as const;

/**
 * One difference between two documents: `from` is absent where something was added, `to` where something was removed. Where a
 * list was put in another order, both are the names of its entries.
 */
export type DocumentChange = { kind: (typeof changeKinds)[number]; path: string; from?: unknown; to?: unknown };

type Entries = ReadonlyMap<string, unknown>;

/**
 * Lists what changed from one document to another, for people to read. Entries of a list are matched by what they are known by
 * (a key, an e-mail address, their own text), and paths name them by it: `externalSources[appcrashlog].name`. Where entries
 * only changed places, the list's own path carries their order before and after.
 */
export function diffDocuments(before: unknown, after: unknown): DocumentChange[] {
  return diffValues('', before, after);
}

function diffValues(path: string, before: unknown, after: unknown): DocumentChange[] {
  if (before === after) return [];
  // A list that is left out is empty, so what is in it now was added one by one.
  if (before === undefined)
    return hasEntries(after) ? diffLists(path, [], after) : [{ kind: 'added', path, to: after }];
  if (after === undefined) {
    return hasEntries(before) ? diffLists(path, before, []) : [{ kind: 'removed', path, from: before }];
  }
  if (Array.isArray(before) && Array.isArray(after)) return diffLists(path, before, after);
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => diffValues(step(path, name), readProperty(before, name), readProperty(after, name)));
  }
  return [{ kind: 'changed', path, from: before, to: after }];
}

function diffLists(path: string, before: readonly unknown[], after: readonly unknown[]): DocumentChange[] {
  const [old, next] = [nameEntries(before), nameEntries(after)];
  if (old === undefined || next === undefined) return diffPlaces(path, before, after);
  const renamed = findRenamed(old, next);
  const kept = [...old].flatMap(([name, entry]) => diffEntry(path, name, entry, next.get(renamed.get(name) ?? name)));
  const fresh = [...next].filter(([name]) => !old.has(name) && ![...renamed.values()].includes(name));
  const added = fresh.flatMap(([name, entry]) => diffEntry(path, name, undefined, entry));
  return [...kept, ...added, ...diffOrder(path, old, next)];
}

/** An entry is added or removed as a whole, whatever it is. */
function diffEntry(path: string, name: string, before: unknown, after: unknown): DocumentChange[] {
  const at = `${path}[${name}]`;
  if (before === undefined) return [{ kind: 'added', path: at, to: after }];
  if (after === undefined) return [{ kind: 'removed', path: at, from: before }];
  return diffValues(at, before, after);
}

/** Entries that go by another key now and keep the old one as an alias, by their old names. */
function findRenamed(old: Entries, next: Entries): ReadonlyMap<string, string> {
  const fresh = [...next].filter(([name]) => !old.has(name));
  const aliases = fresh.flatMap(([name, entry]) => readList(entry, 'aliases').map((alias) => ({ name, alias })));
  const renamed = new Map<string, string>();
  for (const { name, alias } of aliases) {
    const isFree = typeof alias === 'string' && old.has(alias) && !next.has(alias) && !renamed.has(alias);
    if (isFree && ![...renamed.values()].includes(name)) renamed.set(alias, name);
  }
  return renamed;
}

function diffOrder(path: string, old: Entries, next: Entries): DocumentChange[] {
  const from = [...old.keys()].filter((name) => next.has(name));
  const to = [...next.keys()].filter((name) => old.has(name));
  return from.every((name, index) => name === to[index]) ? [] : [{ kind: 'moved', path, from, to }];
}

/** Entries that have no names of their own are the same as long as all before them, or all after them, are. */
function diffPlaces(path: string, before: readonly unknown[], after: readonly unknown[]): DocumentChange[] {
  const [old, next] = [before.map((entry) => JSON.stringify(entry)), after.map((entry) => JSON.stringify(entry))];
  const most = Math.min(old.length, next.length);
  let start = 0;
  while (start < most && old[start] === next[start]) start += 1;
  let end = 0;
  while (end < most - start && old[old.length - 1 - end] === next[next.length - 1 - end]) end += 1;
  const gone = before.slice(start, before.length - end);
  const come = after.slice(start, after.length - end);
  if (gone.length === come.length) {
    return gone.flatMap((entry, place) => diffPair(path, start + place, entry, come[place]));
  }
  return [
    ...gone.map((from, place) => ({ kind: 'removed' as const, path: at(path, from, start + place), from })),
    ...come.map((to, place) => ({ kind: 'added' as const, path: at(path, to, start + place), to })),
  ];
}

function diffPair(path: string, place: number, before: unknown, after: unknown): DocumentChange[] {
  const [from, to] = [at(path, before, place), at(path, after, place)];
  if (from === to) return diffValues(from, before, after);
  return [
    { kind: 'removed', path: from, from: before },
    { kind: 'added', path: to, to: after },
  ];
}

function at(path: string, entry: unknown, place: number): string {
  return `${path}[${describeEntry(entry, place)}]`;
}

function step(path: string, name: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}

function hasEntries(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
