import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import type { Queue } from '../adapters/sqs/queue.ts';
import { deleteMessages, type ReceivedMessage, receiveMessages } from '../adapters/sqs/receive.ts';
import { webhookSlots } from '../functions/environment.ts';
import type { FunctionName } from '../functions/routes.ts';
import { toRecord } from '../functions/send-webhook/fill-slots.ts';
import type { Place } from './place.ts';

/** A function that consumes a queue, as Lambda calls it. */
export type Handler = (event: SQSEvent) => Promise<SQSBatchResponse>;

const Module = z.object({ handler: z.custom<Handler>((value) => typeof value === 'function') });

/** Loads an instance of a function as deployed, with a memory of its own. */
export async function loadHandler(place: Place, name: FunctionName, instance: string): Promise<Handler> {
  place.enter(name);
  // A module is loaded once per address; its imports, which keep nothing, are shared.
  return Module.parse(await import(`../functions/${name}/index.ts?instance=${instance}`)).handler;
}

/** The batch of some messages. */
export function toBatch(messages: readonly ReceivedMessage[]): SQSEvent {
  return { Records: messages.map(toRecord) };
}

/** Hands batches of a queue to one instance, each once the one before is done, until stopped. */
export async function poll(queue: Queue, handler: Handler, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    const messages = await receiveMessages(queue, { atMost: webhookSlots, waitSeconds: 2 });
    if (messages.length === 0) continue;
    const { batchItemFailures } = await handler(toBatch(messages));
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const done = messages.filter(({ id }) => !failed.has(id)).map(({ receipt }) => receipt);
    await deleteMessages(queue, done);
  }
}
