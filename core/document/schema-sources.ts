import * as z from 'zod';
import { ApiKeyPrefix } from '../keys/api-key.ts';
import { Email, Key, Name, Parameter, StatusKey } from './schema-names.ts';
import { Signature } from './schema-signatures.ts';

/** Most requests a minute that a limit can let through; more than one counter item can take. */
const maxRequestsPerMinute = 60_000;

/** Keys by which an endpoint was known before; its old URLs go on working. */
export const Aliases = z.array(Key).max(20).default([]).describe('Former keys: their URLs go on working.');

/** How many calls a minute an endpoint takes from one address, and ten times as many in all (docs/decisions/0034). */
export const MaxPerMinute = z
  .int()
  .min(1)
  .max(maxRequestsPerMinute)
  .describe('Calls a minute from one address, and ten times as many in all; each report of a batch counts.');

const allowedOrigin = /^(\*|https?:\/\/[a-z0-9.:[\]-]+)$/;

/** An endpoint that creates tickets. */
export const ExternalSource = z
  .strictObject({
    key: Key.describe('The last word of its URL.'),
    name: Name,
    aliases: Aliases,
    feedbackType: Key,
    apiKey: ApiKeyPrefix.optional().describe('The prefix of the API key that opens it. A key, a signature or both.'),
    signature: Signature.optional(),
    state: z
      .strictObject({ team: Key, workflow: Key, status: StatusKey })
      .optional()
      .describe('The state of new tickets. Without it every request must give a status.'),
    statusParameter: Parameter.default('status').describe('Carries the status where no state is configured.'),
    submitter: Parameter.default('submitter').describe("Carries the submitter's e-mail address."),
    defaultSubmitter: Email.optional().describe('Takes the place of a missing or unmatched submitter.'),
    fields: z
      .record(Key, Parameter)
      .default({})
      .describe("Maps our field keys to the sender's parameters: a property, or a JSON Pointer."),
    group: z
      .strictObject({
        by: z.array(Parameter).min(1).max(10).describe('Fields or parameters that must be equal.'),
        add: Key.describe('The number field that is raised.'),
      })
      .optional()
      .describe('Repeated reports raise a field of the open ticket instead of creating another.'),
    keepRejected: z.boolean().default(false).describe('Keep rejected submissions for 14 days.'),
    allowedOrigins: z
      .array(z.string().regex(allowedOrigin, 'an origin such as https://forms.example.com, without a path, or *'))
      .max(50)
      .default([])
      .describe('Origins of browsers that may call (CORS): a convenience, no protection.'),
    maxPerMinute: MaxPerMinute.optional(),
    advanced: z
      .strictObject({
        runAutomations: z.boolean().default(true).describe('A submission triggers automations.'),
        notify: z.boolean().default(true).describe('A submission triggers notifications.'),
      })
      .prefault({}),
  })
  .describe('An endpoint that creates tickets.');
