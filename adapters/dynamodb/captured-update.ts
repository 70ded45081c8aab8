import type { FrozenCapture } from '../../core/deliveries/delivery.ts';
import { type CaptureDecision, type CapturingRecord, ownEntry } from '../../core/external-data/decide-capture.ts';
import type { ExternalValue } from '../../core/tickets/ticket.ts';
import type { ItemKey } from './keys.ts';
import type { Table } from './table.ts';

/** A record as far as captured values are concerned. */
export type CaptureTarget = CapturingRecord & { key: ItemKey; kind: 'ticket' | 'member'; id: string; version: number };

/** The update by which a record takes captured values, each by its path: it is not guarded by the record's version. */
export function capturedUpdate(
  table: Table,
  { capture, at }: { capture: FrozenCapture; at: string },
  target: CaptureTarget,
  { values }: CaptureDecision,
) {
  const isTicket = target.kind === 'ticket';
  const held = ownEntry(target.external, capture.group);
  const change = held === undefined ? describeNewGroup(values) : describeFields(capture, held, values);
  // Lists show the instant of the change before: their entry would be a 25th write unit, where 24 are allowed (quality.md).
  const set = ['#version = #version + :one', ...(isTicket ? ['updatedAt = :at'] : [])];
  return {
    TableName: table.name,
    Key: target.key,
    UpdateExpression: `SET ${[...set, ...change.set].join(', ')}`,
    ConditionExpression: ['attribute_exists(pk)', ...change.conditions].join(' AND '),
    ExpressionAttributeNames: {
      '#version': 'version',
      '#external': 'external',
      '#group': capture.group,
      ...change.names,
    },
    ExpressionAttributeValues: { ':one': 1, ...(isTicket ? { ':at': at } : {}), ...change.values },
  };
}

type RecordChange = {
  set: string[];
  conditions: string[];
  names: Record<string, string>;
  values: Record<string, unknown>;
};

function describeNewGroup(values: Readonly<Record<string, ExternalValue>>): RecordChange {
  return {
    set: ['#external.#group = :group'],
    conditions: ['attribute_not_exists(#external.#group)'],
    names: {},
    values: { ':group': values },
  };
}

function describeFields(
  { fields }: FrozenCapture,
  held: Readonly<Record<string, ExternalValue>>,
  values: Readonly<Record<string, ExternalValue>>,
): RecordChange {
  const change: RecordChange = { set: [], conditions: ['attribute_exists(#external.#group)'], names: {}, values: {} };
  Object.entries(values).forEach(([field, value], place) => {
    const path = `#external.#group.#f${place}`;
    change.names[`#f${place}`] = field;
    change.values[`:v${place}`] = value;
    change.set.push(`${path} = :v${place}`);
    if (fields.find(({ key }) => key === field)?.lookup !== true) return;
    const from = ownEntry(held, field);
    if (from === undefined) change.conditions.push(`attribute_not_exists(${path})`);
    else {
      change.conditions.push(`${path} = :o${place}`);
      change.values[`:o${place}`] = from;
    }
  });
  return change;
}
