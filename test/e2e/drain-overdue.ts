import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { deliveryKey, dueKey } from '../../adapters/dynamodb/keys.ts';
import { environmentNames } from '../../functions/environment.ts';
import { credentials, region } from '../../local/place.ts';

/** Where the engines are and what the stack calls its things: the environments of its functions, put together. */
export type Engines = Readonly<Record<string, string>>;

const longAgo = '2026-01-01T00:00:00.000Z';

/** Has every due shard drained, as tick does it once a minute. */
export async function drainAll(engines: Engines): Promise<void> {
  const queues = new SQSClient({ endpoint: engines.AWS_ENDPOINT_URL_SQS ?? '', region, credentials });
  for (let shard = 0; shard < Number(engines[environmentNames.dueShards]); shard += 1) {
    const MessageBody = JSON.stringify({ kind: 'drain-due', shard });
    await queues.send(new SendMessageCommand({ QueueUrl: engines[environmentNames.macroQueueUrl], MessageBody }));
  }
  queues.destroy();
}

/** Puts a message into the upload queue that nobody can make sense of. */
export async function sendNonsense(engines: Engines): Promise<void> {
  const queues = new SQSClient({ endpoint: engines.AWS_ENDPOINT_URL_SQS ?? '', region, credentials });
  const QueueUrl = engines[environmentNames.uploadQueueUrl];
  await queues.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"nonsense":true}' }));
  queues.destroy();
}

/** Makes a pending delivery overdue in the table, in a lane, and has its shard drained as tick does it once a minute. */
export async function drainOverdue(engines: Engines, delivery: string, lane = ''): Promise<void> {
  const { pk, sk } = deliveryKey(delivery);
  const { duePk, dueSk } = dueKey({ id: delivery, lane }, longAgo, Number(engines[environmentNames.dueShards]));
  const table = new DynamoDBClient({ endpoint: engines.AWS_ENDPOINT_URL_DYNAMODB ?? '', region, credentials });
  await table.send(
    new UpdateItemCommand({
      TableName: engines[environmentNames.tableName],
      Key: { pk: { S: pk }, sk: { S: sk } },
      UpdateExpression: 'SET dueSk = :due, nextAttemptAt = :at',
      ConditionExpression: 'duePk = :shard',
      ExpressionAttributeValues: { ':due': { S: dueSk }, ':at': { S: longAgo }, ':shard': { S: duePk } },
    }),
  );
  const queues = new SQSClient({ endpoint: engines.AWS_ENDPOINT_URL_SQS ?? '', region, credentials });
  const MessageBody = JSON.stringify({ kind: 'drain-due', shard: Number(duePk.split('#')[1]) });
  await queues.send(new SendMessageCommand({ QueueUrl: engines[environmentNames.macroQueueUrl], MessageBody }));
  table.destroy();
  queues.destroy();
}
