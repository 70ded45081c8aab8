import { readProperty, readText } from './raw-document.ts';

/** One difference between two documents; `from` is absent where something was added, `to` where something was removed. */
export type DocumentChange = { path: string; from?: unknown; to?: unknown };

type Entries = Map<string, unknown>;

/**
 * Lists what changed from one document to another. Entries of a list are matched by their key or e-mail address, and
 * paths name them by it: `externalSources[appcrashlog].name`. Where entries only changed places, the list's own path
 * carries their order before and after.
 */
export function diffDocuments(before: unknown, after: unknown): DocumentChange[] {
  return diffValues('', before, after);
}

function diffValues(path: string, before: unknown, after: unknown): DocumentChange[] {
  if (before === after) return [];
  if (before === undefined) return [{ path, to: after }];
  if (after === undefined) return [{ path, from: before }];
  if (Array.isArray(before) && Array.isArray(after)) return diffLists(path, before, after);
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => diffValues(step(path, name), readProperty(before, name), readProperty(after, name)));
  }
  return [{ path, from: before, to: after }];
}

function diffLists(path: string, before: readonly unknown[], after: readonly unknown[]): DocumentChange[] {
  const [old, next] = [nameEntries(before), nameEntries(after)];
  if (old === undefined || next === undefined) {
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, from: before, to: after }];
  }
  const names = [...new Set([...old.keys(), ...next.keys()])];
  const changes = names.flatMap((name) => diffValues(`${path}[${name}]`, old.get(name), next.get(name)));
  return [...changes, ...diffOrder(path, old, next)];
}

function diffOrder(path: string, old: Entries, next: Entries): DocumentChange[] {
  const from = [...old.keys()].filter((name) => next.has(name));
  const to = [...next.keys()].filter((name) => old.has(name));
  return from.every((name, index) => name === to[index]) ? [] : [{ path, from, to }];
}

/** A list's entries by their names; undefined where one has none or two have the same, so that the list counts as a whole. */
function nameEntries(list: readonly unknown[]): Entries | undefined {
  const entries: Entries = new Map();
  list.forEach((entry, index) => {
    const name = nameEntry(entry, index);
    if (name !== undefined) entries.set(name, entry);
  });
  return entries.size === list.length ? entries : undefined;
}

/** An action without a key goes by its kind and place, as in deliveries. */
function nameEntry(entry: unknown, index: number): string | undefined {
  const kind = readText(entry, 'kind');
  return (
    readText(entry, 'key') ?? readText(entry, 'email') ?? (kind === undefined ? undefined : `${kind}-${index + 1}`)
  );
}

function step(path: string, name: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
