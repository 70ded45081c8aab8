import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { Queue } from './queue.ts';

/** A message in hand: its id, its body, what deletes it, and its attributes as the event source would name them. */
export type ReceivedMessage = {
  id: string;
  receipt: string;
  body: string;
  attributes: Readonly<Record<string, string>>;
};

/** Takes at most 10 messages from a queue, waiting for the first at most so many whole seconds. */
export async function receiveMessages(
  queue: Queue,
  options: { atMost: number; waitSeconds: number },
): Promise<ReceivedMessage[]> {
  const { Messages = [] } = await queue.client.send(
    new ReceiveMessageCommand({
      QueueUrl: queue.url,
      MaxNumberOfMessages: options.atMost,
      WaitTimeSeconds: options.waitSeconds,
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return Messages.flatMap(readMessage);
}

/** Deletes messages, at most 10; one that is not deleted is shown again and turns out to be done with. */
export async function deleteMessages(queue: Queue, receipts: readonly string[]): Promise<void> {
  if (receipts.length === 0) return;
  const Entries = receipts.map((ReceiptHandle, place) => ({ Id: String(place), ReceiptHandle }));
  await queue.client.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }));
}

function readMessage({ MessageId, ReceiptHandle, Body, Attributes }: Message): ReceivedMessage[] {
  if (MessageId === undefined || ReceiptHandle === undefined || Body === undefined) return [];
  return [{ id: MessageId, receipt: ReceiptHandle, body: Body, attributes: Attributes ?? {} }];
}
