import type { Ticket } from '../../core/tickets/ticket.ts';
import type { TransactItem } from './consequences.ts';
import { ticketKey } from './keys.ts';
import type { Table } from './table.ts';
import { listedColumns } from './tickets.ts';

/** That nothing but reports was counted on a ticket since it was read; its names and values go with it. */
export const isOnlyRaised = '(#version = :version OR (raisedSince = :since AND raisedTo = #version))';

/** The values of {@link isOnlyRaised}. */
export function raisedValues({ version, raisedSince, raisedTo }: Ticket): Record<string, unknown> {
  return { ':version': version, ':since': raisedTo === version ? raisedSince : version };
}

/** That a grouped ticket, which this decision leaves as it is, was at most counted on since it was read. */
export function groupedCheck(table: Table, ticket: Ticket): TransactItem {
  return {
    ConditionCheck: {
      TableName: table.name,
      Key: ticketKey(ticket.project, ticket.id),
      ConditionExpression: isOnlyRaised,
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: raisedValues(ticket),
    },
  };
}

/**
 * The change of a grouped ticket on which reports may be counted at the same moment: it sets what it changes alone, and adds to
 * the version, so that it loses to no report and undoes none. Undefined where it changes a number, which might be the one that
 * is counted, or what the list shows: that is guarded by the version.
 */
export function groupedChange(table: Table, before: Ticket, after: Ticket): TransactItem | undefined {
  const changed = changedKeys(before.fields, after.fields);
  const isNumber = (key: string) => [before, after].some(({ fields }) => typeof own(fields, key) === 'number');
  const [listedBefore, listed] = [listedFields(before), listedFields(after)];
  const isSameList = [...Object.keys(listedBefore), ...Object.keys(listed)].every(
    (key) => changed.includes(key) || Object.hasOwn(listedBefore, key) === Object.hasOwn(listed, key),
  );
  if (before.group === undefined || changed.some(isNumber) || !isSameList) return undefined;
  const names: Record<string, string> = {
    ...{ '#version': 'version', '#state': 'state', '#updatedAt': 'updatedAt', '#listed': 'listed' },
    ...(changed.length === 0 ? {} : { '#fields': 'fields' }),
  };
  const values: Record<string, unknown> = {
    ...raisedValues(before),
    ...{ ':by': after.version - before.version, ':state': after.state, ':updatedAt': after.updatedAt },
  };
  const set = ['#version = #version + :by'];
  for (const column of ['state', 'updatedAt']) {
    set.push(`#${column} = :${column}`, `#listed.#${column} = :${column}`);
  }
  const gone: string[] = [];
  for (const [place, key] of changed.entries()) {
    const value = own(after.fields, key);
    names[`#field${place}`] = key;
    if (value !== undefined) values[`:field${place}`] = value;
    const write = (path: string, isThere: boolean) =>
      isThere ? set.push(`${path}.#field${place} = :field${place}`) : gone.push(`${path}.#field${place}`);
    write('#fields', value !== undefined);
    write('#listed.#fields', own(listed, key) !== undefined);
  }
  if (after.external !== before.external) {
    names['#external'] = 'external';
    values[':external'] = after.external;
    set.push('#external = :external');
  }
  return {
    Update: {
      TableName: table.name,
      Key: ticketKey(before.project, before.id),
      UpdateExpression: `SET ${set.join(', ')}${gone.length === 0 ? '' : ` REMOVE ${gone.join(', ')}`}`,
      ConditionExpression: isOnlyRaised,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
    },
  };
}

function listedFields(ticket: Ticket): Record<string, unknown> {
  return Object(listedColumns(ticket).fields);
}

function changedKeys(before: Ticket['fields'], after: Ticket['fields']): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => JSON.stringify(own(before, key)) !== JSON.stringify(own(after, key)));
}

function own<Value>(values: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}
