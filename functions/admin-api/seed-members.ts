import type { MemberWrite, StoredMember } from '../../adapters/dynamodb/members.ts';
import type { ListedMember } from '../../adapters/dynamodb/memberships.ts';
import { Role } from '../../core/access/role.ts';
import { type DocumentChange, diffDocuments } from '../../core/document/diff-documents.ts';
import { readKeys, readList } from '../../core/document/raw-document.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import type { Member } from '../../core/member.ts';

type MemberSeed = ProjectDocument['members'][number];

/** What a document's members come to: the records to write, and what that changes. */
export type SeedPlan = { writes: MemberWrite[]; changes: DocumentChange[] };

/** Adds members that are missing and sets what is given of the others; nobody else is touched. */
export function planSeed(
  project: string,
  seeds: readonly MemberSeed[],
  existing: ReadonlyMap<string, StoredMember>,
): SeedPlan {
  const planned = seeds.flatMap((seed) => {
    const stored = existing.get(seed.email);
    const member = applySeed(seed, stored?.member);
    const before = stored === undefined ? [] : [describeMember(stored.member)];
    const changes = diffDocuments({ members: before }, { members: [describeMember(member)] });
    if (changes.length === 0) return [];
    const write = stored === undefined ? { project, member } : { project, member, version: stored.version };
    return [{ write, changes }];
  });
  return { writes: planned.map(({ write }) => write), changes: planned.flatMap(({ changes }) => changes) };
}

/** Members as a document can bring them: what it could not take back (teams that are no more) is left out. */
export function seedsOf(members: readonly ListedMember[], document: unknown): MemberSeed[] {
  const teams = new Set(readKeys(readList(document, 'teams')));
  return members.map((member) => {
    const role = Role.safeParse(member.role);
    return {
      email: member.email,
      // A member without a name goes by the address, which may be longer than a name.
      ...(member.name === member.email ? {} : { name: member.name }),
      teams: member.teams.filter((team) => teams.has(team)),
      ...(role.success ? { role: role.data } : {}),
    };
  });
}

function applySeed({ email, name, teams, role }: MemberSeed, member: Member | undefined): Member {
  const before = member ?? { email, name: email, teams: [], score: 0, external: {} };
  return {
    ...before,
    ...(name === undefined ? {} : { name }),
    ...(teams === undefined ? {} : { teams }),
    ...(role === undefined ? {} : { role }),
  };
}

function describeMember({ email, name, teams, role }: Member) {
  return { email, name, teams, ...(role === undefined ? {} : { role }) };
}
