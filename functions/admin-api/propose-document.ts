import { findReferences } from '../../adapters/dynamodb/document-references.ts';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import { readDocument } from '../../adapters/dynamodb/projects.ts';
import { checkDocument, documentReferences } from '../../core/document/check-document.ts';
import { diffDocuments } from '../../core/document/diff-documents.ts';
import type { Problem } from '../../core/document/problems.ts';
import { type HttpReply, refuse } from '../kit/http.ts';
import type { Input } from '../kit/read-input.ts';
import type { Proposal } from './apply-document.ts';
import type { AdminDependencies } from './call.ts';
import { maxDocumentBytes } from './document-text.ts';
import { planSeed } from './seed-members.ts';

/** A document that could be applied, and what is to be said of it. */
export type Proposed = { proposal: Proposal; warnings: string[]; notYet: string[] };

/** Checks a document against itself and everything it refers to, and compares it with the one in force. */
export async function proposeDocument(
  { table }: AdminDependencies,
  { project, pointer, call }: Pick<Proposal, 'project' | 'pointer' | 'call'>,
  input: unknown,
): Promise<Input<Proposed>> {
  const [references, before] = await Promise.all([
    findReferences(table, project, documentReferences(input)),
    pointer === undefined ? {} : readDocument(table, pointer),
  ]);
  const check = checkDocument(input, {
    projectKey: project,
    ...references,
    idPrefixesInUse: new Map(Object.entries(pointer?.idPrefixes ?? {})),
  });
  if (check.outcome === 'invalid') return { outcome: 'refused', reply: refuseProblems(check.problems) };
  const { document, source, warnings, notYet } = check;
  if (Buffer.byteLength(JSON.stringify(source)) > maxDocumentBytes) {
    return { outcome: 'refused', reply: refuse(413, 'Written as JSON, the document is over 1 MiB.') };
  }
  const changes = diffDocuments(before, source);
  const proposal = { project, pointer, before, source, document, changes, call };
  return { outcome: 'read', input: { proposal, warnings, notYet } };
}

/** What a proposed document would do to the members. */
export async function planSeedOf({ table }: AdminDependencies, { project, document }: Proposal) {
  const emails = document.members.map(({ email }) => email);
  return planSeed(project, document.members, await findMembers(table, project, emails));
}

/** The refusal of a document, with all of its problems. */
export function refuseProblems(problems: readonly Problem[]): HttpReply {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const errors = problems.map(({ path, code, message }) => ({ parameter: path, code, message }));
  return refuse(400, `The document has ${count}: nothing was changed.`, errors);
}
