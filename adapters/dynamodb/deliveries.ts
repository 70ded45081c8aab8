import { GetCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { Attempt, Delivery, type DeliveryOutcome, ListedDelivery } from '../../core/deliveries/delivery.ts';
import { laneOf } from '../../core/deliveries/message.ts';
import { attemptPrefix, deliveryKey, deliveryListKey, dueKey } from './keys.ts';
import { type Page, type PageRequest, readListPage } from './lists.ts';
import { cancelledItem, failedConditions, type Table } from './table.ts';
import { ticketStands } from './ticket-stands.ts';

/** How far ahead the due entry of a new intent lies: the stream and the queue go first (docs/architecture.md, 4). */
export const fastPathMs = 120_000;

/** How deliveries are stored: the shards of the due index, the days a settled one is kept, and the present instant. */
export type DeliveryStorage = { dueShards: number; deliveryRetentionDays: number; now: number };

/** A delivery as it lies in the table; a pending one has a due entry, so that it is found even if its message is lost. */
export function deliveryItem(delivery: Delivery, options: DeliveryStorage): Record<string, unknown> {
  const { id, project, macro, action, target, outcome, createdAt } = delivery;
  return {
    ...deliveryKey(id),
    ...deliveryListKey(project, createdAt, id),
    ...(outcome === 'pending'
      ? dueKey({ id, lane: laneOf(delivery) }, new Date(options.now + fastPathMs).toISOString(), options.dueShards)
      : { expiresAt: deliveryExpiry(options) }),
    ...delivery,
    type: 'delivery',
    version: 1,
    // Of what is listed every byte is written twice: a webhook is what is not said to be an e-mail.
    listed: { macro, action, target, outcome, ...(delivery.mail === undefined ? {} : { kind: 'email' }) },
  };
}

/** When a delivery that settles now is deleted, in epoch seconds as TTL wants it; pending ones never are. */
export function deliveryExpiry(options: Pick<DeliveryStorage, 'deliveryRetentionDays' | 'now'>): number {
  return Math.floor(options.now / 1000) + options.deliveryRetentionDays * 24 * 60 * 60;
}

/** Stores a new delivery that belongs to no change of a record: a replay, or a test; not where its ticket was deleted. */
export async function storeDelivery(
  table: Table,
  delivery: Delivery,
  options: DeliveryStorage,
): Promise<'stored' | 'ticket-deleted'> {
  const put = {
    TableName: table.name,
    Item: deliveryItem(delivery, options),
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
  const TransactItems = [{ Put: put }, ...ticketStands(table, delivery.project, delivery.target)];
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems }));
    return 'stored';
  } catch (error) {
    const failed = failedConditions(error);
    if (failed === undefined) throw error;
    const item = cancelledItem(error, 0);
    if (item === undefined) return 'ticket-deleted';
    // Its own first try, whose answer was lost and that the SDK repeated; by now it may have been attempted.
    const { cause, createdAt } = Delivery.parse(unmarshall(item));
    if (cause.key !== delivery.cause.key || createdAt !== delivery.createdAt) throw error;
    return 'stored';
  }
}

/** Reads a delivery with all of its attempts, consistently; undefined where there is none in this project. */
export async function findDelivery(
  table: Table,
  project: string,
  id: string,
): Promise<{ delivery: Delivery; attempts: Attempt[] } | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: deliveryKey(id), ConsistentRead: true }),
  );
  if (Item === undefined) return undefined;
  const delivery = Delivery.parse(Item);
  if (delivery.project !== project) return undefined;
  const later = delivery.attemptsMade > 1 ? await readLaterAttempts(table, id) : [];
  return { delivery, attempts: [...(delivery.firstAttempt === undefined ? [] : [delivery.firstAttempt]), ...later] };
}

/** What a listed delivery must be; each that is given counts. */
export type WantedDeliveries = {
  outcome?: DeliveryOutcome | undefined;
  ticket?: string | undefined;
  member?: string | undefined;
  macro?: string | undefined;
  action?: string | undefined;
};

/** Lists a project's deliveries, newest first; conditions are over what the list shows. */
export async function listDeliveries(
  table: Table,
  project: string,
  page: { limit: number; after?: string | undefined },
  wanted: WantedDeliveries,
): Promise<Page<ListedDelivery>> {
  const { listPk } = deliveryListKey(project, '', '');
  return await readListPage(table, { listPk, ...page, newestFirst: true, ...whereListed(wanted) }, readListed(project));
}

/** Lists a project's deliveries that were created up to and with `to`, oldest first, in pages as {@link listDeliveries}. */
export async function listDeliveriesBetween(
  table: Table,
  project: string,
  { limit, after, to }: { limit: number; after?: string | undefined; to: string },
  wanted: WantedDeliveries,
): Promise<Page<ListedDelivery>> {
  const { listPk } = deliveryListKey(project, '', '');
  const request = { listPk, limit, after, newestFirst: false, ...whereListed(wanted) };
  const { items, next } = await readListPage(table, request, readListed(project));
  const wantedItems = items.filter(({ createdAt }) => createdAt <= to);
  return next === undefined || next.slice(0, to.length) > to ? { items: wantedItems } : { items: wantedItems, next };
}

function readListed(project: string) {
  return (listed: Readonly<Record<string, unknown>>, listSk: string): ListedDelivery => {
    const [createdAt, id] = listSk.split('#');
    return ListedDelivery.parse({ ...listed, id, project, createdAt });
  };
}

function whereListed(wanted: Readonly<Record<string, string | undefined>>): Pick<PageRequest, 'where'> {
  const given = Object.entries(wanted).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
  if (given.length === 0) return {};
  const isTarget = (name: string) => name === 'ticket' || name === 'member';
  const path = (name: string) => (isTarget(name) ? `#listed.#target.#${name}` : `#listed.#${name}`);
  const names = given.flatMap(({ name }) => [[`#${name}`, name], ...(isTarget(name) ? [['#target', 'target']] : [])]);
  return {
    where: {
      expression: given.map(({ name }) => `${path(name)} = :${name}`).join(' AND '),
      names: { '#listed': 'listed', ...Object.fromEntries(names) },
      values: Object.fromEntries(given.map(({ name, value }) => [`:${name}`, value])),
    },
  };
}

async function readLaterAttempts(table: Table, id: string): Promise<Attempt[]> {
  const answer = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :attempts)',
      ExpressionAttributeValues: { ':pk': deliveryKey(id).pk, ':attempts': attemptPrefix },
      ConsistentRead: true,
    }),
  );
  return (answer.Items ?? []).map((item) => Attempt.parse(item));
}
