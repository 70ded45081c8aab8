import { nameCaller } from '../../core/access/principal.ts';
import { canonicalEmail } from '../../core/members.ts';
import { makeRun } from '../../core/runs/make-run.ts';
import { refuseParameters } from '../kit/http.ts';
import { readBody } from '../kit/read-input.ts';
import type { Handle, ProjectCall } from './call.ts';
import { NewReplay } from './run-schemas.ts';
import { beginCounting } from './runs.ts';

/** What deliveries can be chosen by. */
const conditions = ['outcome', 'ticket', 'member', 'macro', 'action', 'from', 'to'] as const;
const listed = `${conditions.slice(0, -1).join(', ')} and ${conditions.at(-1)}`;

/** Sends the settled deliveries that a filter finds again, as a run: counted first, and so many a second at most. */
export const replayDeliveries: Handle<ProjectCall> = async (dependencies, call) => {
  const body = readBody(call.request, NewReplay);
  if (body.outcome === 'refused') return body.reply;
  const { input } = body;
  // An empty body is a slip, and would send everything that was ever sent.
  if (conditions.every((name) => input[name] === undefined)) {
    const message = `A bulk replay sends what fulfils its conditions: give at least one of ${listed}.`;
    return refuseParameters([{ parameter: 'outcome', code: 'required', message }]);
  }
  const { from, to, perSecond, confirm = false, member, ...others } = input;
  const startedAt = dependencies.now();
  // Replays are deliveries too: without an end, a run would send its own again.
  const end = to === undefined ? startedAt : Math.min(startedAt, Date.parse(to));
  const between = {
    ...(from === undefined ? {} : { from: new Date(from).toISOString() }),
    to: new Date(end).toISOString(),
  };
  if (between.from !== undefined && between.from > between.to) {
    const message = 'from lies after to, or in the future: nothing was created in between.';
    return refuseParameters([{ parameter: 'from', code: 'out_of_range', message }]);
  }
  const run = makeRun({
    id: dependencies.newId(),
    project: call.project,
    cause: { kind: 'person', by: nameCaller(call.principal) },
    over: {
      kind: 'deliveries',
      ...others,
      ...(member === undefined ? {} : { member: canonicalEmail(member) ?? member }),
      ...between,
    },
    confirm,
    limitPerSecond: perSecond,
    startedAt,
  });
  return await beginCounting(dependencies, call, run);
};
