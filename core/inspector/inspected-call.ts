import * as z from 'zod';

/** One call of an inspected endpoint as it is kept, sealed. */
export const InspectedCall = z.object({
  at: z.iso.datetime(),
  requestId: z.string(),
  method: z.string(),
  query: z.string(),
  contentType: z.string().optional(),
  status: z.int(),
  outcome: z.string(),
  reason: z.string().optional(),
  ticket: z.string().optional(),
  bytes: z.int(),
  /** The body in base64, as far as it is kept. */
  body: z.string(),
});
export type InspectedCall = z.infer<typeof InspectedCall>;
