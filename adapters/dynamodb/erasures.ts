import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Member } from '../../core/member.ts';
import type { BeingErased } from '../../core/people/say-being-erased.ts';
import type { Run } from '../../core/runs/run.ts';
import { batchGet } from './batch-get.ts';
import type { TransactItem } from './consequences.ts';
import { erasedMemberKey, erasureKey, memberKey, projectKey } from './keys.ts';
import { lookupKeysOf } from './lookups.ts';
import { removeItem } from './remove-item.ts';
import { newRunItem, type RunName, runExpiry } from './runs.ts';
import type { Table } from './table.ts';
import { transact } from './transact.ts';

/** What a run of a person's erasure knows: the address, what takes its place, and the partitions of what found the person. */
export const Erasure = z.object({ email: z.string(), pseudonym: z.string(), lookups: z.array(z.string()) });
export type Erasure = z.infer<typeof Erasure>;

const Mark = z.object({ email: z.string(), run: z.string() });

/** A person who is to be erased: the member as read, and the document that does not name the address. */
export type MemberErasure = {
  run: Run;
  member: Member;
  memberVersion: number;
  documentVersion: number;
  pseudonym: string;
  token: string;
};

/**
 * Removes a member together with the run that erases the person: from then on nothing matches the address.
 *
 *   member as read, the document as read  ->  a mark in the member's place, and a run: both know the address until it is done
 */
export async function beginErasure(
  table: Table,
  { run, member, memberVersion, documentVersion, pseudonym, token }: MemberErasure,
  dueShards: number,
): Promise<'begun' | 'changed-meanwhile' | 'contended'> {
  const { project, id } = run;
  const found = { project, kind: 'member' as const, id: member.email };
  const lookups = lookupKeysOf(found, member.external).map(({ pk }) => pk);
  const erasure: Erasure = { email: member.email, pseudonym, lookups };
  const expiresAt = runExpiry(run);
  const Item = { ...erasureKey(project, id), ...erasure, type: 'erasure', version: 1, expiresAt };
  const mark = {
    ...erasedMemberKey(project, member.email),
    ...{ type: 'erased-member', version: 1, email: member.email, run: id, expiresAt },
  };
  const isAt = (version: number) => ({
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': version },
  });
  const items: TransactItem[] = [
    { Delete: { TableName: table.name, Key: memberKey(project, member.email), ...isAt(memberVersion) } },
    { ConditionCheck: { TableName: table.name, Key: projectKey(project), ...isAt(documentVersion) } },
    newRunItem(table, run, dueShards),
    ...[Item, mark].map((one) => ({
      Put: { TableName: table.name, Item: one, ConditionExpression: 'attribute_not_exists(pk)' },
    })),
  ];
  const outcome = await transact(table, items, token);
  return outcome === 'stored' ? 'begun' : outcome;
}

/** Reads what a run of an erasure knows, consistently; undefined where it is done. */
export async function findErasure(table: Table, { project, id }: RunName): Promise<Erasure | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: erasureKey(project, id), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : Erasure.parse(Item);
}

/** Those of these addresses that are being erased, by runs that are not done; read consistently. */
export async function findBeingErased(
  table: Table,
  project: string,
  emails: readonly string[],
): Promise<BeingErased[]> {
  const keys = emails.map((email) => erasedMemberKey(project, email));
  return (await batchGet(table, keys)).map((item) => Mark.parse(item));
}

/** Forgets whom a run has erased: from then on somebody of the address can be added again. */
export async function forgetErasure(table: Table, { project, id }: RunName): Promise<void> {
  const erasure = await findErasure(table, { project, id });
  if (erasure === undefined) return;
  await removeItem(table, erasedMemberKey(project, erasure.email));
  await removeItem(table, erasureKey(project, id));
}
