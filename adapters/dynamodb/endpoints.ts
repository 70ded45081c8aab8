import { GetCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { endpointLane } from '../../core/deliveries/message.ts';
import { EndpointHealth, type HealthTransition } from '../../core/endpoints/health.ts';
import { batchGet } from './batch-get.ts';
import type { TransactItem } from './consequences.ts';
import { dueKey, endpointKey, endpointListKey } from './keys.ts';
import { failedConditions, isConditionFailure, type Table } from './table.ts';

/** An endpoint's health as stored, with the version that guards its next change. */
export type StoredEndpoint = { health: EndpointHealth; version: number };

/** Others that may change an endpoint at the same time before we give up. */
const maxTries = 5;

const Stored = z.looseObject({ version: z.int() });

/** Reads an endpoint's health, consistently; undefined where it never failed and was never paused. */
export async function findEndpoint(table: Table, endpoint: string): Promise<StoredEndpoint | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: endpointKey(endpoint), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : parseEndpoint(Item);
}

/** Reads the health of these distinct endpoints, by their ids; healthy ones may be missing. */
export async function findEndpoints(
  table: Table,
  endpoints: readonly string[],
): Promise<ReadonlyMap<string, EndpointHealth>> {
  const items = await batchGet(table, endpoints.map(endpointKey));
  return new Map(items.map((item) => EndpointHealth.parse(item)).map((health) => [health.endpoint, health]));
}

/** Stores an endpoint's health if nobody changed it since it was read. */
export async function writeEndpoint(
  table: Table,
  read: StoredEndpoint | undefined,
  health: EndpointHealth,
  dueShards: number,
): Promise<'written' | 'changed-meanwhile'> {
  try {
    await table.client.send(new PutCommand(endpointPut(table, read, health, dueShards)));
    return 'written';
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return 'changed-meanwhile';
  }
}

/**
 * Makes a transition: reads, decides and writes, anew where somebody else was first. `known` saves the first read; of
 * several that decide on the same one makes the transition, and the others see it made.
 */
export async function changeEndpoint(
  table: Table,
  endpoint: string,
  decide: (before: EndpointHealth | undefined) => HealthTransition,
  options: { dueShards: number; known?: { stored: StoredEndpoint | undefined } },
): Promise<{ outcome: HealthTransition['outcome']; stored: StoredEndpoint | undefined }> {
  let read = options.known === undefined ? await findEndpoint(table, endpoint) : options.known.stored;
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const transition = decide(read?.health);
    if (transition.outcome === 'unchanged') return { outcome: 'unchanged', stored: read };
    const { health } = transition;
    if ((await writeEndpoint(table, read, health, options.dueShards)) === 'written') {
      return { outcome: 'changed', stored: { health, version: (read?.version ?? 0) + 1 } };
    }
    read = await findEndpoint(table, endpoint);
  }
  throw new Error(`the endpoint ${endpoint} kept changing`);
}

/** Stores what tells of a notice (99 items at most) together with the health that no longer holds it: all or nothing. */
export async function storeNotice(
  table: Table,
  read: StoredEndpoint,
  health: EndpointHealth,
  telling: readonly TransactItem[],
  dueShards: number,
): Promise<'written' | 'changed-meanwhile'> {
  const own = { Put: endpointPut(table, read, health, dueShards) };
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems: [own, ...telling] }));
    return 'written';
  } catch (error) {
    if (failedConditions(error) === undefined) throw error;
    return 'changed-meanwhile';
  }
}

/** The conditional put of an endpoint's health. */
function endpointPut(table: Table, read: StoredEndpoint | undefined, health: EndpointHealth, dueShards: number) {
  const due =
    health.tendAt === undefined ? {} : dueKey({ id: health.endpoint, lane: endpointLane }, health.tendAt, dueShards);
  const Item = {
    ...endpointKey(health.endpoint),
    ...endpointListKey(health.project, health.endpoint),
    ...due,
    ...health,
    type: 'endpoint',
    listed: {},
    version: (read?.version ?? 0) + 1,
  };
  if (read === undefined) return { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    TableName: table.name,
    Item,
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': read.version },
  };
}

function parseEndpoint(item: unknown): StoredEndpoint {
  return { health: EndpointHealth.parse(item), version: Stored.parse(item).version };
}
