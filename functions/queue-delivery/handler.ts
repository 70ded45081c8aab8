import type { DynamoDBStreamEvent } from 'aws-lambda';
import * as z from 'zod';
import { type Message, type Queue, sendAll } from '../../adapters/sqs/queue.ts';
import { type DeliveryMessage, isMailLane, laneOf, type MacroMessage } from '../../core/deliveries/message.ts';
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
type NewDelivery = z.infer<typeof NewDelivery>;

/** A notification's new image, as far as its message needs it. */
const NewNotification = z.object({
  type: z.object({ S: z.literal('notification') }),
  id: text,
  project: text,
  ticket: text,
});

/** What the handler is given. */
export type QueueDeliveryDependencies = {
  webhookQueue: Queue;
  emailQueue: Queue;
  macroQueue: Queue;
  observer: Observer;
};

/**
 * Sends each newly stored delivery to the queue of its lane, and each notification to where teams are told; a batch that is
 * taken in part is read again whole.
 */
export function queueDelivery({ webhookQueue, emailQueue, macroQueue, observer }: QueueDeliveryDependencies) {
  return async (event: DynamoDBStreamEvent): Promise<void> => {
    const mails: Message[] = [];
    const webhooks: Message[] = [];
    const tellings: Message[] = [];
    for (const record of event.Records) {
      const image = record.dynamodb?.NewImage;
      const notification = NewNotification.safeParse(image);
      if (notification.success) {
        const { project, ticket, id } = notification.data;
        tellings.push(describeNotification(`${project}/${ticket}/${id}`));
      } else {
        const delivery = NewDelivery.parse(image);
        (isMailLane(laneOf(delivery)) ? mails : webhooks).push(describeDelivery(delivery));
      }
    }
    const failures = await Promise.all([
      sendAll(webhookQueue, webhooks),
      sendAll(emailQueue, mails),
      sendAll(macroQueue, tellings),
    ]);
    const failed = failures.flat().length;
    const deliveries = webhooks.length + mails.length;
    const facts = { deliveries, mails: mails.length, notifications: tellings.length, failed };
    observer.line('deliveries queued', facts);
    if (failed > 0) throw new Error(`the queues did not take ${failed} of ${event.Records.length} messages`);
  };
}

function describeDelivery(delivery: NewDelivery): Message {
  const lane = laneOf(delivery);
  const isTest = delivery.cause.kind === 'test' && delivery.mail === undefined;
  const message: DeliveryMessage = { delivery: delivery.id, endpoint: lane, ...(isTest ? { isTest } : {}) };
  return { body: JSON.stringify(message), group: lane };
}

function describeNotification(notification: string): Message {
  const message: MacroMessage = { kind: 'tell-team', notification };
  return { body: JSON.stringify(message) };
}
