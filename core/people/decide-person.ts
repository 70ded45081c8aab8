import type { ProjectDocument } from '../document/schema.ts';
import { ownEntry } from '../external-data/decide-capture.ts';
import { followChange } from '../macros/begin-chain.ts';
import type { ChainInput, Consequence } from '../macros/chain.ts';
import type { Member } from '../member.ts';
import type { ChangeCause, FieldChange } from '../records/change.ts';
import { diffMembers, diffValues } from '../records/diff-records.ts';
import type { MemberContext } from '../tickets/record-values.ts';
import type { ExternalData } from '../tickets/ticket.ts';
import { type MemberEdit, memberGroups } from './member-edit.ts';

/** Largest record, in bytes (docs/architecture.md, "The table"). */
const maxRecordBytes = 350 * 1024;
/** Lookup entries that one change may touch: a transaction takes 100 items. */
const maxLookupChanges = 40;

/** What a change of a member comes to: with what follows from it, or the reason why it cannot be stored. */
export type DecidedPerson =
  | { outcome: 'unchanged' }
  | { outcome: 'changed'; consequence: Consequence }
  | { outcome: 'too-large'; reason: string };

type PersonInput = ChainInput & { context: MemberContext };

/** A member of whom nothing is known but the address. */
export function blankMember(email: string): Member {
  return { email, name: email, teams: [], score: 0, external: {} };
}

/** Decides what a change of a member comes to, and what it sets off. */
export function decideEdit(input: PersonInput, edit: MemberEdit, cause: ChangeCause): DecidedPerson {
  const { member } = input.context;
  const after = applyEdit(member, edit);
  return decide(input, after, diffMembers(member, after), cause);
}

/** Decides what a new member comes to: they begin with version 1 and an entry in their history; nothing is set off. */
export function decideAddition(input: Omit<PersonInput, 'memberVersion'>, edit: MemberEdit, cause: ChangeCause) {
  const after = applyEdit(input.context.member, edit);
  const { name, teams, role, score, external } = after;
  const blank = { ...after, external: {} };
  const changes = [
    ...diffValues('member', {}, { name, teams, role, score }),
    ...diffMembers(blank, { ...blank, external }),
  ];
  return decide({ ...input, memberVersion: 0, setsOffNothing: true }, after, changes, cause);
}

function decide(input: PersonInput, after: Member, changes: FieldChange[], cause: ChangeCause): DecidedPerson {
  if (changes.length === 0) return { outcome: 'unchanged' };
  const { document, context } = input;
  if (Buffer.byteLength(JSON.stringify(after)) > maxRecordBytes) {
    return { outcome: 'too-large', reason: 'The member would be over 350 KB, which is the most that one may have.' };
  }
  const lookups = changeLookups(document, context.member.external, after.external);
  if (lookups.added.length + lookups.removed.length > maxLookupChanges) {
    const reason = `At most ${maxLookupChanges} values by which a member is found can change at once.`;
    return { outcome: 'too-large', reason };
  }
  const first = { context: { ...context, member: after }, cause, changes, comments: [], lookups };
  return { outcome: 'changed', consequence: followChange(input, first) };
}

function applyEdit(member: Member, { name, teams, role, score, external }: MemberEdit): Member {
  const { role: held, ...others } = member;
  const after = role === undefined ? held : (role ?? undefined);
  return {
    ...others,
    ...(name === undefined ? {} : { name }),
    ...(teams === undefined || isSameSet(teams, member.teams) ? {} : { teams: [...new Set(teams)] }),
    ...(after === undefined ? {} : { role: after }),
    ...(score === undefined ? {} : { score }),
    external: external === undefined ? member.external : mergeExternal(member.external, external),
  };
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.every((one) => right.includes(one)) && right.every((one) => left.includes(one));
}

function mergeExternal(held: ExternalData, edit: NonNullable<MemberEdit['external']>): ExternalData {
  const groups = [...new Set([...Object.keys(held), ...Object.keys(edit)])].map((group) => {
    const values = Object.entries({ ...ownEntry(held, group), ...ownEntry(edit, group) });
    const kept = values.flatMap(([key, value]) =>
      value === null || value === undefined ? [] : [[key, value] as const],
    );
    return [group, Object.fromEntries(kept)] as const;
  });
  return Object.fromEntries(groups.filter(([, values]) => Object.keys(values).length > 0));
}

function changeLookups(document: ProjectDocument, before: ExternalData, after: ExternalData) {
  const [had, has] = [before, after].map((external) => new Set(textsOf(document, external)));
  return {
    added: [...(has ?? [])].filter((text) => had?.has(text) !== true),
    removed: [...(had ?? [])].filter((text) => has?.has(text) !== true),
  };
}

/** The texts by which a member is found. */
function textsOf(document: ProjectDocument, external: ExternalData): string[] {
  return memberGroups(document).flatMap(({ key: group, fields }) =>
    fields.flatMap(({ key, lookup }) => {
      const value = ownEntry(ownEntry(external, group) ?? {}, key);
      return lookup && value !== undefined ? [String(value)] : [];
    }),
  );
}
