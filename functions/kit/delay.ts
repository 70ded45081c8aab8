/** Waits up to this long are the queue's own delay, the most it can do (SQS); longer ones lie in the due index. */
export const maxQueueDelayMs = 900_000;

/** The queue counts whole seconds. One more than that, since clocks differ: a message that comes early is dropped. */
export function delaySeconds(waitMs: number): number {
  return Math.min(maxQueueDelayMs / 1000, Math.max(0, Math.ceil(waitMs / 1000)) + 1);
}
