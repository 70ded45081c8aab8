import { DeleteCommand, GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { UsableSecret } from '../../core/deliveries/fill-request.ts';
import { ListedSecret } from '../../core/deliveries/secret.ts';
import type { LoadKeys } from '../secrets/master-secret.ts';
import { open, SealedSecret } from '../secrets/vault.ts';
import { secretKey, secretPrefix } from './keys.ts';
import type { Page } from './lists.ts';
import { readAll } from './read-all.ts';
import { isConditionFailure, type Table } from './table.ts';

const StoredSecret = z.looseObject({ name: z.string(), hosts: z.array(z.string()).optional(), sealed: SealedSecret });
const NamedItem = z.looseObject({ name: z.string() });
/** Everything about a secret but its value, which lists never even read. */
const listedAttributes = { '#name': 'name', '#hosts': 'hosts', '#createdAt': 'createdAt', '#updatedAt': 'updatedAt' };

/** A secret as it is to be stored. */
export type SecretWrite = { name: string; sealed: SealedSecret; hosts: readonly string[] | undefined };

/** Stores a secret, over the one of the same name where there is one; `now` is in epoch milliseconds. */
export async function writeSecret(table: Table, project: string, secret: SecretWrite, now: number): Promise<void> {
  const { name, sealed, hosts } = secret;
  const setHosts = hosts === undefined ? '' : ', hosts = :hosts';
  const removeHosts = hosts === undefined ? ' REMOVE hosts' : '';
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: secretKey(project, name),
      UpdateExpression: `SET #type = :type, #name = :name, #project = :project, sealed = :sealed, updatedAt = :now, createdAt = if_not_exists(createdAt, :now), #version = if_not_exists(#version, :none) + :one${setHosts}${removeHosts}`,
      ConditionExpression: 'attribute_not_exists(pk) OR #type = :type',
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
      },
    }),
  );
}

/** Deletes a secret: webhooks that need it wait or fail from then on. */
export async function deleteSecret(table: Table, project: string, name: string): Promise<'deleted' | 'absent'> {
  try {
    await table.client.send(
      new DeleteCommand({
        TableName: table.name,
        Key: secretKey(project, name),
        ConditionExpression: 'attribute_exists(pk)',
      }),
    );
    return 'deleted';
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return 'absent';
  }
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
  project: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, UsableSecret>> {
  if (names.length === 0) return new Map();
  const [{ vault }, items] = await Promise.all([
    openWith(),
    Promise.all(names.map((name) => readSecret(table, project, name))),
  ]);
  const usable = new Map<string, UsableSecret>();
  for (const secret of items) {
    if (secret === undefined) continue;
    const opened = open(secret.sealed, { project, name: secret.name }, vault);
    if (opened.outcome === 'opened') usable.set(secret.name, { value: opened.plaintext, hosts: secret.hosts });
  }
  return usable;
}

async function readSecret(table: Table, project: string, name: string) {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: secretKey(project, name), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : StoredSecret.parse(Item);
}
