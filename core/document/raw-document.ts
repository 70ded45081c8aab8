import type { Path } from './problems.ts';

/** A property of a value that may be anything; undefined where it has none. */
export function readProperty(value: unknown, name: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}

/** The value at a path of a value that may be anything. */
export function readPath(value: unknown, path: Path): unknown {
  return path.reduce(readProperty, value);
}

/** The list that stands under a name; empty where there is none. */
export function readList(value: unknown, name: string): unknown[] {
  const list = readProperty(value, name);
  return Array.isArray(list) ? list : [];
}

/** The text that stands under a name. */
export function readText(value: unknown, name: string): string | undefined {
  const text = readProperty(value, name);
  return typeof text === 'string' ? text : undefined;
}

/** The keys that a list's elements say they have, readable or not otherwise. */
export function readKeys(list: readonly unknown[]): string[] {
  return list.map((element) => readText(element, 'key')).filter((key) => key !== undefined);
}
