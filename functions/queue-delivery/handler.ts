import type { DynamoDBStreamEvent } from 'aws-lambda';
import * as z from 'zod';
import { type Message, type Queue, sendAll } from '../../adapters/sqs/queue.ts';
import { type DeliveryMessage, isMailLane, laneOf } from '../../core/deliveries/message.ts';
import type { Observer } from '../kit/observer.ts';

const text = z.object({ S: z.string() }).transform(({ S }) => S);

/** The parts of a delivery's new image that say where its message goes, and whether a person waits for it. */
const NewDelivery = z.object({
  id: text,
  project: text,
  macro: text,
  action: text,
  mail: z.unknown().optional(),
  cause: z.object({ M: z.object({ kind: text }) }).transform(({ M }) => M),
});

/** What the handler is given. */
export type QueueDeliveryDependencies = { webhookQueue: Queue; emailQueue: Queue; observer: Observer };

/** Sends each newly stored delivery to the queue of its lane; a batch that is taken in part is read again whole. */
export function queueDelivery({ webhookQueue, emailQueue, observer }: QueueDeliveryDependencies) {
  return async (event: DynamoDBStreamEvent): Promise<void> => {
    const deliveries = event.Records.map((record) => NewDelivery.parse(record.dynamodb?.NewImage));
    const messages = deliveries.map((delivery): Message & { group: string } => {
      const lane = laneOf(delivery);
      const isTest = delivery.cause.kind === 'test' && delivery.mail === undefined;
      const message: DeliveryMessage = { delivery: delivery.id, endpoint: lane, ...(isTest ? { isTest } : {}) };
      return { body: JSON.stringify(message), group: lane };
    });
    const mails = messages.filter(({ group }) => isMailLane(group));
    const webhooks = messages.filter(({ group }) => !isMailLane(group));
    const failures = await Promise.all([sendAll(webhookQueue, webhooks), sendAll(emailQueue, mails)]);
    const failed = failures.flat().length;
    observer.line('deliveries queued', { deliveries: deliveries.length, mails: mails.length, failed });
    if (failed > 0) throw new Error(`the queues did not take ${failed} of ${deliveries.length} deliveries`);
  };
}
