import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Queue } from '../../adapters/sqs/queue.ts';
import { deleteMessages, type ReceivedMessage, receiveMessages } from '../../adapters/sqs/receive.ts';
import type { Observer } from '../kit/observer.ts';
import type { MessageHandler } from '../kit/queue-consumer.ts';

/** A batch that takes longer than this is waiting for a slow endpoint. */
const slowBatchMs = 200;
/** How long an empty queue is left alone; waiting inside SQS instead would keep the instance after its last call has ended. */
const emptyQueueMs = 200;
/** How long an invocation may take (`timeoutSeconds` in lib/function-profiles.ts): beyond, all calls of the instance are killed. */
const invocationMs = 60_000;
/** How long after its start an invocation takes further messages: a wait for a turn and the longest call must still fit. */
const maxFillMs = 20_000;

/** What filling needs; `alarm` rings after so many milliseconds unless it is switched off. */
type FillDependencies = {
  queue: Queue;
  slots: number;
  observer: Observer;
  now: () => number;
  alarm: (afterMs: number, ring: () => void) => () => void;
  /** Handles batches; the message handler that it is built with is given to it counted. */
  consume: (handle: MessageHandler) => (event: SQSEvent) => Promise<SQSBatchResponse>;
  /** Handles a message; what does not end by `endsBy` (epoch milliseconds) is killed. */
  handle: (body: string, limit: { endsBy: number }) => ReturnType<MessageHandler>;
};

/**
 * Handles a batch, and while slow calls of it keep the instance, takes further messages from the queue for its free slots: Lambda
 * gives an instance nothing more until its whole batch is done, so one hanging call in each instance would stop all endpoints.
 */
export function fillSlots({ queue, slots, observer, now, alarm, consume, handle }: FillDependencies) {
  let inHand = 0;
  let oneIsDone = () => {};
  // Lambda gives an instance one invocation at a time.
  let endsBy = 0;
  const consumeCounted = consume(async (body) => {
    try {
      return await handle(body, { endsBy });
    } finally {
      inHand -= 1;
      oneIsDone();
    }
  });

  async function handleTaken(messages: readonly ReceivedMessage[]): Promise<void> {
    const { batchItemFailures } = await consumeCounted({ Records: messages.map(toRecord) });
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const done = messages.filter(({ id }) => !failed.has(id)).map(({ receipt }) => receipt);
    await deleteMessages(queue, done);
  }

  /** Resolves at the next end of a message or after a while, whichever comes first. */
  function nextChange(afterMs: number): Promise<void> {
    return new Promise((resolve) => {
      const switchOff = alarm(afterMs, resolve);
      oneIsDone = () => {
        switchOff();
        resolve();
      };
    });
  }

  async function fill(startedAt: number): Promise<void> {
    const taken: Promise<void>[] = [];
    try {
      while (inHand > 0 && now() - startedAt < slowBatchMs) await nextChange(slowBatchMs);
      while (inHand > 0 && now() - startedAt < maxFillMs) {
        const free = slots - inHand;
        const messages = free > 0 ? await receiveMessages(queue, { atMost: free, waitSeconds: 0 }) : [];
        inHand += messages.length;
        if (messages.length > 0) taken.push(handleTaken(messages).catch(report));
        else await nextChange(emptyQueueMs);
      }
    } catch (error) {
      // The batch is handled all the same.
      report(error);
    }
    await Promise.all(taken);
  }

  function report(error: unknown): void {
    observer.fault('further messages could not be taken or deleted, so they are shown again', error, {});
  }

  return async (event: SQSEvent): Promise<SQSBatchResponse> => {
    inHand += event.Records.length;
    const startedAt = now();
    endsBy = startedAt + invocationMs;
    const filled = fill(startedAt);
    const response = await consumeCounted(event);
    await filled;
    return response;
  };
}

/** A message in hand as the event source hands it to a function. */
export function toRecord({ id, receipt, body, attributes }: ReceivedMessage): SQSRecord {
  return {
    messageId: id,
    receiptHandle: receipt,
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '',
      SenderId: '',
      ApproximateFirstReceiveTimestamp: '',
      ...attributes,
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: '',
    awsRegion: '',
  };
}
