import type { Member } from '../member.ts';
import type { RecordContext } from '../tickets/record-values.ts';
import type { ActionEffect, ActionOf } from './action-effect.ts';

/** Adds to the score of the submitter or member. */
export function changeScore(context: RecordContext, { points, reason }: ActionOf<'score'>): ActionEffect {
  const effect = changeMember(context, (member) => {
    const score = member.score + points;
    if (!Number.isSafeInteger(score)) return `the score would be ${score}, which is out of range`;
    return { ...member, score };
  });
  return effect.outcome === 'applied' ? { ...effect, reason } : effect;
}

/** Adds the submitter or member to teams, and removes them from teams. */
export function changeTeams(context: RecordContext, { add, remove }: ActionOf<'teams'>): ActionEffect {
  return changeMember(context, (member) => {
    const kept = member.teams.filter((team) => !remove.includes(team));
    const teams = [...kept, ...add.filter((team) => !kept.includes(team))];
    return teams.length === member.teams.length && teams.every((team) => member.teams.includes(team))
      ? member
      : { ...member, teams };
  });
}

function changeMember(context: RecordContext, change: (member: Member) => Member | string): ActionEffect {
  const member = 'ticket' in context ? context.submitter : context.member;
  if (member === undefined) return { outcome: 'skipped', reason: 'the submitter is not a member of the project' };
  const changed = change(member);
  if (typeof changed === 'string') return { outcome: 'failed', reason: changed };
  if (changed === member || (changed.score === member.score && changed.teams === member.teams)) {
    return { outcome: 'unchanged' };
  }
  return {
    outcome: 'applied',
    context: 'ticket' in context ? { ...context, submitter: changed } : { ...context, member: changed },
  };
}
