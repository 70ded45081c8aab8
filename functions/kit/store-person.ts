import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import type { ConsequenceWrite, OnceMark } from '../../adapters/dynamodb/consequences.ts';
import { findBeingErased } from '../../adapters/dynamodb/erasures.ts';
import type { StoredMember } from '../../adapters/dynamodb/members.ts';
import { memberItems } from '../../adapters/dynamodb/members.ts';
import type { LargeBodies } from '../../adapters/s3/large-bodies.ts';
import { blankMember, type DecidedPerson, decideAddition, decideEdit } from '../../core/people/decide-person.ts';
import type { MemberEdit } from '../../core/people/member-edit.ts';
import { sayBeingErased } from '../../core/people/say-being-erased.ts';
import type { ChangeCause } from '../../core/records/change.ts';
import type { MemberContext } from '../../core/tickets/record-values.ts';
import type { DecisionStorage } from './store-decided.ts';

/** What changing a member needs. */
export type PersonStorage = Pick<DecisionStorage, 'table' | 'now' | 'newId'> & {
  largeBodies: Pick<LargeBodies, 'store'>;
};

/** A change of a member: who makes it, and the member as stored; absent where they are new. */
export type PersonChange = {
  configuration: Configuration;
  email: string;
  stored: StoredMember | undefined;
  edit: MemberEdit;
  cause: ChangeCause;
};

/** What it comes to, and what is to be stored for it in one transaction. */
export type PreparedPerson =
  | { outcome: 'unchanged' }
  | { outcome: 'too-large' | 'being-erased'; reason: string }
  | { outcome: 'changed'; stored: StoredMember; toStore: { write: ConsequenceWrite; now: number } };

/** Decides what a change of a member, or a new one, comes to with all that follows from it. */
export async function preparePerson(
  { table, now, newId, largeBodies }: PersonStorage,
  { configuration: { document, variables }, email, stored, edit, cause }: PersonChange,
  marks: readonly OnceMark[] = [],
): Promise<PreparedPerson> {
  const at = now();
  const project = document.project;
  if (stored === undefined) {
    const [erased] = await findBeingErased(table, project.key, [email]);
    if (erased !== undefined) return { outcome: 'being-erased', reason: sayBeingErased([erased]) };
  }
  const member = stored?.member ?? blankMember(email);
  const context: MemberContext = { project, variables, now: new Date(at).toISOString(), member };
  const memberVersion = stored?.version ?? 0;
  const input = { document, newId, context, memberVersion };
  const decided: DecidedPerson =
    stored === undefined ? decideAddition(input, edit, cause) : decideEdit(input, edit, cause);
  if (decided.outcome !== 'changed') return decided;
  const { consequence } = decided;
  const after = 'ticket' in consequence.context ? member : consequence.context.member;
  const write: ConsequenceWrite = {
    ...{ before: context, memberVersion, marks, token: newId() },
    consequence: { ...consequence, deliveries: await largeBodies.store(consequence.deliveries) },
    ...(stored === undefined ? { beside: memberItems(table, { project: project.key, member: after }) } : {}),
  };
  const version = consequence.memberVersion;
  return { outcome: 'changed', stored: { member: after, version }, toStore: { write, now: at } };
}
