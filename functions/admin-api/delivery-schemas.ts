import * as z from 'zod';
import { Attempt, Delivery, WebhookMethod } from '../../core/deliveries/delivery.ts';
import { ExternalValue } from '../../core/tickets/ticket.ts';

/** A request as people read it, secrets as the tags that name them. */
export const ShownRequest = z.object({
  method: z.enum([...WebhookMethod.options, 'MAIL']).describe('`MAIL` of an e-mail.'),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string().describe('The first 16 KB of it.'),
  truncated: z.boolean(),
  bodyBytes: z.int().optional().describe('The size of the whole body, where not all of it is shown.'),
});

/** One attempt of a delivery as it is shown. */
export const DeliveryAttempt = Attempt.extend({
  request: ShownRequest,
  captured: z.record(z.string(), ExternalValue).describe('The values that were kept of the answer.'),
  uncaptured: z.array(z.object({ field: z.string(), reason: z.string() })),
}).meta({ id: 'DeliveryAttempt' });
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

/** A delivery with all of its attempts, secrets as the tags that name them. */
export const DeliveryDetail = Delivery.pick({
  id: true,
  project: true,
  macro: true,
  action: true,
  target: true,
  cause: true,
  outcome: true,
  reason: true,
  retry: true,
  createdAt: true,
  nextAttemptAt: true,
  replayOf: true,
  supersedes: true,
  mail: true,
})
  .extend({
    request: ShownRequest.optional().describe('As it is sent; absent where it could not be rendered.'),
    attempts: z.array(DeliveryAttempt),
  })
  .meta({ id: 'Delivery' });
export type DeliveryDetail = z.infer<typeof DeliveryDetail>;
