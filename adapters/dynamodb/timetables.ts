import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { dueAt, Timetable } from '../../core/automations/plan-schedules.ts';
import { scheduleLane } from '../../core/deliveries/message.ts';
import type { TransactItem } from './consequences.ts';
import { dueKey, timetableKey } from './keys.ts';
import type { Table } from './table.ts';

/** A project's timetable as stored, with the version that guards its next change. */
export type StoredTimetable = { timetable: Timetable; version: number };

const Stored = z.looseObject({ version: z.int() });

/** Reads a project's timetable, consistently; undefined where no automation ever had a schedule. */
export async function findTimetable(table: Table, project: string): Promise<StoredTimetable | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: timetableKey(project), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : { timetable: Timetable.parse(Item), version: Stored.parse(Item).version };
}

/** The part of a transaction that puts a timetable in the place of the one that was read; it is due at its earliest run. */
export function timetableItem(
  table: Table,
  timetable: Timetable,
  previous: StoredTimetable | undefined,
  dueShards: number,
): TransactItem {
  const at = dueAt(timetable);
  const due = at === undefined ? {} : dueKey({ id: timetable.project, lane: scheduleLane }, at, dueShards);
  const version = (previous?.version ?? 0) + 1;
  const Item = { ...timetableKey(timetable.project), ...due, ...timetable, type: 'timetable', version };
  if (previous === undefined) {
    return { Put: { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' } };
  }
  return {
    Put: {
      TableName: table.name,
      Item,
      ConditionExpression: '#version = :version',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':version': previous.version },
    },
  };
}
