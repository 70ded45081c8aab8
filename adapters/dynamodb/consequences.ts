import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Consequence } from '../../core/consequence.ts';
import type { Member } from '../../core/member.ts';
import type { RecordContext } from '../../core/tickets/record-values.ts';
import { type DeliveryStorage, deliveryItem } from './deliveries.ts';
import { groupedChange, groupedCheck } from './grouped-ticket.ts';
import { changeKey, commentKey, type ItemKey, memberKey, onceKey, ticketKey } from './keys.ts';
import { lookupItems } from './lookups.ts';
import { listedMember } from './members.ts';
import { notificationItem } from './notification-item.ts';
import type { Table } from './table.ts';
import { listedColumns } from './tickets.ts';

/** One part of a transaction. */
export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** A consequence to be stored, and the records as they were when it was decided. */
export type ConsequenceWrite = {
  before: RecordContext;
  /** The stored version of the member or submitter; 0 where there is none. */
  memberVersion: number;
  consequence: Consequence;
  /** Names the transaction: DynamoDB carries one with the same token out once within ten minutes. */
  token: string;
  /** What is to happen once, and is marked in the same transaction. */
  marks?: readonly OnceMark[];
  /** What else is written with it; where a condition of these fails, all is to be decided anew. */
  beside?: readonly TransactItem[];
};

/** A mark that something was done: where it is there already, nothing is done again. */
export type OnceMark = {
  item: ItemKey & Readonly<Record<string, unknown>>;
  /** A mark that is there but does not count, such as an expired one: a condition, with names of its own. */
  unless?: { condition: string; names?: Record<string, string>; values?: Record<string, unknown> };
};

/** The conditional writes of the records that a macro may touch: one for what it is about, one for the other if it changed. */
export function recordItems(table: Table, { before, memberVersion, consequence }: ConsequenceWrite): TransactItem[] {
  const after = consequence.context;
  if (!('ticket' in before)) return memberItem(table, before, memberVersion, consequence, true);
  return [
    ...ticketItems(table, before, after),
    ...memberItem(table, before, memberVersion, consequence, false),
    ...onceItems(table, before.ticket, consequence.once),
  ];
}

/** The marks of automations that run once for each ticket ever; one that is there has changed since it was looked for. */
export function onceItems(
  table: Table,
  { project, id }: { project: string; id: string },
  automations: readonly string[],
): TransactItem[] {
  return automations.map((automation) => ({
    Put: {
      TableName: table.name,
      Item: { ...onceKey(project, id, automation), type: 'once', version: 1 },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  }));
}

function ticketItems(table: Table, before: RecordContext, after: RecordContext): TransactItem[] {
  if (!('ticket' in before) || !('ticket' in after)) return [];
  const { ticket } = after;
  const key = ticketKey(ticket.project, ticket.id);
  const isLatestSame = !hasNewLatest(before.ticket, ticket);
  if (ticket.version === before.ticket.version) {
    if (isLatestSame && before.ticket.group !== undefined) return [groupedCheck(table, before.ticket)];
    return [touchItem(table, key, before.ticket, ticket)];
  }
  const grouped = isLatestSame ? groupedChange(table, before.ticket, ticket) : undefined;
  if (grouped !== undefined) return [grouped];
  const { state, fields, version, updatedAt } = ticket;
  const values = { state, fields, version, updatedAt, listed: listedColumns(ticket) };
  return [changeItem(table, key, before.ticket, ticket, { ...values, ...newExternal(before.ticket, ticket) })];
}

/** The member's part of a consequence: none where it did not change, unless the consequence is about the member. */
export function memberItem(
  table: Table,
  before: RecordContext,
  memberVersion: number,
  consequence: Consequence,
  isTarget: boolean,
): TransactItem[] {
  const [from, to] = [memberOf(before), memberOf(consequence.context)];
  // A new member is put beside it.
  if (from === undefined || to === undefined || memberVersion === 0) return [];
  const key = memberKey(before.project.key, to.email);
  const stored = { ...from, version: memberVersion };
  if (consequence.memberVersion === memberVersion) return isTarget ? [touchItem(table, key, stored, to)] : [];
  const { name, role, score, teams } = to;
  const external = newExternal(from, to);
  if (!isTarget && isScoreAlone(from, to, consequence)) return [addToScore(table, key, score - from.score)];
  const changed = { ...(name === from.name ? {} : { name }), ...(role === from.role ? {} : { role }) };
  const values = {
    ...changed,
    score,
    teams,
    version: consequence.memberVersion,
    listed: listedMember(to),
    ...external,
  };
  return [changeItem(table, key, stored, to, values)];
}

/** External data are written where they changed: what came from outside may be most of a record. */
function newExternal(from: Pick<Member, 'external'>, to: Pick<Member, 'external'>): Partial<Pick<Member, 'external'>> {
  return from.external === to.external ? {} : { external: to.external };
}

/** A submitter's score that was raised once decides nothing else: reports of one submitter need not wait for each other. */
function isScoreAlone(from: Member, to: Member, { changes }: Consequence): boolean {
  const entries = changes.filter(({ record }) => record === 'member');
  return entries.length === 1 && entries[0]?.change.stopped === undefined && isSame(from.teams, to.teams);
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((team, place) => team === right[place]);
}

function addToScore(table: Table, key: ItemKey, points: number): TransactItem {
  return {
    Update: {
      TableName: table.name,
      Key: key,
      UpdateExpression: 'SET score = score + :points, #version = #version + :one',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':points': points, ':one': 1 },
    },
  };
}

/** Deliveries, notifications, history and comments: items that are new. */
export function addedItems(table: Table, consequence: Consequence, storage: DeliveryStorage): TransactItem[] {
  const { deliveries, notifications, changes, comments, context } = consequence;
  const project = context.project.key;
  const keyOf = (record: 'ticket' | 'member'): ItemKey =>
    record === 'ticket' && 'ticket' in context
      ? ticketKey(project, context.ticket.id)
      : memberKey(project, memberOf(context)?.email ?? '');
  const items = [
    ...deliveries.map((delivery) => deliveryItem(delivery, storage)),
    ...notifications.map((notification) => notificationItem(notification, storage)),
    ...changes.map(({ record, change }, place) => ({
      ...changeKey(keyOf(record), change, place),
      ...change,
      type: 'change',
    })),
    ...comments.map(({ record, comment }, place) => ({
      ...commentKey(keyOf(record), { at: comment.createdAt, place, id: comment.id }),
      ...comment,
      type: 'comment',
      version: 1,
    })),
  ];
  return [
    ...items.map((Item) => ({
      Put: { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' },
    })),
    ...consequence.lookups.flatMap(({ record: kind, ...change }) => {
      const id = kind === 'ticket' && 'ticket' in context ? context.ticket.id : (memberOf(context)?.email ?? '');
      return lookupItems(table, { project, kind, id }, change);
    }),
  ];
}

type Versioned = { version: number; latestDeliveries?: Record<string, string> | undefined };

/** A record that stays as it is: its version is checked, and its latest deliveries are noted where there are new ones. */
function touchItem(
  table: Table,
  key: ItemKey,
  before: Versioned,
  after: Pick<Versioned, 'latestDeliveries'>,
): TransactItem {
  if (hasNewLatest(before, after)) return changeItem(table, key, before, after, {});
  return {
    ConditionCheck: {
      TableName: table.name,
      Key: key,
      ConditionExpression: '#version = :before',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':before': before.version },
    },
  };
}

function changeItem(
  table: Table,
  key: ItemKey,
  before: Versioned,
  after: Pick<Versioned, 'latestDeliveries'>,
  values: Readonly<Record<string, unknown>>,
): TransactItem {
  const isNew = hasNewLatest(before, after);
  const set = { ...values, ...(isNew ? { latestDeliveries: after.latestDeliveries } : {}) };
  const names = Object.keys(set);
  const kept = Object.entries(set).filter(([, value]) => value !== undefined);
  const gone = names.filter((name) => !kept.some(([held]) => held === name));
  const removal = gone.length === 0 ? '' : ` REMOVE ${gone.map((name) => `#${name}`).join(', ')}`;
  // Noting a delivery does not raise the version, so two that are made at once must see each other here.
  const latest = before.latestDeliveries === undefined ? 'attribute_not_exists(#latest)' : '#latest = :latest';
  return {
    Update: {
      TableName: table.name,
      Key: key,
      UpdateExpression: `SET ${kept.map(([name]) => `#${name} = :${name}`).join(', ')}${removal}`,
      ConditionExpression: isNew ? `#version = :before AND ${latest}` : '#version = :before',
      ExpressionAttributeNames: {
        '#version': 'version',
        ...Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ...(isNew ? { '#latest': 'latestDeliveries' } : {}),
      },
      ExpressionAttributeValues: {
        ':before': before.version,
        ...Object.fromEntries(kept.map(([name, value]) => [`:${name}`, value])),
        ...(isNew && before.latestDeliveries !== undefined ? { ':latest': before.latestDeliveries } : {}),
      },
    },
  };
}

function hasNewLatest(
  before: Pick<Versioned, 'latestDeliveries'>,
  after: Pick<Versioned, 'latestDeliveries'>,
): boolean {
  return JSON.stringify(before.latestDeliveries) !== JSON.stringify(after.latestDeliveries);
}

function memberOf(context: RecordContext) {
  return 'ticket' in context ? context.submitter : context.member;
}
