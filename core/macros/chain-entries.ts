import { countJson } from '../deliveries/byte-budget.ts';
import type { ActionResult } from '../records/action-result.ts';
import { boundActions, boundChanges } from '../records/bound-entry.ts';
import type { Change, ChangeCause, FieldChange } from '../records/change.ts';
import { actionKey } from './apply-macro.ts';
import type { Chain } from './chain.ts';
import { memberContext, type RecordKind, raiseVersion, versionOf } from './chained-records.ts';
import { type Link, linksOf } from './link.ts';

/** Says in the history, and to whoever asks, that a link is not followed, and why. */
export function sayStopped(chain: Chain, link: Link, reason: string): void {
  const { consequence } = chain;
  const stopped = { automation: link.automation ?? '', reason };
  const setOffBy = link.setOffBy ?? chain.stoppedAtOnce;
  if (setOffBy === undefined) chain.stoppedAtOnce = writeStopped(chain, link, stopped);
  else setOffBy.stopped = [...(setOffBy.stopped ?? []), stopped];
  if (link.setOffBy !== undefined) return;
  const actions = link.macro.actions.map((action, place) => {
    return { kind: action.kind, action: actionKey(action, place), outcome: 'skipped' as const, reason };
  });
  consequence.ran.push({ ...nameAutomation(link), macro: link.macro.key, actions });
}

function originCause({ origin: { kind, key } }: { origin: ChangeCause }): ChangeCause {
  return { kind, key };
}

/** What the ticket itself would have set off is said in an entry that names where the ticket came from. */
function writeStopped(
  { input, consequence, origin }: Chain,
  link: Link,
  stopped: NonNullable<Change['stopped']>[number],
): Change {
  const { context } = consequence;
  const record = 'ticket' in context ? 'ticket' : 'member';
  const cause = origin ?? ('ticket' in context ? originCause(context.ticket) : link.changeCause);
  const version = versionOf(consequence, record);
  const change = { id: input.newId(), at: context.now, version, cause, changes: [], stopped: [stopped] };
  consequence.changes.push({ record, change });
  return change;
}

/** Writes an entry into a record's history, and returns the links that its changes set off; `chain` names the macros up to it. */
export function writeEntry(
  chain: Chain,
  maker: { chain: readonly string[]; changeCause: Omit<ChangeCause, 'chain'> },
  record: RecordKind,
  { changes, problem, actions }: { changes: FieldChange[]; problem?: string | undefined; actions?: ActionResult[] },
): Link[] {
  const { input, consequence } = chain;
  if (changes.length > 0) Object.assign(consequence, raiseVersion(consequence, record));
  const { context } = consequence;
  const keys = [...maker.chain];
  const change: Change = {
    id: input.newId(),
    at: context.now,
    version: versionOf(consequence, record),
    cause: { ...maker.changeCause, ...(keys.length === 0 ? {} : { chain: keys }) },
    changes: boundChanges(changes),
    ...(actions === undefined ? {} : { actions: boundActions(actions) }),
    ...(problem === undefined ? {} : { problem }),
  };
  consequence.changes.push({ record, change });
  chain.room -= countJson(change);
  if (changes.length === 0 || input.setsOffNothing) return [];
  const changed = record === 'member' ? memberContext(context) : context;
  if (changed === undefined) return [];
  return linksOf(input, changed, changes).map((next) => ({ ...next, chain: keys, setOffBy: change }));
}

/** The automation of a link, where one made it. */
export function nameAutomation({ automation }: Link): { automation?: string } {
  return automation === undefined ? {} : { automation };
}
