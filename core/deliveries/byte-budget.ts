import type { FrozenRequest } from './delivery.ts';
import { hasLargeBody } from './large-body.ts';

/** Most bytes of rendered webhooks that are stored with one change: a transaction of DynamoDB takes 4 MB. */
const maxChangeBytes = 3_000_000;
/** Most bytes of one rendered webhook as it is stored: an item of DynamoDB takes 400 KB. */
const maxRequestBytes = 330_000;
/** What stands in the item for a body that lies in S3: its key and its size. */
const largeBodyBytes = 128;

/** What is left of a change's room for rendered webhooks. */
export type ByteBudget = {
  /** Takes a request's room, or says why there is none for it. */
  take(request: FrozenRequest): string | undefined;
};

/** Makes the budget of one change: whatever is set off by it draws on it, but for bodies that go to S3. */
export function byteBudget(): ByteBudget {
  let left = maxChangeBytes;
  return {
    take(request) {
      const bytes = countStored(request);
      if (bytes > maxRequestBytes) return `the request has ${bytes} bytes; at most ${maxRequestBytes} can be stored`;
      if (bytes > left) return `the webhooks of this change have more than ${maxChangeBytes} bytes in all`;
      left -= bytes;
      return undefined;
    },
  };
}

function countStored(request: FrozenRequest): number {
  if (!hasLargeBody(request)) return Buffer.byteLength(JSON.stringify(request));
  const { body: _, ...head } = request;
  return Buffer.byteLength(JSON.stringify(head)) + largeBodyBytes;
}
