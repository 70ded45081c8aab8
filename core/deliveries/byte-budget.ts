import type { Delivery } from './delivery.ts';
import { hasLargeBody } from './large-body.ts';

/** Most bytes of what one change adds, its records aside: a transaction of DynamoDB takes 4 MB. */
export const maxChangeBytes = 3_000_000;
/** Most bytes of one delivery as it is stored: an item of DynamoDB takes 400 KB. */
const maxDeliveryBytes = 330_000;
/** What stands in the item for a body that lies in S3: its key and its size. */
const largeBodyBytes = 128;

/** What is left of a change's room for deliveries, comments and history. */
export type ByteBudget = {
  left(): number;
  /** Takes so many bytes, or says why there is no room for them. */
  take(bytes: number): string | undefined;
};

/** Makes a budget; whatever is set off by one change draws on the room of that change. */
export function byteBudget(room: number = maxChangeBytes): ByteBudget {
  let left = room;
  return {
    left: () => left,
    take(bytes) {
      if (bytes > left) {
        return `the webhooks, e-mails and comments of this change have too many bytes in all: at most ${maxChangeBytes} can be stored at once`;
      }
      left -= bytes;
      return undefined;
    },
  };
}

/** Takes the room of a delivery, but for a body that goes to S3; or says why there is none for it. */
export function takeDelivery(budget: ByteBudget, delivery: Delivery): string | undefined {
  const bytes = countStored(delivery);
  if (bytes > maxDeliveryBytes) return `the request has ${bytes} bytes; at most ${maxDeliveryBytes} can be stored`;
  return budget.take(bytes);
}

function countStored({ request, ...delivery }: Delivery): number {
  if (request === undefined || !hasLargeBody(request)) return countJson({ ...delivery, request });
  const { body: _, ...head } = request;
  return countJson({ ...delivery, request: head }) + largeBodyBytes;
}

/** The bytes of a value as JSON, which is about what it takes in the table. */
export function countJson(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
