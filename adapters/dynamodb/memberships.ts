import * as z from 'zod';
import { Member } from '../../core/member.ts';
import { batchGet } from './batch-get.ts';
import { memberKey, memberListKey } from './keys.ts';
import { type Page, readListPage } from './lists.ts';
import { readAll } from './read-all.ts';
import type { Table } from './table.ts';

const StoredMembership = z.looseObject({ project: z.string() });
/** What the list of members holds of one. */
export const ListedMember = Member.pick({
  email: true,
  name: true,
  teams: true,
  role: true,
  notifications: true,
}).meta({ id: 'ListedMember' });
export type ListedMember = z.infer<typeof ListedMember>;

/** Reads one person's member records in these distinct projects, consistently, by project. */
export async function findMemberships(
  table: Table,
  email: string,
  projects: readonly string[],
): Promise<Map<string, Member>> {
  const items = await batchGet(
    table,
    projects.map((project) => memberKey(project, email)),
  );
  return new Map(items.map((item) => [StoredMembership.parse(item).project, Member.parse(item)]));
}

/** Lists a page of a project's members by e-mail address; may lag a write by a second. */
export async function listMembers(
  table: Table,
  project: string,
  page: { limit: number; after?: string | undefined },
): Promise<Page<ListedMember>> {
  const { listPk } = memberListKey(project, '');
  return await readListPage(table, { listPk, ...page, newestFirst: false }, (listed) => ListedMember.parse(listed));
}

/** Lists all members of a project by e-mail address; may lag a write by a second. */
export async function listAllMembers(table: Table, project: string): Promise<ListedMember[]> {
  const items = await readAll(table, {
    IndexName: 'byList',
    KeyConditionExpression: 'listPk = :list',
    ExpressionAttributeValues: { ':list': memberListKey(project, '').listPk },
  });
  return items.map((item) => ListedMember.parse(item.listed));
}
