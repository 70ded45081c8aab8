import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Observer } from './observer.ts';

/** Handles one message's body and returns what the log line says of it; throwing returns the message to its queue. */
export type MessageHandler = (body: string) => Promise<Readonly<Record<string, unknown>>>;

/** What is done with a message that failed, beside its return to the queue: `receives` counts how often it was handed out. */
export type FailureHandler = (message: { receipt: string; receives: number }) => Promise<void>;

/** Wraps a handler of single messages for a queue: messages run side by side, and one that fails fails alone. */
export function queueConsumer(observer: Observer, handle: MessageHandler, onFailure?: FailureHandler) {
  async function handleOne(record: SQSRecord): Promise<void> {
    const startedAt = performance.now();
    try {
      const facts = await handle(record.body);
      observer.line('message', {
        messageId: record.messageId,
        durationMs: Math.round(performance.now() - startedAt),
        ...facts,
      });
    } catch (error) {
      observer.fault('message failed and returns to its queue', error, { messageId: record.messageId });
      const receives = Number(record.attributes.ApproximateReceiveCount);
      await onFailure?.({ receipt: record.receiptHandle, receives }).catch((fault: unknown) => {
        // It returns all the same, only later.
        observer.fault('a failed message keeps its time', fault, { messageId: record.messageId });
      });
      throw error;
    }
  }

  return async (event: SQSEvent): Promise<SQSBatchResponse> => {
    const processor = new BatchProcessor(EventType.SQS);
    const options = { processInParallel: true, throwOnFullBatchFailure: false };
    const response = await processPartialResponse(event, handleOne, processor, options);
    observer.line('batch', { messages: event.Records.length, ...observer.consumed() });
    return response;
  };
}
