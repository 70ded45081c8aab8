import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { AwsCall } from './aws-json.ts';
import type { Lambda } from './lambda.ts';
import type { Invocation } from './lambda-instance.ts';
import { region } from './place.ts';

const Attribute = z.looseObject({
  DataType: z.string(),
  StringValue: z.string().optional(),
  BinaryValue: z.string().optional(),
});
const Message = z.object({
  MessageId: z.string(),
  ReceiptHandle: z.string(),
  Body: z.string(),
  MD5OfBody: z.string(),
  Attributes: z.record(z.string(), z.string()).default({}),
  MessageAttributes: z.record(z.string(), Attribute).default({}),
});
type Message = z.infer<typeof Message>;
const Received = z.object({ Messages: z.array(Message).default([]) });
const PartialResponse = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish() });

// As many as a function has instances; each waits for messages, so that one batch is always on its way.
const readers = 2;
const longestWaitSeconds = 20;
const retryReadMs = 1000;

/** One queue that a function consumes. */
export type QueueSource = {
  sqs: AwsCall;
  arn: string;
  url: string;
  batchSize: number;
  /** Whether the function names the messages that failed. */
  partial: boolean;
  target: Lambda;
  onTrouble: (error: unknown) => void;
  signal: AbortSignal;
};

/** Hands batches to the function until aborted; what it did not refuse is deleted, the rest comes back by the queue's rules. */
export async function consumeQueue(source: QueueSource): Promise<void> {
  await Promise.all(Array.from({ length: readers }, () => read(source)));
}

async function read(source: QueueSource): Promise<void> {
  const { signal, onTrouble } = source;
  while (!signal.aborted) {
    try {
      const messages = await receive(source);
      if (messages.length > 0) await hand(source, messages);
    } catch (error) {
      if (signal.aborted) return;
      onTrouble(error);
      await sleep(retryReadMs, undefined, { signal }).catch(() => {});
    }
  }
}

async function receive({ sqs, url, batchSize, signal }: QueueSource): Promise<Message[]> {
  const input = {
    QueueUrl: url,
    MaxNumberOfMessages: batchSize,
    WaitTimeSeconds: longestWaitSeconds,
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  };
  return Received.parse(await sqs('ReceiveMessage', input, signal)).Messages;
}

async function hand({ sqs, arn, url, partial, target, signal }: QueueSource, messages: Message[]): Promise<void> {
  const invocation = await target.invoke({ Records: messages.map((message) => toRecord(message, arn)) });
  // An instance that was stopped says nothing about its messages: they are in flight and shown again at the next start.
  if (signal.aborted && invocation.outcome === 'failed') return;
  const done = succeeded(messages, invocation, partial);
  if (done.length === 0) return;
  const Entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await sqs('DeleteMessageBatch', { QueueUrl: url, Entries });
}

/** The messages to delete: all but those that the function names, and none when it failed or names one that it never got. */
function succeeded<Item extends { MessageId: string }>(
  messages: readonly Item[],
  invocation: Invocation,
  partial: boolean,
): Item[] {
  if (invocation.outcome === 'failed') return [];
  if (!partial || invocation.payload === null) return [...messages];
  const response = PartialResponse.safeParse(invocation.payload);
  if (!response.success) return [];
  const failed = new Set(response.data.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier));
  const known = new Set(messages.map(({ MessageId }) => MessageId));
  return [...failed].every((id) => known.has(id)) ? messages.filter(({ MessageId }) => !failed.has(MessageId)) : [];
}

function toRecord(message: Message, eventSourceARN: string) {
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        {
          dataType: DataType,
          stringValue: StringValue,
          binaryValue: BinaryValue,
          stringListValues: [],
          binaryListValues: [],
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: region,
  };
}
