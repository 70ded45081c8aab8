import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { UsableSecret } from '../../core/deliveries/fill-request.ts';
import { ListedSecret } from '../../core/deliveries/secret.ts';
import type { LoadKeys } from '../secrets/master-secret.ts';
import { open, SealedSecret } from '../secrets/vault.ts';
import { secretKey, secretPrefix } from './keys.ts';
import type { Page } from './lists.ts';
import { readAll } from './read-all.ts';
import { removeItem } from './remove-item.ts';
import { isConditionFailure, type Table } from './table.ts';

const StoredSecret = z.looseObject({
  name: z.string(),
  hosts: z.array(z.string()).optional(),
  sealed: SealedSecret,
  version: z.int(),
  /** What it was before a rotation; it goes on signing until then. */
  previousSealed: SealedSecret.optional(),
  previousUntil: z.iso.datetime().optional(),
});
const NamedItem = z.looseObject({ name: z.string() });
/** Everything about a secret but its value, which lists never even read. */
const listedAttributes = { '#name': 'name', '#hosts': 'hosts', '#createdAt': 'createdAt', '#updatedAt': 'updatedAt' };

/** A secret as it is to be stored. */
export type SecretWrite = { name: string; sealed: SealedSecret; hosts: readonly string[] | undefined };

/** A value that goes on signing beside the one that replaces it, until an instant. */
export type FormerValue = { sealed: SealedSecret; until: string };

/** What is stored of a secret as somebody saw it; writing over it fails where it has changed since. */
export type SeenSecret = { version: number; sealed: SealedSecret; former: FormerValue | undefined };

/**
 * Stores a secret, over the one of the same name where there is one; `now` is in epoch milliseconds. With `former`, only
 * over what was seen: an UpdateItem that is sent twice would otherwise take the new value for the former one.
 */
export async function writeSecret(
  table: Table,
  project: string,
  { name, sealed, hosts }: SecretWrite,
  now: number,
  rotation?: { seen: SeenSecret | undefined; former: FormerValue | undefined },
): Promise<'written' | 'changed'> {
  const former = rotation?.former;
  const set = [
    '#type = :type, #name = :name, #project = :project, sealed = :sealed, updatedAt = :now',
    'createdAt = if_not_exists(createdAt, :now), #version = if_not_exists(#version, :none) + :one',
    ...(hosts === undefined ? [] : ['hosts = :hosts']),
    ...(former === undefined ? [] : ['previousSealed = :previousSealed, previousUntil = :previousUntil']),
  ];
  const remove = [
    ...(hosts === undefined ? ['hosts'] : []),
    ...(former === undefined ? ['previousSealed', 'previousUntil'] : []),
  ];
  const seenCondition =
    rotation?.seen === undefined ? 'attribute_not_exists(pk)' : '#type = :type AND #version = :seen';
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: secretKey(project, name),
        UpdateExpression: `SET ${set.join(', ')}${remove.length === 0 ? '' : ` REMOVE ${remove.join(', ')}`}`,
        ConditionExpression: rotation === undefined ? 'attribute_not_exists(pk) OR #type = :type' : seenCondition,
        ExpressionAttributeNames: { '#type': 'type', '#name': 'name', '#project': 'project', '#version': 'version' },
        ExpressionAttributeValues: {
          ':type': 'secret',
          ':name': name,
          ':project': project,
          ':sealed': sealed,
          ':now': new Date(now).toISOString(),
          ':none': 0,
          ':one': 1,
          ...(hosts === undefined ? {} : { ':hosts': hosts }),
          ...(former === undefined ? {} : { ':previousSealed': former.sealed, ':previousUntil': former.until }),
          ...(rotation?.seen === undefined ? {} : { ':seen': rotation.seen.version }),
        },
      }),
    );
    return 'written';
  } catch (error) {
    if (rotation === undefined || !isConditionFailure(error)) throw error;
    return 'changed';
  }
}

/** Reads what is stored of a secret, for whoever is about to replace it. */
export async function findSecret(table: Table, project: string, name: string): Promise<SeenSecret | undefined> {
  const stored = await readSecret(table, project, name);
  if (stored === undefined) return undefined;
  const { version, sealed, previousSealed, previousUntil } = stored;
  const hasFormer = previousSealed !== undefined && previousUntil !== undefined;
  return { version, sealed, former: hasFormer ? { sealed: previousSealed, until: previousUntil } : undefined };
}

/** Deletes a secret: webhooks that need it wait or fail from then on. */
export async function deleteSecret(table: Table, project: string, name: string): Promise<'deleted' | 'absent'> {
  return (await removeItem(table, secretKey(project, name))) ? 'deleted' : 'absent';
}

/** Lists a project's secrets by name, consistently, without their values. */
export async function listSecrets(
  table: Table,
  project: string,
  page: { limit: number; after?: string | undefined },
): Promise<Page<ListedSecret>> {
  const answer = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :secrets)',
      ExpressionAttributeNames: listedAttributes,
      ExpressionAttributeValues: { ':pk': secretKey(project, '').pk, ':secrets': secretPrefix },
      ProjectionExpression: Object.keys(listedAttributes).join(', '),
      ConsistentRead: true,
      Limit: page.limit,
      ...(page.after === undefined ? {} : { ExclusiveStartKey: secretKey(project, page.after) }),
    }),
  );
  const items = (answer.Items ?? []).map((item) => ListedSecret.parse(item));
  const last = items.at(-1);
  return answer.LastEvaluatedKey === undefined || last === undefined ? { items } : { items, next: last.name };
}

/** The names of all secrets of a project, consistently. */
export async function findSecretNames(table: Table, project: string): Promise<Set<string>> {
  const items = await readAll(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :secrets)',
    ExpressionAttributeNames: { '#name': 'name' },
    ExpressionAttributeValues: { ':pk': secretKey(project, '').pk, ':secrets': secretPrefix },
    ProjectionExpression: '#name',
    ConsistentRead: true,
  });
  return new Set(items.map((item) => NamedItem.parse(item).name));
}

/**
 * Reads secrets with their values, consistently. One that cannot be opened is left out as one that is not set: setting
 * it anew is the remedy for both.
 */
export async function readUsableSecrets(
  table: Table,
  openWith: LoadKeys,
  { project, names, now }: { project: string; names: readonly string[]; now: number },
): Promise<ReadonlyMap<string, UsableSecret>> {
  if (names.length === 0) return new Map();
  const [{ vault }, items] = await Promise.all([
    openWith(),
    Promise.all(names.map((name) => readSecret(table, project, name))),
  ]);
  const usable = new Map<string, UsableSecret>();
  for (const secret of items) {
    if (secret === undefined) continue;
    const { name, hosts, sealed, previousSealed, previousUntil } = secret;
    const opened = open(sealed, { project, name }, vault);
    if (opened.outcome !== 'opened') continue;
    const isLive = previousUntil !== undefined && Date.parse(previousUntil) > now;
    const before = isLive && previousSealed !== undefined ? open(previousSealed, { project, name }, vault) : undefined;
    const previous =
      before?.outcome === 'opened' && before.plaintext !== opened.plaintext ? before.plaintext : undefined;
    usable.set(name, { value: opened.plaintext, hosts, ...(previous === undefined ? {} : { previous }) });
  }
  return usable;
}

async function readSecret(table: Table, project: string, name: string) {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: secretKey(project, name), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : StoredSecret.parse(Item);
}
