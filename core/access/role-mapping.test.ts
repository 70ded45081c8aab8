import { describe, expect, test } from 'vitest';
import { type Claims, identify } from './principal.ts';
import { isAdministrator, projectRole } from './project-role.ts';
import { RoleMapping } from './role-mapping.ts';

const person = { token_use: 'id', email: 'ada@example.com', email_verified: true };

const byGroup = {
  claim: 'cognito:groups',
  administrators: ['platform team'],
  projects: {
    apollo: { 'qa-leads': 'project-manager', qa: 'support' },
    gemini: { qa: 'observer' },
    '*': { staff: 'observer' },
  },
};
const byPointer = { claim: '/realm_access/roles', projects: { apollo: { qa: 'support' } } };
const byUrl = { claim: 'https://example.com/roles', administrators: ['admin'] };

function rolesOf(mapping: object, claims: Claims, held?: string) {
  const caller = identify(
    { ...person, ...claims },
    {
      administratorGroups: ['administrators'],
      roleMapping: RoleMapping.parse(mapping),
    },
  );
  if (caller.outcome !== 'known') throw new Error(caller.reason);
  const member =
    held === undefined
      ? undefined
      : { email: 'ada@example.com', name: 'Ada', teams: [], score: 0, external: {}, role: held };
  const roleIn = (project: string) => projectRole(caller.principal, project, member) ?? 'none';
  return [isAdministrator(caller.principal), roleIn('apollo'), roleIn('gemini'), roleIn('other')];
}

describe('the groups of a sign-in', () => {
  test.each<[object, Claims, string | undefined, [boolean, string, string, string]]>([
    [byGroup, {}, undefined, [false, 'none', 'none', 'none']],
    [byGroup, { 'cognito:groups': ['qa'] }, undefined, [false, 'support', 'observer', 'none']],
    [byGroup, { 'cognito:groups': ['qa', 'qa-leads'] }, undefined, [false, 'project-manager', 'observer', 'none']],
    [byGroup, { 'cognito:groups': ['staff'] }, undefined, [false, 'observer', 'observer', 'observer']],
    [byGroup, { 'cognito:groups': ['staff', 'qa'] }, undefined, [false, 'support', 'observer', 'observer']],
    [
      byGroup,
      { 'cognito:groups': ['qa'] },
      'project-manager',
      [false, 'project-manager', 'project-manager', 'project-manager'],
    ],
    [byGroup, { 'cognito:groups': ['qa-leads'] }, 'observer', [false, 'project-manager', 'observer', 'observer']],
    [
      byGroup,
      { 'cognito:groups': 'platform team' },
      undefined,
      [true, 'administrator', 'administrator', 'administrator'],
    ],
    [
      byGroup,
      { 'cognito:groups': ['administrators'] },
      undefined,
      [true, 'administrator', 'administrator', 'administrator'],
    ],
    [byGroup, { groups: ['qa', 'platform team'] }, undefined, [false, 'none', 'none', 'none']],
    [byGroup, { 'cognito:groups': '[qa qa-leads]' }, undefined, [false, 'none', 'none', 'none']],
    [byGroup, { 'cognito:groups': ['former platform team'] }, undefined, [false, 'none', 'none', 'none']],
    [byGroup, { 'cognito:groups': [{ qa: true }] }, undefined, [false, 'none', 'none', 'none']],
    [byPointer, { realm_access: { roles: ['qa'] } }, undefined, [false, 'support', 'none', 'none']],
    [byPointer, { realm_access: ['qa'], roles: ['qa'] }, undefined, [false, 'none', 'none', 'none']],
    [
      byUrl,
      { 'https://example.com/roles': ['admin'] },
      undefined,
      [true, 'administrator', 'administrator', 'administrator'],
    ],
    [byUrl, { groups: ['administrators'] }, 'support', [true, 'administrator', 'administrator', 'administrator']],
  ])('by %j and %j, and the member role %s, come to %j', (mapping, claims, held, expected) => {
    expect(rolesOf(mapping, claims, held)).toEqual(expected);
  });

  test('of keys that every object has give nothing', () => {
    const caller = identify(
      { ...person, groups: ['constructor'] },
      {
        administratorGroups: [],
        roleMapping: RoleMapping.parse({ claim: 'groups', projects: { apollo: { qa: 'support' } } }),
      },
    );
    expect(caller.outcome === 'known' && projectRole(caller.principal, 'constructor', undefined)).toBeUndefined();
  });

  test('cannot make anybody an administrator of a project alone', () => {
    expect(RoleMapping.safeParse({ claim: 'groups', projects: { apollo: { x: 'administrator' } } }).success).toBe(
      false,
    );
  });
});
