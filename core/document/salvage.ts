import { findKnownProperties } from './known-properties.ts';
import type { Path } from './problems.ts';
import { readPath, readProperty, readText } from './raw-document.ts';
import { ProjectDocument } from './schema.ts';
import { describeIssues, type ShapeProblem } from './zod-problems.ts';

/** Rounds of removing what does not parse; each climbs at most one level, and documents nest 20 deep at most. */
const maxRounds = 30;

/** A document, or what is left of it once everything that does not parse is cut out. */
export type Salvage = {
  /** Undefined where nothing can be made of the input. */
  document: ProjectDocument | undefined;
  problems: ShapeProblem[];
  /** Translates a path of the salvaged document to the input's, where cut-out list entries still count. */
  toInputPath: (path: Path) => Path;
};

type Removal = { whole: boolean; inside: Map<string | number, Removal> };

/** Parses a document and, where parts of it are wrong, what is left without them, so that the rest can be checked too. */
export function salvageDocument(input: unknown, projectKey: string): Salvage {
  const entryPlaces = new WeakMap<object, number[]>();
  let current = input;
  let problems: ShapeProblem[] | undefined;
  const toInputPath = (path: Path): Path => translate(path, current, entryPlaces);
  for (let round = 0; round < maxRounds; round += 1) {
    const result = ProjectDocument.safeParse(current);
    if (result.success) return { document: result.data, problems: problems ?? [], toInputPath };
    const found = describeIssues(result.error.issues, current, (path) => findKnownProperties(path, current));
    // What later rounds find is what the cutting itself made wrong.
    problems ??= found;
    if (typeof current !== 'object' || current === null || Array.isArray(current)) break;
    current = cutOut(current, found, entryPlaces, projectKey);
  }
  return { document: undefined, problems: problems ?? [], toInputPath };
}

function cutOut(
  input: object,
  found: readonly ShapeProblem[],
  entryPlaces: WeakMap<object, number[]>,
  projectKey: string,
): unknown {
  const root: Removal = { whole: false, inside: new Map() };
  const inProject = found.filter(({ remove }) => remove[0] === 'project');
  for (const { remove } of found) if (remove[0] !== 'project') mark(root, presentPath(input, remove));
  const rest = withoutRemoved(input, root, entryPlaces);
  if (inProject.length === 0) return rest;
  // The project's own properties are required, so they are filled in; nothing else refers to them.
  const isKeyWrong = inProject.some(({ remove }) => remove.length === 1 || remove[1] === 'key');
  const key = isKeyWrong ? projectKey : readText(readProperty(input, 'project'), 'key');
  return { ...(typeof rest === 'object' ? rest : {}), project: { key, name: 'unknown' } };
}

/** Where a required part is missing, what lacks it has to go. */
function presentPath(input: unknown, path: Path): Path {
  return path.length > 1 && readPath(input, path) === undefined ? path.slice(0, -1) : path;
}

function mark(root: Removal, path: Path): void {
  let node = root;
  for (const segment of path) {
    const next = node.inside.get(segment) ?? { whole: false, inside: new Map() };
    node.inside.set(segment, next);
    node = next;
  }
  node.whole = true;
}

function withoutRemoved(value: unknown, removal: Removal | undefined, entryPlaces: WeakMap<object, number[]>): unknown {
  if (removal === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const places = entryPlaces.get(value);
    const kept = [...value.keys()].filter((index) => removal.inside.get(index)?.whole !== true);
    const list = kept.map((index) => withoutRemoved(value[index], removal.inside.get(index), entryPlaces));
    entryPlaces.set(
      list,
      kept.map((index) => places?.[index] ?? index),
    );
    return list;
  }
  const entries = Object.entries(value).filter(([name]) => removal.inside.get(name)?.whole !== true);
  return Object.fromEntries(
    entries.map(([name, item]) => [name, withoutRemoved(item, removal.inside.get(name), entryPlaces)]),
  );
}

function translate(path: Path, salvaged: unknown, entryPlaces: WeakMap<object, number[]>): Path {
  let value = salvaged;
  return path.map((segment) => {
    const places = typeof value === 'object' && value !== null ? entryPlaces.get(value) : undefined;
    value = readProperty(value, segment);
    return typeof segment === 'number' ? (places?.[segment] ?? segment) : segment;
  });
}
