import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { ringSize } from '../../core/inspector/bounds.ts';
import { SealedSecret } from '../secrets/vault.ts';
import type { InspectedEndpoint } from './keep-call.ts';
import { inspectedCountKey, inspectedKey, inspectedPrefix, projectKey } from './keys.ts';
import { readAll } from './read-all.ts';
import { removeItem } from './remove-item.ts';
import { isConditionFailure, type Table } from './table.ts';

const StoredCall = z.object({ number: z.int(), sealed: SealedSecret, expiresAt: z.int() });

/** Reads the last calls of an endpoint, sealed, newest first. */
export async function listInspected(
  table: Table,
  { project, name }: InspectedEndpoint,
  now: number,
): Promise<SealedSecret[]> {
  const items = await readAll(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :calls)',
    ExpressionAttributeValues: { ':pk': inspectedCountKey(project, name).pk, ':calls': inspectedPrefix },
    ConsistentRead: true,
  });
  const calls = items.map((item) => StoredCall.parse(item)).filter(({ expiresAt }) => expiresAt * 1_000 > now);
  return calls.toSorted((one, other) => other.number - one.number).map(({ sealed }) => sealed);
}

/** Forgets the last calls of an endpoint. */
export async function forgetInspected(table: Table, { project, name }: InspectedEndpoint): Promise<void> {
  const places = Array.from({ length: ringSize }, (_, place) => place);
  await Promise.all(places.map((place) => removeItem(table, inspectedKey(project, name, place))));
}

/** Has an endpoint's calls kept until an instant (RFC 3339), or no more; whether there is such a project. */
export async function switchInspector(
  table: Table,
  { project, name }: InspectedEndpoint,
  until: string | undefined,
): Promise<boolean> {
  if (until === undefined) return await trySwitch(table, project, { expression: 'REMOVE inspected.#name', name });
  const nested = { expression: 'SET inspected.#name = :until', name, values: { ':until': until } };
  if (await trySwitch(table, project, nested)) return true;
  // The first of a project: a map cannot be made and filled in one expression.
  const first = { expression: 'SET inspected = :first', values: { ':first': { [name]: until } }, isFirst: true };
  return (await trySwitch(table, project, first)) || (await trySwitch(table, project, nested));
}

type Switch = { expression: string; name?: string; values?: Record<string, unknown>; isFirst?: boolean };

async function trySwitch(
  table: Table,
  project: string,
  { expression, name, values, isFirst }: Switch,
): Promise<boolean> {
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: projectKey(project),
        UpdateExpression: expression,
        ConditionExpression: isFirst
          ? 'attribute_exists(pk) AND attribute_not_exists(inspected)'
          : 'attribute_exists(inspected)',
        ...(name === undefined ? {} : { ExpressionAttributeNames: { '#name': name } }),
        ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
      }),
    );
    return true;
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return false;
  }
}
