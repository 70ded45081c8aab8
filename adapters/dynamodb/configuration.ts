import { ProjectDocument } from '../../core/document/schema.ts';
import { Key } from '../../core/document/schema-names.ts';
import { rememberFound } from './fresh-cache.ts';
import { findProject, type ProjectPointer, readDocument } from './projects.ts';
import type { Table } from './table.ts';

/** Parsed documents an instance keeps; the largest take a few megabytes each. */
const maxParsed = 50;

/** A project's configuration as functions use it: defaults filled in, the stage's variables put over the document's. */
export type Configuration = {
  pointer: ProjectPointer;
  document: ProjectDocument;
  variables: Readonly<Record<string, string>>;
};

/** Plain values that a stage sets in place of documents', by project and name. */
export type StageVariables = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Reads a project's configuration; undefined where there is no such project. */
export type ConfigurationReader = (project: string) => Promise<Configuration | undefined>;

/**
 * Makes a reader of configurations that remembers them for `freshMs`. A document version never changes, so the parsed one
 * serves for as long as the pointer names it, also where nothing else is remembered.
 */
export function configurationReader(
  table: Table,
  options: { freshMs: number; now: () => number; stageVariables: StageVariables },
): ConfigurationReader {
  const parsed = new Map<string, { id: string; document: ProjectDocument }>();

  async function readParsed(pointer: ProjectPointer): Promise<ProjectDocument> {
    const known = parsed.get(pointer.key);
    if (known?.id === pointer.document) return known.document;
    const document = ProjectDocument.parse(await readDocument(table, pointer));
    parsed.delete(pointer.key);
    const [oldest] = parsed.keys();
    if (parsed.size >= maxParsed && oldest !== undefined) parsed.delete(oldest);
    parsed.set(pointer.key, { id: pointer.document, document });
    return document;
  }

  return rememberFound(async (project) => {
    // Callers write project keys into URLs: what cannot be one is not looked up.
    if (!Key.safeParse(project).success) return undefined;
    const pointer = await findProject(table, project);
    if (pointer === undefined) return undefined;
    const document = await readParsed(pointer);
    const overrides = Object.hasOwn(options.stageVariables, project) ? options.stageVariables[project] : undefined;
    return { pointer, document, variables: { ...document.variables, ...overrides } };
  }, options);
}
