import { describe, expect, test } from 'vitest';
import type { Member } from '../../core/member.ts';
import { planSeed, seedsOf } from './seed-members.ts';

const ada: Member = {
  email: 'ada@example.com',
  name: 'Ada',
  teams: ['testers'],
  role: 'support',
  score: 7,
  external: { usage: { sessions: 3 } },
};
const stored = new Map([[ada.email, { member: ada, version: 4 }]]);

describe('seeding members', () => {
  test('adds a missing one, named by the address unless a name is given', () => {
    const plan = planSeed('apollo', [{ email: 'jim@example.com', teams: ['testers'] }], stored);
    const member = { email: 'jim@example.com', name: 'jim@example.com', teams: ['testers'], score: 0, external: {} };
    expect(plan).toEqual({
      writes: [{ project: 'apollo', member }],
      changes: [
        {
          kind: 'added',
          path: 'members[jim@example.com]',
          to: { email: 'jim@example.com', name: 'jim@example.com', teams: ['testers'] },
        },
      ],
    });
  });

  test('sets what is given of an existing one and keeps the rest', () => {
    const plan = planSeed('apollo', [{ email: ada.email, role: 'observer' }], stored);
    expect(plan.writes).toEqual([{ project: 'apollo', member: { ...ada, role: 'observer' }, version: 4 }]);
    expect(plan.changes).toEqual([
      { kind: 'changed', path: 'members[ada@example.com].role', from: 'support', to: 'observer' },
    ]);
  });

  test('writes nobody who is as the document says', () => {
    const seed = { email: ada.email, name: 'Ada', teams: ['testers'], role: 'support' as const };
    expect(planSeed('apollo', [seed, { email: ada.email }], stored)).toEqual({ writes: [], changes: [] });
  });
});

describe('members in an answered document', () => {
  test('leave out what it could not take back', () => {
    const document = { teams: [{ key: 'testers', name: 'Testers' }] };
    const long = `${'a'.repeat(240)}@b.example`;
    expect(
      seedsOf(
        [
          { email: 'ada@example.com', name: 'Ada', teams: ['testers', 'gone'], role: 'support' },
          { email: long, name: long, teams: [] },
        ],
        document,
      ),
    ).toEqual([
      { email: 'ada@example.com', name: 'Ada', teams: ['testers'], role: 'support' },
      { email: long, teams: [] },
    ]);
  });
});
