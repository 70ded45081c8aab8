import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { listActivity } from '../adapters/dynamodb/activity.ts';
import { activityKey, counterKey, memberKey, ticketKey, ticketListKey } from '../adapters/dynamodb/keys.ts';
import { findTicket, ticketItem } from '../adapters/dynamodb/tickets.ts';
import type { Place } from './place.ts';

/** The calls that the bare function makes, in the order in which they begin; the handler must make the same. */
export const bareOperations = ['UpdateItem', 'BatchGetItem', 'PutItem', 'PutItem'];

/** The prefix of the key that the handler is called with. */
const apiKey = 'mobile';

const Counted = z.object({ Attributes: z.object({ n: z.int() }) });

/**
 * What is left of receive-feedback when nothing but its calls remain: takes a number while it reads the submitter, then stores
 * the ticket that the handler stored as `ticket`, with keys of its own, and beside it the activity that the handler wrote. It
 * does not ask what its calls consume.
 */
export async function bareReceiver(place: Place, project: string, ticket: string): Promise<() => Promise<void>> {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ ...place.dynamodb, maxAttempts: 5 }), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const { name: TableName } = place.table;
  const stored = await findTicket(place.table, project, ticket);
  if (stored === undefined) throw new Error(`the handler stored no ${ticket}`);
  const { feedbackType, submitter } = stored;
  const item = ticketItem(stored, 0);
  const own = `${project}b`;
  const takeNumber = new UpdateCommand({
    TableName,
    Key: counterKey(own, feedbackType),
    UpdateExpression: 'ADD n :one SET #type = :type',
    ExpressionAttributeNames: { '#type': 'type' },
    ExpressionAttributeValues: { ':one': 1, ':type': 'counter' },
    ReturnValues: 'UPDATED_NEW',
  });
  const Keys = [memberKey(project, submitter)];
  const readSubmitter = new BatchGetCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } });
  const [activity] = (await listActivity(place.table, { apiKey }, { limit: 1, now: Date.now() })).items;
  if (activity === undefined) throw new Error('the handler stored no activity');
  return async () => {
    const [counted] = await Promise.all([client.send(takeNumber), client.send(readSubmitter)]);
    const number = Counted.parse(counted).Attributes.n;
    const Item = { ...item, ...ticketKey(own, `BUG-${number}`), ...ticketListKey(own, feedbackType, number), number };
    const requestId = String(number);
    const Noted = {
      ...activity,
      ...activityKey({ apiKey }, activity.at, requestId),
      requestId,
      type: 'activity',
      version: 1,
    };
    await Promise.all([
      client.send(new PutCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' })),
      client.send(new PutCommand({ TableName, Item: Noted })),
    ]);
  };
}
