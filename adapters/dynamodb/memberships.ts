import * as z from 'zod';
import { Member } from '../../core/member.ts';
import { batchGet } from './batch-get.ts';
import { memberKey, memberListKey } from './keys.ts';
import { type Page, type PageRequest, readListPage } from './lists.ts';
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

/** Which members a list is narrowed to. */
type MemberChoice = { team?: string | undefined; role?: string | undefined };

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

/** Lists a page of a project's members by e-mail address, of a team or a role where one is named; may lag a write by a second. */
export async function listMembers(
  table: Table,
  project: string,
  { team, role, ...page }: { limit: number; after?: string | undefined } & MemberChoice,
): Promise<Page<ListedMember>> {
  const { listPk } = memberListKey(project, '');
  const request = { listPk, ...page, newestFirst: false, ...whereListed({ team, role }) };
  return await readListPage(table, request, (listed) => ListedMember.parse(listed));
}

function whereListed({ team, role }: MemberChoice): Pick<PageRequest, 'where'> {
  const conditions = [
    ...(team === undefined ? [] : [['teams', 'contains(#listed.#teams, :teams)', team] as const]),
    ...(role === undefined ? [] : [['role', '#listed.#role = :role', role] as const]),
  ];
  if (conditions.length === 0) return {};
  return {
    where: {
      expression: conditions.map(([, condition]) => condition).join(' AND '),
      names: { '#listed': 'listed', ...Object.fromEntries(conditions.map(([name]) => [`#${name}`, name])) },
      values: Object.fromEntries(conditions.map(([name, , value]) => [`:${name}`, value])),
    },
  };
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
