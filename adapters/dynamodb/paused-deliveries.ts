import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { Delivery } from '../../core/deliveries/delivery.ts';
import { type DeliveryStorage, deliveryExpiry } from './deliveries.ts';
import { deliveryKey, dueKey, pausedKey, readDueSk } from './keys.ts';
import { readPages } from './read-all.ts';
import { isConditionFailure, type Table } from './table.ts';

/** What a delivery says while its endpoint is paused. */
const pausedReason = 'paused';

const WaitingEntry = z.object({ dueSk: z.string() });
const waitingList = (endpoint: string) => ({ ':list': pausedKey(endpoint, '', '').duePk });

/** Reads a delivery, whatever project it belongs to; undefined where there is none. */
export async function readDelivery(table: Table, id: string): Promise<Delivery | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: deliveryKey(id), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : Delivery.parse(Item);
}

/** What became of a delivery that was to be set aside. */
export type SetAside = { outcome: 'set-aside' | 'not-due' | 'settled' | 'leased-elsewhere' };

/**
 * Sets a delivery aside until its endpoint is resumed: no tick looks where it then waits.
 *
 *   pending, due, no live lease  ->  pending among the paused ones of its endpoint, no lease counted
 *
 * It waits since it was first set aside in the pause that began at `pausedAt`, also where it was let through in between;
 * an earlier pause does not count.
 */
export async function setAside(
  table: Table,
  delivery: Pick<Delivery, 'id' | 'createdAt' | 'waitsSince'>,
  endpoint: string,
  { now, pausedAt }: { now: number; pausedAt: string | undefined },
): Promise<SetAside> {
  const { waitsSince } = delivery;
  const hasWaited = waitsSince !== undefined && pausedAt !== undefined && waitsSince >= pausedAt;
  const { duePk, dueSk } = pausedKey(endpoint, delivery.createdAt, delivery.id);
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: deliveryKey(delivery.id),
        UpdateExpression: 'SET duePk = :pk, dueSk = :sk, reason = :reason, waitsSince = :since',
        ConditionExpression:
          'outcome = :pending AND nextAttemptAt <= :now AND (attribute_not_exists(leaseUntil) OR leaseUntil <= :now)',
        ExpressionAttributeValues: {
          ':pk': duePk,
          ':sk': dueSk,
          ':reason': pausedReason,
          ':since': hasWaited ? waitsSince : iso(now),
          ':now': iso(now),
          ':pending': 'pending',
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return { outcome: 'set-aside' };
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    const found = error.Item === undefined ? undefined : Delivery.parse(unmarshall(error.Item));
    if (found?.outcome !== 'pending') return { outcome: 'settled' };
    const isLeased = found.leaseUntil !== undefined && Date.parse(found.leaseUntil) > now;
    return { outcome: isLeased ? 'leased-elsewhere' : 'not-due' };
  }
}

/**
 * Brings a delivery back that was set aside: it is due at `at` (epoch milliseconds), and the due index looks for it at
 * `dueAt`. It is done once, whoever else tries.
 */
export async function bringBack(
  table: Table,
  delivery: { id: string; endpoint: string },
  times: { at: number; dueAt: number; dueShards: number },
): Promise<'brought-back' | 'gone'> {
  const due = dueKey({ id: delivery.id, lane: delivery.endpoint }, iso(times.dueAt), times.dueShards);
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: deliveryKey(delivery.id),
        UpdateExpression: 'SET duePk = :pk, dueSk = :sk, nextAttemptAt = :at REMOVE reason',
        ConditionExpression: 'outcome = :pending AND duePk = :list',
        ExpressionAttributeValues: {
          ':pk': due.duePk,
          ':sk': due.dueSk,
          ':at': iso(times.at),
          ':pending': 'pending',
          ...waitingList(delivery.endpoint),
        },
      }),
    );
    return 'brought-back';
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return 'gone';
  }
}

/** Fails a delivery if it has waited since `since` (epoch milliseconds) or longer. */
export async function failWaiting(
  table: Table,
  delivery: { id: string; endpoint: string },
  failure: { since: number; reason: string },
  options: Pick<DeliveryStorage, 'deliveryRetentionDays' | 'now'>,
): Promise<'failed' | 'kept'> {
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: deliveryKey(delivery.id),
        UpdateExpression:
          'SET outcome = :failed, listed.outcome = :failed, reason = :reason, expiresAt = :expiry REMOVE duePk, dueSk, nextAttemptAt, leaseUntil, leasedAt, leasedBy',
        ConditionExpression:
          'outcome = :pending AND duePk = :list AND waitsSince <= :since AND (attribute_not_exists(leaseUntil) OR leaseUntil <= :now)',
        ExpressionAttributeValues: {
          ':failed': 'failed',
          ':reason': failure.reason,
          ':since': iso(failure.since),
          ':expiry': deliveryExpiry(options),
          ':pending': 'pending',
          ':now': iso(options.now),
          ...waitingList(delivery.endpoint),
        },
      }),
    );
    return 'failed';
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return 'kept';
  }
}

/** Yields the deliveries that wait for an endpoint, oldest first, in pages; the index may lag a write by a second. */
export async function* readWaiting(
  table: Table,
  endpoint: string,
  { pageSize, createdBefore }: { pageSize: number; createdBefore?: number },
): AsyncGenerator<string[]> {
  const before = createdBefore === undefined ? {} : { ':before': iso(createdBefore) };
  const pages = readPages(table, {
    IndexName: 'byDue',
    KeyConditionExpression: createdBefore === undefined ? 'duePk = :list' : 'duePk = :list AND dueSk < :before',
    ExpressionAttributeValues: { ...waitingList(endpoint), ...before },
    Limit: pageSize,
  });
  for await (const page of pages) yield page.map((item) => readDueSk(WaitingEntry.parse(item).dueSk).id);
}

/** Counts the deliveries that wait for an endpoint, at most `limit` of them. */
export async function countWaitingFor(table: Table, endpoint: string, limit: number): Promise<number> {
  const { Count } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      IndexName: 'byDue',
      KeyConditionExpression: 'duePk = :list',
      ExpressionAttributeValues: waitingList(endpoint),
      Select: 'COUNT',
      Limit: limit,
    }),
  );
  return Count ?? 0;
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
