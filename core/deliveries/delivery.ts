import * as z from 'zod';
import { TemplatePart } from '../templates/parts.ts';

/** Methods a webhook may use. */
export const WebhookMethod = z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** A request as it was rendered with the change that caused it: later configuration does not touch it; secrets are names. */
export const FrozenRequest = z.object({
  method: WebhookMethod,
  url: z.array(TemplatePart),
  headers: z.array(z.tuple([z.string(), z.array(TemplatePart)])),
  body: z.array(TemplatePart).optional(),
  timeoutMs: z.int(),
});
export type FrozenRequest = z.infer<typeof FrozenRequest>;

/** What stopped an attempt. */
const ErrorClass = z.enum(['dns', 'connect', 'tls', 'timeout', 'blocked', 'http', 'template', 'interrupted']);

/** One attempt as stored; its request follows from the delivery's frozen one. */
export const Attempt = z.object({
  number: z.int(),
  startedAt: z.iso.datetime(),
  durationMs: z.int(),
  address: z.string().optional(),
  response: z
    .object({
      status: z.int(),
      headers: z.record(z.string(), z.string()),
      body: z.string(),
      truncated: z.boolean(),
    })
    .optional(),
  error: z.object({ class: ErrorClass, message: z.string() }).optional(),
});
export type Attempt = z.infer<typeof Attempt>;

/** The ticket or member that a delivery is about. */
const DeliveryTarget = z.union([z.object({ ticket: z.string() }), z.object({ member: z.string() })]);

/** What made a delivery: an automation, or a person's run. */
export const DeliveryCause = z.object({ kind: z.enum(['automation', 'run']), key: z.string() });
export type DeliveryCause = z.infer<typeof DeliveryCause>;

/** Where a delivery stands; only `pending` ones are ever sent. */
export const DeliveryOutcome = z.enum(['pending', 'delivered', 'failed', 'cancelled']);
export type DeliveryOutcome = z.infer<typeof DeliveryOutcome>;

/** One webhook request for one target. `attemptsMade` counts settled attempts, `leases` those that were begun. */
export const Delivery = z.object({
  id: z.string(),
  project: z.string(),
  macro: z.string(),
  action: z.string(),
  target: DeliveryTarget,
  cause: DeliveryCause,
  outcome: DeliveryOutcome,
  reason: z.string().optional(),
  /** Absent where the webhook could not be rendered. */
  request: FrozenRequest.optional(),
  retry: z.enum(['standard', 'none']),
  attemptsMade: z.int(),
  leases: z.int(),
  leasedAt: z.iso.datetime().optional(),
  leaseUntil: z.iso.datetime().optional(),
  /** The token of the sender that holds the lease. */
  leasedBy: z.string().optional(),
  nextAttemptAt: z.iso.datetime().optional(),
  /** The first attempt; later ones are items of their own. */
  firstAttempt: Attempt.optional(),
  createdAt: z.iso.datetime(),
});
export type Delivery = z.infer<typeof Delivery>;

/** What lists of deliveries show; attempts and request are left out. */
export const ListedDelivery = Delivery.pick({
  id: true,
  project: true,
  macro: true,
  action: true,
  target: true,
  outcome: true,
  createdAt: true,
}).meta({ id: 'ListedDelivery' });
export type ListedDelivery = z.infer<typeof ListedDelivery>;
