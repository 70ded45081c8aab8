import * as z from 'zod';
import { ApiKeyPrefix } from '../keys/api-key.ts';
import { Duration, Email, Key, Name, Parameter, StatusKey, VariableName } from './schema-names.ts';

/** Most requests a minute that a limit can let through; more than one counter item can take. */
const maxRequestsPerMinute = 60_000;

/** Signature schemes that come with the product. */
const SignaturePreset = z.enum([
  'standard-webhooks',
  'github',
  'jira',
  'slack',
  'zendesk',
  'sentry',
  'shippo',
  'hubspot',
  'linear',
]);

/** A signature scheme as data. */
const SignatureScheme = z
  .strictObject({
    header: z
      .string()
      .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, 'the name of a header')
      .describe('Carries the signature.'),
    prefix: z.string().max(40).optional().describe('Stands before the signature, such as sha256= or v0=.'),
    digest: z.enum(['sha1', 'sha256', 'sha512']).default('sha256'),
    encoding: z.enum(['hex', 'base64']).default('hex'),
    message: z
      .array(z.string().min(1).max(100))
      .min(1)
      .max(20)
      .default(['body'])
      .describe('What is signed, joined: timestamp, id, body, url, method; any other text stands for itself.'),
    timestampHeader: z.string().min(1).max(100).optional().describe('Carries the timestamp that the message names.'),
    idHeader: z.string().min(1).max(100).optional().describe('Carries the id that the message names.'),
    tolerance: Duration.optional().describe('How far the timestamp may be off, such as 5m.'),
  })
  .describe('A signature scheme as data.');

/** How callers sign, and the secret they sign with. */
export const Signature = z
  .strictObject({
    scheme: z.union([SignaturePreset, SignatureScheme]).describe('A preset by name, or a scheme as data.'),
    secret: z
      .union([VariableName, z.array(VariableName).min(1).max(5)])
      .describe('The name of a secret, or several during a rotation.'),
  })
  .describe('Callers sign the raw bytes of their request.');

/** Keys by which an endpoint was known before; its old URLs go on working. */
export const Aliases = z.array(Key).max(20).default([]).describe('Former keys: their URLs go on working.');

/** How many calls a minute an endpoint takes, per caller address and in all. */
export const MaxPerMinute = z
  .int()
  .min(1)
  .max(maxRequestsPerMinute)
  .describe('Calls a minute, per caller address and in all.');

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
        by: z
          .array(z.union([Key, Parameter]))
          .min(1)
          .max(10)
          .describe('Fields or parameters that must be equal.'),
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
