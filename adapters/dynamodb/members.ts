import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Member } from '../../core/member.ts';
import { batchGet } from './batch-get.ts';
import type { TransactItem } from './consequences.ts';
import { erasedMemberKey, memberKey, memberListKey } from './keys.ts';
import { failedConditions, type Table } from './table.ts';

/** A member as stored, with the version that guards its next change. */
export type StoredMember = { member: Member; version: number };

/** A member to be stored; without `version` only if it is new. */
export type MemberWrite = { project: string; member: Member; version?: number };

const StoredVersion = z.looseObject({ version: z.int() });

/** Reads the members with these canonical addresses, consistently; the missing ones are not in the answer. */
export async function findMembers(
  table: Table,
  project: string,
  emails: readonly string[],
): Promise<Map<string, StoredMember>> {
  const items = await batchGet(
    table,
    emails.map((email) => memberKey(project, email)),
  );
  const stored = items.map((item) => ({ member: Member.parse(item), version: StoredVersion.parse(item).version }));
  return new Map(stored.map((found) => [found.member.email, found]));
}

/** Stores members all together, if none of them changed meanwhile; at most 50. */
export async function writeMembers(
  table: Table,
  members: readonly MemberWrite[],
): Promise<'written' | 'changed-meanwhile'> {
  try {
    const TransactItems = members.flatMap((member) => memberItems(table, member));
    await table.client.send(new TransactWriteCommand({ TransactItems }));
    return 'written';
  } catch (error) {
    if (failedConditions(error) === undefined) throw error;
    return 'changed-meanwhile';
  }
}

/** What a list shows of a member. */
export function listedMember({ email, name, teams, role, notifications }: Member): Record<string, unknown> {
  return { email, name, teams, role, notifications };
}

/**
 * The conditional write of one member, for a transaction: a new one whole, unless somebody of the address is being erased; of
 * a known one only what documents say of people.
 */
export function memberItems(table: Table, { project, member, version }: MemberWrite): TransactItem[] {
  const key = memberKey(project, member.email);
  const listed = listedMember(member);
  if (version === undefined) {
    const list = memberListKey(project, member.email);
    const Item = { ...key, ...list, ...member, type: 'member', project, version: 1, listed };
    const absent = { TableName: table.name, ConditionExpression: 'attribute_not_exists(pk)' };
    return [
      { Put: { ...absent, Item } },
      { ConditionCheck: { ...absent, Key: erasedMemberKey(project, member.email) } },
    ];
  }
  const { name, teams, role } = member;
  const set = '#name = :name, teams = :teams, listed = :listed, #version = :next';
  return [
    {
      Update: {
        TableName: table.name,
        Key: key,
        UpdateExpression: role === undefined ? `SET ${set} REMOVE #role` : `SET ${set}, #role = :role`,
        ConditionExpression: '#version = :version',
        ExpressionAttributeNames: { '#name': 'name', '#version': 'version', '#role': 'role' },
        ExpressionAttributeValues: {
          ':name': name,
          ':teams': teams,
          ':listed': listed,
          ':version': version,
          ':next': version + 1,
          ...(role === undefined ? {} : { ':role': role }),
        },
      },
    },
  ];
}
