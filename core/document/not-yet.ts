import { type Path, writePath } from './problems.ts';
import { readPath, readProperty, readText } from './raw-document.ts';

/** A part of the document that is accepted and has no effect yet; `*` stands for every entry of a list. */
type Row = { at: readonly string[]; says: string };

/** One row per part without behaviour; whoever builds the behaviour deletes the row. */
const rows: readonly Row[] = [
  { at: ['dataPackages', '*'], says: 'data packages cannot be read yet' },
  { at: ['recordLookups', '*'], says: 'record lookups cannot be read yet' },
];

/** Lists the parts that a valid document contains and that have no effect yet, one sentence each, by kind of part. */
export function listNotYet(document: unknown): string[] {
  return rows.flatMap((row) =>
    findParts(document, row.at).map((path) => `${writePath(path)}${nameOwner(document, path)}: ${row.says}.`),
  );
}

function findParts(document: unknown, at: readonly string[]): Path[] {
  let paths: Path[] = [[]];
  for (const step of at) {
    paths = paths.flatMap((path) => {
      const value = readPath(document, path);
      if (step !== '*') return readProperty(value, step) === undefined ? [] : [[...path, step]];
      return Array.isArray(value) ? value.map((_, index) => [...path, index]) : [];
    });
  }
  return paths;
}

/** The key of the entry of a top-level list that a part belongs to. */
function nameOwner(document: unknown, path: Path): string {
  const key = readText(readPath(document, path.slice(0, 2)), 'key');
  return key === undefined ? '' : ` (${key})`;
}
