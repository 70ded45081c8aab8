import type { ExternalListener } from '../../core/document/schema.ts';
import type { CallAction } from '../../core/listeners/apply-call.ts';
import { shorten } from '../../core/listeners/read-find.ts';
import type { ParameterError } from '../../core/reply-errors.ts';
import type { CallFacts } from '../kit/activity-log.ts';
import { type HttpReply, refuse, refuseContended, refuseParameters } from '../kit/http.ts';
import type { Fired } from './answer.ts';
import type { ExecutedCall } from './execute-call.ts';

/** A reply, and what the key's activity says of it. */
export type Outcome = { reply: HttpReply; facts: CallFacts };

/** A refusal, with its reason for the activity. */
export function refused(reply: HttpReply, reason: string): Outcome {
  return { reply, facts: { status: reply.status, outcome: 'refused', reason } };
}

/** The refusal of parameters, all of them at once. */
export function refusedParameters(errors: readonly ParameterError[]): Outcome {
  return refused(refuseParameters(errors), errors.map(({ message }) => message).join(' '));
}

/** What a caller is told of what came of its call. */
export function describeOutcome(listener: ExternalListener, find: string, executed: ExecutedCall): Outcome {
  switch (executed.outcome) {
    case 'executed': {
      const { target, run, actions } = executed;
      const reason = sayUndone(actions);
      const told = { target, ...(run === undefined ? {} : { run }) };
      return succeed(listener, { outcome: 'executed', ...told, actions }, { ...target, run, reason });
    }
    case 'filtered': {
      const { target } = executed;
      return succeed(
        listener,
        { outcome: 'filtered', target },
        { ...target, reason: 'it is not within the filter, or of another feedback type than the macro is for' },
      );
    }
    case 'duplicate': {
      const { target, run } = executed;
      const reason = 'this listener executed this call within the last 24 hours';
      const told = { ...(target === undefined ? {} : { target }), ...(run === undefined ? {} : { run }) };
      return succeed(listener, { outcome: 'duplicate', ...told }, { ...target, run, reason });
    }
    case 'missing': {
      const reason = `${what(listener)} is found by '${shorten(find)}'`;
      if (listener.onMissing === 'ignore') return succeed(listener, { outcome: 'missing' }, { reason: `no ${reason}` });
      return refused(refuse(404, `No ${reason}.`), `no ${reason}`);
    }
    case 'several': {
      const names = executed.records.slice(0, 5).join(', ');
      const reason = `more than one ${what(listener)} is found by '${shorten(find)}'`;
      return refused(refuse(409, `${capitalise(reason)}: ${names}.`), reason);
    }
    case 'contended':
      return refused(
        refuseContended('Too much is going on at once: nothing was done. Try again shortly.'),
        'the record or the table was too busy',
      );
  }
}

/** A configured reply takes the place of ours: some senders take nothing else for a success. */
function succeed(
  { reply }: ExternalListener,
  fired: Omit<Fired, 'status'>,
  facts: Omit<CallFacts, 'status' | 'outcome'>,
): Outcome {
  const body: Fired = { status: 200, ...fired };
  const known = Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined));
  return {
    reply: reply === undefined ? { status: 200, json: body } : { status: 200, raw: reply },
    facts: { ...known, status: 200, outcome: fired.outcome },
  };
}

/** Why some of what was wanted was not done. */
function sayUndone(actions: readonly CallAction[]): string | undefined {
  const failed =
    actions.find(({ outcome }) => outcome === 'failed') ?? actions.find(({ reason }) => reason !== undefined);
  const [uncaptured] = actions.flatMap((action) => action.uncaptured ?? []);
  if (failed?.reason !== undefined && failed.outcome !== 'applied') {
    return `${failed.action ?? failed.kind}: ${failed.reason}`;
  }
  return uncaptured === undefined ? undefined : `${uncaptured.field} was not stored: ${uncaptured.reason}`;
}

function what({ target }: ExternalListener): string {
  return target === 'feedback' ? 'ticket' : 'member';
}

function capitalise(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
