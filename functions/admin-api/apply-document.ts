import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { auditItem } from '../../adapters/dynamodb/audit.ts';
import type { TransactItem } from '../../adapters/dynamodb/consequences.ts';
import { unlessContended } from '../../adapters/dynamodb/contention.ts';
import { retireVersion, versionItem } from '../../adapters/dynamodb/document-versions.ts';
import { findBeingErased } from '../../adapters/dynamodb/erasures.ts';
import { documentId } from '../../adapters/dynamodb/keys.ts';
import { findMembers, type MemberWrite, writeMembers } from '../../adapters/dynamodb/members.ts';
import {
  findProject,
  type ProjectPointer,
  storeDocumentParts,
  switchDocument,
} from '../../adapters/dynamodb/projects.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { findTimetable, timetableItem } from '../../adapters/dynamodb/timetables.ts';
import { type AuditEntry, boundChanges } from '../../core/audit.ts';
import { planTimetable } from '../../core/automations/plan-schedules.ts';
import type { DocumentChange } from '../../core/document/diff-documents.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import type { BeingErased } from '../../core/people/say-being-erased.ts';
import type { AdminDependencies } from './call.ts';
import { planSeed } from './seed-members.ts';

/** Members stored in one transaction, two items each; the pointer goes with the last of them, and DynamoDB takes 100 items. */
const maxMembersAtOnce = 45;
/** Tries to store members that others keep changing, or a table that is busy (docs/architecture.md, 1). */
const maxTries = 5;

/** A valid document that is to replace what is there; without `pointer` the project is new. */
export type Proposal = {
  project: string;
  pointer: ProjectPointer | undefined;
  before: unknown;
  source: unknown;
  document: ProjectDocument;
  changes: DocumentChange[];
  /** How the audit names the call that proposes it. */
  call: Pick<AuditEntry, 'by' | 'action' | 'object' | 'requestId'>;
};

/** What became of a proposal; where it was not applied, some of its members may have been stored. */
export type Applied =
  | { outcome: 'applied'; pointer: ProjectPointer; memberChanges: DocumentChange[] }
  | { outcome: 'changed-meanwhile' }
  | { outcome: 'being-erased'; people: BeingErased[] }
  | { outcome: 'contended' };

/** Stores a document as an immutable version and its members, and switches the pointer last. */
export async function storeProposal(dependencies: AdminDependencies, proposal: Proposal): Promise<Applied> {
  const { table, now } = dependencies;
  const { pointer } = proposal;
  // What is answered is what was applied, to the order of its properties: that alone makes a version too.
  const isSame = pointer !== undefined && JSON.stringify(proposal.before) === JSON.stringify(proposal.source);
  const next = isSame ? pointer : await storeVersion(dependencies, proposal);
  const applied = await switchTo(dependencies, proposal, next);
  // After contention nobody knows yet whether the new version is switched to, so it is kept.
  const superseded = { applied: pointer, 'changed-meanwhile': next, 'being-erased': next, contended: undefined }[
    applied.outcome
  ];
  if (!isSame && superseded !== undefined) {
    // The document is applied, or refused, by now: a version that is kept too long must not turn that into a failure.
    await Promise.allSettled([retireVersion(table, superseded, now())]);
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

async function switchTo(dependencies: AdminDependencies, proposal: Proposal, next: ProjectPointer): Promise<Applied> {
  const { table, pause } = dependencies;
  const memberChanges = new Map<string, DocumentChange>();
  for (let tries = 1; tries <= maxTries; tries += 1) {
    if (tries > 1) await pause(25 * 2 ** tries);
    const tried = await unlessContended(async () => {
      const settled = tries === 1 ? undefined : await findOutcome(table, proposal, next);
      return settled ?? (await trySwitch(dependencies, proposal, next, memberChanges));
    });
    const outcome = tried.outcome === 'contended' ? 'hindered' : tried.value;
    if (outcome === 'applied') return { outcome, pointer: next, memberChanges: [...memberChanges.values()] };
    if (outcome === 'changed-meanwhile') return { outcome };
    if (typeof outcome === 'object') return outcome;
  }
  return { outcome: 'contended' };
}

/** What an earlier try came to, told by the pointer that is there now; undefined where nobody has switched it. */
async function findOutcome(
  table: Table,
  { project, pointer }: Proposal,
  next: ProjectPointer,
): Promise<'applied' | 'changed-meanwhile' | undefined> {
  const current = await findProject(table, project);
  if (current?.version === pointer?.version) return undefined;
  // A transaction may be carried out although its answer was contention.
  return current?.document === next.document ? 'applied' : 'changed-meanwhile';
}

/** Writes the members as they are to be now, and the pointer with the last of them; collects what that changes. */
async function trySwitch(
  { table, dueShards, now, newId }: AdminDependencies,
  { project, pointer, document, changes, call }: Proposal,
  next: ProjectPointer,
  memberChanges: Map<string, DocumentChange>,
): Promise<'applied' | 'hindered' | Extract<Applied, { outcome: 'being-erased' }>> {
  const emails = document.members.map(({ email }) => email);
  const plan = planSeed(project, document.members, await findMembers(table, project, emails));
  const added = plan.writes.flatMap(({ member, version }) => (version === undefined ? [member.email] : []));
  const people = await findBeingErased(table, project, added);
  if (people.length > 0) return { outcome: 'being-erased', people };
  for (const change of plan.changes) memberChanges.set(change.path, change);
  const timetable = await planItem(table, document, { dueShards, now: now() });
  const isKept = next === pointer;
  if (isKept && plan.writes.length === 0 && timetable.length === 0) return 'applied';
  const version = isKept ? [] : [versionItem(table, next, { by: call.by, changes: changes.length })];
  const changed = [...(isKept ? [] : changes), ...memberChanges.values()];
  const at = new Date(now()).toISOString();
  const entry = { at, ...call, project, version: next.version, ...boundChanges(changed) };
  const early = plan.writes.slice(0, Math.max(0, plan.writes.length - maxMembersAtOnce));
  if (!(await writeInBatches(table, early))) return 'hindered';
  const outcome = await switchDocument(table, next, pointer?.version, plan.writes.slice(early.length), [
    ...version,
    ...timetable,
    auditItem(table, newId(), entry),
  ]);
  return outcome === 'switched' ? 'applied' : 'hindered';
}

/** The timetable of a document, where it is another than the stored one: schedules change at the very moment that documents do. */
async function planItem(
  table: Table,
  document: ProjectDocument,
  { dueShards, now }: { dueShards: number; now: number },
): Promise<TransactItem[]> {
  const stored = await findTimetable(table, document.project.key);
  const planned = planTimetable(document, stored?.timetable, now);
  const isSame = isDeepStrictEqual(planned, stored?.timetable ?? { ...planned, entries: [] });
  return isSame ? [] : [timetableItem(table, planned, stored, dueShards)];
}

async function writeInBatches(table: Table, writes: readonly MemberWrite[]): Promise<boolean> {
  for (let start = 0; start < writes.length; start += maxMembersAtOnce) {
    const outcome = await writeMembers(table, writes.slice(start, start + maxMembersAtOnce));
    if (outcome === 'changed-meanwhile') return false;
  }
  return true;
}
