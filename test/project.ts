import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { addApiKeyOnce } from '../adapters/dynamodb/api-keys.ts';
import { documentId } from '../adapters/dynamodb/keys.ts';
import { writeMembers } from '../adapters/dynamodb/members.ts';
import { findProject, storeDocumentParts, switchDocument } from '../adapters/dynamodb/projects.ts';
import type { Table } from '../adapters/dynamodb/table.ts';
import { ProjectDocument } from '../core/document/schema.ts';
import { hashKeySecret, makeKeySecret } from '../core/keys/api-key.ts';

/** A project of a test's own, with the example's configuration and a key for each of its prefixes. */
export type TestProject = { project: string; document: ProjectDocument; keyOf: (prefix: string) => string };

let projects = 0;

/** The example document, parsed anew, so that a test may change it. */
function exampleDocument(): ProjectDocument {
  return ProjectDocument.parse(parse(readFileSync('examples/apollo.yaml', 'utf8')));
}

/** Stores a project that no other test shares; `change` edits the example's configuration first. */
export async function seedProject(
  table: Table,
  change: (document: ProjectDocument) => void = () => undefined,
): Promise<TestProject> {
  projects += 1;
  const project = `p${process.pid}-${projects}`;
  const document = exampleDocument();
  document.project.key = project;
  change(document);
  const { members, ...stored } = document;
  const id = documentId(1, 'test');
  const parts = await storeDocumentParts(table, project, id, stored);
  const at = '2026-11-21T08:00:00.000Z';
  await switchDocument(
    table,
    {
      key: project,
      name: document.project.name,
      version: 1,
      etag: 'test',
      document: id,
      parts,
      idPrefixes: {},
      createdAt: at,
      updatedAt: at,
    },
    undefined,
    [],
  );
  await writeMembers(
    table,
    members.map(({ email, name = email, teams = [], role }) => ({
      project,
      member: { email, name, teams, ...(role === undefined ? {} : { role }), score: 0, external: {} },
    })),
  );
  return { project, document, keyOf };
}

/** Stores the example's API keys once per worker. */
export async function seedKeys(table: Table): Promise<void> {
  for (const prefix of ['mobile', 'web', 'jira', 'bi']) {
    // Used a moment ago, so that no test counts the note of its use.
    const lastUsedAt = '2026-11-21T09:00:00.000Z';
    const key = { prefix, name: prefix, hash: hashKeySecret(secretOf(prefix)), enabled: true, lastUsedAt };
    await addApiKeyOnce(table, { ...key, createdAt: '2026-11-21T08:00:00.000Z' });
  }
}

function keyOf(prefix: string): string {
  return `${prefix}-${secretOf(prefix)}`;
}

function secretOf(prefix: string): string {
  return makeKeySecret(Buffer.alloc(32, prefix));
}

/** Makes a changed document the current one, as applying it does. */
export async function replaceDocument(table: Table, project: string, document: ProjectDocument): Promise<void> {
  const pointer = await findProject(table, project);
  if (pointer === undefined) throw new Error('there is no such project');
  const { members: _, ...stored } = document;
  const version = pointer.version + 1;
  const id = documentId(version, 'test');
  const parts = await storeDocumentParts(table, project, id, stored);
  await switchDocument(table, { ...pointer, version, document: id, parts }, pointer.version, []);
}
