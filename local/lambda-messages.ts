import * as z from 'zod';

/** What an instance is started with. */
export const WorkerStart = z.object({
  module: z.string(),
  exportName: z.string(),
  functionName: z.string(),
  functionArn: z.string(),
  memoryMb: z.number(),
});
export type WorkerStart = z.infer<typeof WorkerStart>;

/** One event for an instance; `deadline` is in milliseconds since the epoch. */
export const WorkRequest = z.object({ event: z.string(), requestId: z.string(), deadline: z.number() });
export type WorkRequest = z.infer<typeof WorkRequest>;

/** What an instance says of an event; the payload is JSON. */
export const WorkerReply = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('answered'), payload: z.string() }),
  z.object({ outcome: z.literal('threw'), error: z.string() }),
]);
export type WorkerReply = z.infer<typeof WorkerReply>;
