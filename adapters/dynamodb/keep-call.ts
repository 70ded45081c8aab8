import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { ringSize } from '../../core/inspector/bounds.ts';
import type { SealedSecret } from '../secrets/vault.ts';
import { inspectedCountKey, inspectedKey } from './keys.ts';
import { isConditionFailure, type Table } from './table.ts';

/** How long inspected calls are kept, in seconds; their count stays longer, so that later calls take the places of earlier ones. */
const keptSeconds = 24 * 60 * 60;

/** An endpoint of a project, by the name that the inspector gives it. */
export type InspectedEndpoint = { project: string; name: string };

/** Takes the number of one more call of an endpoint; `now` is in epoch milliseconds. */
export async function countInspected(table: Table, { project, name }: InspectedEndpoint, now: number): Promise<number> {
  const { Attributes } = await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: inspectedCountKey(project, name),
      UpdateExpression: 'ADD n :one SET #type = :type, expiresAt = :expiresAt',
      ExpressionAttributeNames: { '#type': 'type' },
      ExpressionAttributeValues: {
        ':one': 1,
        ':type': 'inspected-count',
        ':expiresAt': Math.floor(now / 1000) + 3 * keptSeconds,
      },
      ReturnValues: 'UPDATED_NEW',
    }),
  );
  return Number(Attributes?.n);
}

/** Stores a call in its place of the ring, unless a later one has it. */
export async function putInspected(
  table: Table,
  { project, name }: InspectedEndpoint,
  { number, sealed, now }: { number: number; sealed: SealedSecret; now: number },
): Promise<void> {
  const Item = {
    ...inspectedKey(project, name, number % ringSize),
    ...{ number, sealed, type: 'inspected-call', version: 1 },
    expiresAt: Math.floor(now / 1000) + keptSeconds,
  };
  try {
    await table.client.send(
      new PutCommand({
        TableName: table.name,
        Item,
        ConditionExpression: 'attribute_not_exists(pk) OR #number <= :number',
        ExpressionAttributeNames: { '#number': 'number' },
        ExpressionAttributeValues: { ':number': number },
      }),
    );
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
  }
}
