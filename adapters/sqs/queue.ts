import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** A message for a queue; messages of one group share its turns fairly with those of others. A delay is 900 s at most. */
export type Message = { body: string; group?: string; delaySeconds?: number };

/** Messages one SendMessageBatch takes, a limit of SQS. */
const maxBatchMessages = 10;

/** A queue, opened. */
export type Queue = { client: SQSClient; url: string };

/** Sends one message that is not handed out before `delaySeconds` (0 to 900) have passed. */
export async function sendDelayed(queue: Queue, message: Message, delaySeconds: number): Promise<void> {
  await queue.client.send(
    new SendMessageCommand({
      QueueUrl: queue.url,
      MessageBody: message.body,
      DelaySeconds: delaySeconds,
      ...(message.group === undefined ? {} : { MessageGroupId: message.group }),
    }),
  );
}

/** Sends messages in batches and returns the places (from 0) of those that the queue did not take. */
export async function sendAll(queue: Queue, messages: readonly Message[]): Promise<number[]> {
  const failed: number[] = [];
  for (let start = 0; start < messages.length; start += maxBatchMessages) {
    const answer = await queue.client.send(
      new SendMessageBatchCommand({
        QueueUrl: queue.url,
        Entries: messages.slice(start, start + maxBatchMessages).map((message, place) => ({
          Id: String(start + place),
          MessageBody: message.body,
          ...(message.delaySeconds === undefined ? {} : { DelaySeconds: message.delaySeconds }),
          ...(message.group === undefined ? {} : { MessageGroupId: message.group }),
        })),
      }),
    );
    failed.push(...(answer.Failed ?? []).map((entry) => Number(entry.Id)));
  }
  return failed;
}

/** Has a message that failed shown again after so many seconds, sooner than its queue would. */
export async function showAgain({ client, url }: Queue, receipt: string, seconds: number): Promise<void> {
  const input = { QueueUrl: url, ReceiptHandle: receipt, VisibilityTimeout: seconds };
  await client.send(new ChangeMessageVisibilityCommand(input));
}

/** About how many messages wait in a queue. */
export async function countWaiting(queue: Queue): Promise<number> {
  const { Attributes } = await queue.client.send(
    new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
}
