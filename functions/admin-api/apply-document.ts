import { createHash } from 'node:crypto';
import { documentId } from '../../adapters/dynamodb/keys.ts';
import { findMembers, type MemberWrite, writeMembers } from '../../adapters/dynamodb/members.ts';
import {
  findProject,
  type ProjectPointer,
  retireDocument,
  storeDocumentParts,
  switchDocument,
} from '../../adapters/dynamodb/projects.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import type { DocumentChange } from '../../core/document/diff-documents.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import type { AdminDependencies } from './call.ts';
import { planSeed } from './seed-members.ts';

/** Members stored in one transaction; the pointer goes with the last of them, and DynamoDB takes 100 items. */
const maxMembersAtOnce = 90;
/** Tries to store members that others keep changing (docs/architecture.md, 1). */
const maxTries = 5;

/** A valid document that is to replace what is there; without `pointer` the project is new. */
export type Proposal = {
  project: string;
  pointer: ProjectPointer | undefined;
  before: unknown;
  source: unknown;
  document: ProjectDocument;
  changes: DocumentChange[];
};

/** What became of a proposal; after a lost race nothing but some members may have been stored. */
export type Applied =
  | { outcome: 'applied'; pointer: ProjectPointer; memberChanges: DocumentChange[] }
  | { outcome: 'changed-meanwhile' }
  | { outcome: 'contended' };

/** Stores a document as an immutable version and its members, and switches the pointer last. */
export async function storeProposal(dependencies: AdminDependencies, proposal: Proposal): Promise<Applied> {
  const { table, now } = dependencies;
  const { pointer } = proposal;
  const isSame = pointer !== undefined && proposal.changes.length === 0;
  const next = isSame ? pointer : await storeVersion(dependencies, proposal);
  const applied = await switchTo(dependencies, proposal, next);
  const superseded = applied.outcome === 'applied' ? pointer : next;
  if (!isSame && superseded !== undefined) {
    // The document is applied, or refused, by now: a version that is kept too long must not turn that into a failure.
    await Promise.allSettled([retireDocument(table, superseded, now())]);
  }
  return applied;
}

async function storeVersion(dependencies: AdminDependencies, proposal: Proposal): Promise<ProjectPointer> {
  const { project, pointer, source, document } = proposal;
  const version = (pointer?.version ?? 0) + 1;
  const id = documentId(version, dependencies.newId());
  const at = new Date(dependencies.now()).toISOString();
  const prefixes = document.feedbackTypes.map(({ idPrefix, key }) => [idPrefix, key]);
  return {
    key: project,
    name: document.project.name,
    version,
    etag: `${version}-${createHash('sha256').update(JSON.stringify(source)).digest('hex').slice(0, 16)}`,
    document: id,
    parts: await storeDocumentParts(dependencies.table, project, id, source),
    idPrefixes: { ...pointer?.idPrefixes, ...Object.fromEntries(prefixes) },
    createdAt: pointer?.createdAt ?? at,
    updatedAt: at,
  };
}

async function switchTo(
  { table, pause }: AdminDependencies,
  { project, pointer, document, changes }: Proposal,
  next: ProjectPointer,
): Promise<Applied> {
  const emails = document.members.map(({ email }) => email);
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const { writes, changes: memberChanges } = planSeed(
      project,
      document.members,
      await findMembers(table, project, emails),
    );
    if (pointer !== undefined && changes.length === 0 && writes.length === 0) {
      return { outcome: 'applied', pointer, memberChanges: [] };
    }
    const early = writes.slice(0, Math.max(0, writes.length - maxMembersAtOnce));
    const areEarlyWritten = await writeInBatches(table, early);
    const outcome = areEarlyWritten
      ? await switchDocument(table, next, pointer?.version, writes.slice(early.length))
      : 'changed-meanwhile';
    if (outcome === 'switched') return { outcome: 'applied', pointer: next, memberChanges };
    const current = await findProject(table, project);
    if (current?.version !== pointer?.version) return { outcome: 'changed-meanwhile' };
    await pause(50 * 2 ** tries);
  }
  return { outcome: 'contended' };
}

async function writeInBatches(table: Table, writes: readonly MemberWrite[]): Promise<boolean> {
  for (let start = 0; start < writes.length; start += maxMembersAtOnce) {
    const outcome = await writeMembers(table, writes.slice(start, start + maxMembersAtOnce));
    if (outcome === 'changed-meanwhile') return false;
  }
  return true;
}
