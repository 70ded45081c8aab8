import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Observer } from './observer.ts';

/** Handles one message's body and returns what the log line says of it; throwing returns the message to its queue. */
export type MessageHandler = (body: string) => Promise<Readonly<Record<string, unknown>>>;

/** Wraps a handler of single messages for a queue: messages run side by side, and one that fails fails alone. */
export function queueConsumer(observer: Observer, handle: MessageHandler) {
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
