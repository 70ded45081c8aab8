import { describe, expect, test } from 'vitest';
import type { Member } from '../member.ts';
import type { Principal } from './principal.ts';
import { isAdministrator, isShownTo, projectRole } from './project-role.ts';
import { roleMay, rolesWith } from './role.ts';

const person: Principal = { kind: 'person', email: 'ada@example.com', isAdministrator: false };
const administrator: Principal = { ...person, isAdministrator: true };
const machine: Principal = { kind: 'machine', role: 'project-manager' };

function member(change: Partial<Member> = {}): Member {
  return { email: 'ada@example.com', name: 'Ada', teams: [], score: 0, external: {}, ...change };
}

describe('the role in a project', () => {
  test("is that of a person's member record", () => {
    expect(projectRole(person, 'apollo', member({ role: 'support' }))).toBe('support');
  });

  test('is none without a record, without a role in it, or with an unknown one', () => {
    expect(projectRole(person, 'apollo', undefined)).toBeUndefined();
    expect(projectRole(person, 'apollo', member())).toBeUndefined();
    expect(projectRole(person, 'apollo', member({ role: 'root' }))).toBeUndefined();
  });

  test('of an administrator needs no record', () => {
    expect(projectRole(administrator, 'apollo', undefined)).toBe('administrator');
  });

  test('never makes an administrator of the community', () => {
    expect(projectRole(person, 'apollo', member({ role: 'administrator' }))).toBe('project-manager');
    expect(isAdministrator(person)).toBe(false);
  });

  test('of a machine is its own in every project', () => {
    expect(projectRole(machine, 'apollo', undefined)).toBe('project-manager');
    expect(isAdministrator(machine)).toBe(false);
    expect(isAdministrator({ kind: 'machine', role: 'administrator' })).toBe(true);
  });
});

describe('a role', () => {
  test.each([
    ['administrator', ['read', 'run', 'triage', 'manage', 'administer']],
    ['project-manager', ['read', 'run', 'triage', 'manage']],
    ['support', ['read', 'run', 'triage']],
    ['observer', ['read']],
  ] as const)('%s may %j', (role, rights) => {
    expect(
      (['read', 'run', 'triage', 'manage', 'administer'] as const).filter((right) => roleMay(role, right)),
    ).toEqual(rights);
  });

  test('is named where it would do', () => {
    expect(rolesWith('manage')).toEqual(['administrator', 'project-manager']);
  });
});

describe('a macro', () => {
  const macro = { showAsAction: { teams: ['beta-support', 'leads'] } };

  test('is shown to members of one of its teams', () => {
    expect(isShownTo(macro, member({ teams: ['testers', 'leads'] }))).toBe(true);
    expect(isShownTo(macro, member({ teams: ['testers'] }))).toBe(false);
  });

  test('without teams is shown to nobody, and none to a machine', () => {
    expect(isShownTo({}, member({ teams: ['leads'] }))).toBe(false);
    expect(isShownTo(macro, undefined)).toBe(false);
  });
});
