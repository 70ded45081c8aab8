import * as z from 'zod';
import { Where } from '../document/schema-filters.ts';
import { TemplatePart } from '../templates/parts.ts';
import { ExternalValue } from '../tickets/ticket.ts';

/** Methods a webhook may use. */
export const WebhookMethod = z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

const parts = z.array(TemplatePart);

/** How a request proves who it is, as rendered; secrets are names, and tokens are fetched at each attempt. */
export const FrozenAuth = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('basic'), username: parts, password: parts }),
  z.object({ kind: z.literal('bearer'), token: parts }),
  z.object({ kind: z.literal('header'), name: z.string(), value: parts }),
  z.object({
    kind: z.literal('oauth2'),
    tokenUrl: parts,
    clientId: parts,
    clientSecret: parts,
    scope: parts.optional(),
    parameters: z.array(z.tuple([z.string(), parts])),
    sendAs: z.enum(['body', 'basic']),
  }),
]);
export type FrozenAuth = z.infer<typeof FrozenAuth>;

/** A request as it was rendered with the change that caused it: later configuration does not touch it; secrets are names. */
export const FrozenRequest = z.object({
  method: WebhookMethod,
  url: parts,
  headers: z.array(z.tuple([z.string(), parts])),
  body: parts.optional(),
  /** Where a body lies that is too large for the item, as the JSON of its parts; then `body` is absent. */
  bodyAt: z.object({ objectKey: z.string(), bytes: z.int() }).optional(),
  timeoutMs: z.int(),
  auth: FrozenAuth.optional(),
  /** The name of the secret that signs it (Standard Webhooks). */
  sign: z.string().optional(),
});
export type FrozenRequest = z.infer<typeof FrozenRequest>;

/** An e-mail as it was rendered with the change that caused it. */
export const FrozenMail = z.object({
  to: z.array(z.string()),
  subject: z.string(),
  text: z.string(),
  /** Its one recipient is given a link, as it is sent, by which such e-mails are turned off. */
  wayOut: z.literal(true).optional(),
});
export type FrozenMail = z.infer<typeof FrozenMail>;

/** What counts as success, frozen: conditions over the record are decided already, those over the answer remain. */
export const FrozenSuccess = z.object({
  status: z.array(z.int()).optional(),
  where: Where.optional(),
  retry: z.boolean(),
});
export type FrozenSuccess = z.infer<typeof FrozenSuccess>;

/** Which values of an answer are kept, frozen with the delivery. */
export const FrozenCapture = z.object({
  group: z.string(),
  fields: z.array(
    z.object({
      key: z.string(),
      type: z.enum(['boolean', 'dateTime', 'integer', 'number', 'string']),
      parameter: z.string(),
      match: z.string().optional(),
      lookup: z.literal(true).optional(),
    }),
  ),
});
export type FrozenCapture = z.infer<typeof FrozenCapture>;

/** What stopped an attempt. */
const ErrorClass = z.enum(['dns', 'connect', 'tls', 'timeout', 'blocked', 'http', 'template', 'interrupted']);

/** One attempt as stored; its request follows from the delivery's frozen one. */
export const Attempt = z.object({
  number: z.int(),
  startedAt: z.iso.datetime(),
  durationMs: z.int(),
  address: z.string().optional(),
  /** How long the parts took, in milliseconds; a part that did not happen (a pooled connection) is absent. */
  timings: z
    .object({
      dnsMs: z.number().optional(),
      connectMs: z.number().optional(),
      tlsMs: z.number().optional(),
      firstByteMs: z.number().optional(),
    })
    .optional(),
  response: z
    .object({
      status: z.int(),
      headers: z.record(z.string(), z.string()),
      body: z.string(),
      truncated: z.boolean(),
    })
    .optional(),
  error: z.object({ class: ErrorClass, message: z.string() }).optional(),
  /** The values that were kept of the answer, by the keys of their fields. */
  captured: z.record(z.string(), ExternalValue).optional(),
  uncaptured: z.array(z.object({ field: z.string(), reason: z.string() })).optional(),
});
export type Attempt = z.infer<typeof Attempt>;

/** The ticket or member that a delivery is about. */
const DeliveryTarget = z.union([z.object({ ticket: z.string() }), z.object({ member: z.string() })]);

/** What made a delivery; a `notice` tells project managers how an endpoint is doing, a `notification` a team of a ticket. */
export const DeliveryCause = z.object({
  kind: z.enum(['automation', 'run', 'listener', 'test', 'replay', 'notice', 'notification']),
  key: z.string(),
});
export type DeliveryCause = z.infer<typeof DeliveryCause>;

/** Where a delivery stands; only `pending` ones are ever sent. */
export const DeliveryOutcome = z.enum(['pending', 'delivered', 'failed', 'cancelled']);
export type DeliveryOutcome = z.infer<typeof DeliveryOutcome>;

/** One webhook request, or one e-mail, for one target. `attemptsMade` counts settled attempts, `leases` those that were begun. */
export const Delivery = z.object({
  id: z.string(),
  project: z.string(),
  macro: z.string(),
  action: z.string(),
  target: DeliveryTarget,
  cause: DeliveryCause,
  outcome: DeliveryOutcome,
  reason: z.string().optional(),
  /** Absent where the webhook could not be rendered, and with `mail`. */
  request: FrozenRequest.optional(),
  /** In place of `request`. */
  mail: FrozenMail.optional(),
  retry: z.enum(['standard', 'none']),
  success: FrozenSuccess.optional(),
  /** Absent where nothing is captured; a test shows the values and leaves the record untouched. */
  capture: FrozenCapture.optional(),
  /**
   * Set where automations may follow from what is captured: the chain's id, the macros up to this one, all that had run in the
   * chain when this was stored (`ticket/track`), and the listener where that began it.
   */
  follow: z
    .object({
      id: z.string(),
      chain: z.array(z.string()),
      applied: z.array(z.string()),
      listener: z.string().optional(),
    })
    .optional(),
  /** What was captured and is still to be followed: the paths that changed, and when. */
  followUp: z.object({ paths: z.array(z.string()), capturedAt: z.iso.datetime() }).optional(),
  latestOnly: z.literal(true).optional(),
  /** The delivery that was the latest of this endpoint and target before; it is cancelled where it is still pending. */
  supersedes: z.string().optional(),
  maxPerSecond: z.number().optional(),
  /** Set where the URL depends on the target: then a 410 speaks of that target alone. */
  urlHasTag: z.literal(true).optional(),
  /** The delivery whose recorded request this one sends again, under the same `webhook-id`. */
  replayOf: z.string().optional(),
  attemptsMade: z.int(),
  leases: z.int(),
  leasedAt: z.iso.datetime().optional(),
  leaseUntil: z.iso.datetime().optional(),
  /** The token of the sender that holds the lease. */
  leasedBy: z.string().optional(),
  nextAttemptAt: z.iso.datetime().optional(),
  /** The turn that it was given by `maxPerSecond`; it stands as long as `nextAttemptAt` is the same. */
  rateTurnAt: z.iso.datetime().optional(),
  /** When it was set aside first in the last pause of its endpoint that it met. */
  waitsSince: z.iso.datetime().optional(),
  /** The first attempt; later ones are items of their own. */
  firstAttempt: Attempt.optional(),
  /** Set where its content was erased with its ticket: what it came to is all that is kept. */
  erasedAt: z.iso.datetime().optional(),
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
})
  .extend({
    kind: z
      .enum(['email'])
      .optional()
      .describe('Absent for webhooks. An e-mail about an endpoint goes by its macro and action.'),
  })
  .meta({ id: 'ListedDelivery' });
export type ListedDelivery = z.infer<typeof ListedDelivery>;
