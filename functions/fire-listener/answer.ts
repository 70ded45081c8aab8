import * as z from 'zod';
import { ActionResult } from '../../core/records/action-result.ts';

/** What became of one thing that was wanted. */
const CallAction = ActionResult.extend({
  kind: z.enum([...ActionResult.shape.kind.options, 'data']),
  action: z.string().optional().describe("The action's key; absent where the listener itself acts."),
  uncaptured: z
    .array(z.object({ field: z.string(), reason: z.string() }))
    .optional()
    .describe('External data that were not stored, and why.'),
});

/** The answer to a call that was taken, whatever came of it. */
export const Fired = z
  .object({
    status: z.literal(200),
    outcome: z
      .enum(['executed', 'filtered', 'missing', 'duplicate'])
      .describe('`filtered`: the record is not within the filter; `duplicate`: this call was executed before.'),
    target: z
      .object({ ticket: z.string().optional(), member: z.string().optional() })
      .optional()
      .describe('The record that was found.'),
    run: z.string().optional().describe('The run of the macro.'),
    actions: z.array(CallAction).optional(),
  })
  .meta({ id: 'Fired' });
export type Fired = z.infer<typeof Fired>;

/** The query of a call; whatever else it has is ignored. */
export const ListenerQuery = z.object({
  find: z
    .string()
    .optional()
    .describe("The record: a ticket's id, a member's e-mail address, or a value from outside that it holds."),
});

/** The headers by which senders name a call: the first that is there counts. */
export const ListenerHeaders = z.object({
  'idempotency-key': z.string().optional().describe('Makes repetitions of this call safe for 24 hours.'),
  'webhook-id': z.string().optional(),
  'x-github-delivery': z.string().optional(),
  'x-atlassian-webhook-identifier': z.string().optional(),
});
