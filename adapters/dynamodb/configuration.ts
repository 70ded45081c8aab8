import { ProjectDocument } from '../../core/document/schema.ts';
import { Key } from '../../core/document/schema-names.ts';
import { rememberFound } from './fresh-cache.ts';
import { findProject, type ProjectPointer, readDocument } from './projects.ts';
import type { Table } from './table.ts';

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

/** Makes a reader of configurations that remembers them for `freshMs`. */
export function configurationReader(
  table: Table,
  options: { freshMs: number; now: () => number; stageVariables: StageVariables },
): ConfigurationReader {
  return rememberFound(async (project) => {
    // Callers write project keys into URLs: what cannot be one is not looked up.
    if (!Key.safeParse(project).success) return undefined;
    const pointer = await findProject(table, project);
    if (pointer === undefined) return undefined;
    const document = ProjectDocument.parse(await readDocument(table, pointer));
    const overrides = Object.hasOwn(options.stageVariables, project) ? options.stageVariables[project] : undefined;
    return { pointer, document, variables: { ...document.variables, ...overrides } };
  }, options);
}
