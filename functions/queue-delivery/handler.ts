import type { DynamoDBStreamEvent } from 'aws-lambda';
import * as z from 'zod';
import { type Queue, sendAll } from '../../adapters/sqs/queue.ts';
import { type DeliveryMessage, laneOf } from '../../core/deliveries/message.ts';
import type { Observer } from '../kit/observer.ts';

const text = z.object({ S: z.string() }).transform(({ S }) => S);

/** The parts of a delivery's new image that say where its message goes. */
const NewDelivery = z.object({ id: text, project: text, macro: text, action: text });

/** What the handler is given. */
export type QueueDeliveryDependencies = { webhookQueue: Queue; observer: Observer };

/** Sends each newly stored delivery to the webhook queue; a batch that is taken in part is read again whole. */
export function queueDelivery({ webhookQueue, observer }: QueueDeliveryDependencies) {
  return async (event: DynamoDBStreamEvent): Promise<void> => {
    const deliveries = event.Records.map((record) => NewDelivery.parse(record.dynamodb?.NewImage));
    const failed = await sendAll(
      webhookQueue,
      deliveries.map((delivery) => {
        const message: DeliveryMessage = { delivery: delivery.id, endpoint: laneOf(delivery) };
        return { body: JSON.stringify(message), group: laneOf(delivery) };
      }),
    );
    observer.line('deliveries queued', { deliveries: deliveries.length, failed: failed.length });
    if (failed.length > 0) throw new Error(`the webhook queue did not take ${failed.length} of ${deliveries.length}`);
  };
}
