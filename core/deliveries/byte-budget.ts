import type { FrozenRequest } from './delivery.ts';

/** Most bytes of rendered webhooks that are stored with one change: a transaction of DynamoDB takes 4 MB. */
const maxChangeBytes = 3_000_000;
/** Most bytes of one rendered webhook as it is stored: an item of DynamoDB takes 400 KB. */
const maxRequestBytes = 330_000;

/** What is left of a change's room for rendered webhooks. */
export type ByteBudget = {
  /** Takes a request's room, or says why there is none for it. */
  take(request: FrozenRequest): string | undefined;
};

/** Makes the budget of one change: whatever is set off by it draws on it. */
export function byteBudget(): ByteBudget {
  let left = maxChangeBytes;
  return {
    take(request) {
      const bytes = Buffer.byteLength(JSON.stringify(request));
      if (bytes > maxRequestBytes) return `the request has ${bytes} bytes; at most ${maxRequestBytes} can be stored`;
      if (bytes > left) return `the webhooks of this change have more than ${maxChangeBytes} bytes in all`;
      left -= bytes;
      return undefined;
    },
  };
}
