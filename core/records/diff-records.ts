import type { Member } from '../member.ts';
import type { Ticket } from '../tickets/ticket.ts';
import type { FieldChange } from './change.ts';

/** What changed on a ticket, by paths as in tags. */
export function diffTickets(before: Ticket, after: Ticket): FieldChange[] {
  return [
    ...diffValues('ticket', before.state, after.state),
    ...diffValues('field', before.fields, after.fields),
    ...diffExternal(before.external, after.external),
  ];
}

/** What changed on a member, by paths as in tags. */
export function diffMembers(before: Member, after: Member): FieldChange[] {
  const shown = ({ name, role, score, teams }: Member) => ({ name, role, score, teams });
  return [...diffValues('member', shown(before), shown(after)), ...diffExternal(before.external, after.external)];
}

/** What changed among values that lie under one root; an absent one is empty. */
export function diffValues(
  root: string,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): FieldChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => {
    const [from, to] = [own(before, key), own(after, key)];
    if (JSON.stringify(from) === JSON.stringify(to)) return [];
    return [{ path: `${root}.${key}`, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
  });
}

function diffExternal(before: Ticket['external'], after: Ticket['external']): FieldChange[] {
  const groups = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return groups.flatMap((group) => diffValues(`external.${group}`, own(before, group) ?? {}, own(after, group) ?? {}));
}

/** Keys come from documents: `constructor` is a fine field key and must not reach the prototype. */
function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
