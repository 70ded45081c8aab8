/** The queue counts whole seconds. One more than that, since clocks differ: a message that comes early is dropped. */
export function delaySeconds(waitMs: number): number {
  return Math.min(900, Math.max(0, Math.ceil(waitMs / 1000)) + 1);
}
