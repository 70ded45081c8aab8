import * as z from 'zod';
import { Duration, VariableName } from './schema-names.ts';

/** Signature schemes that come with the product. */
export const SignaturePreset = z.enum([
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
export type SignaturePreset = z.infer<typeof SignaturePreset>;

/** A signature scheme as data: everything that sets one sender's signatures apart from another's. */
const SignatureScheme = z
  .strictObject({
    header: z
      .string()
      .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, 'the name of a header')
      .describe('Carries the signature.'),
    separator: z
      .string()
      .min(1)
      .max(3)
      .optional()
      .describe('Stands between several signatures, or between the parts of a header such as t=…,v1=…'),
    prefix: z.string().max(40).optional().describe('Stands before the signature, such as sha256= or v0=.'),
    digest: z.enum(['sha1', 'sha256', 'sha512']).default('sha256'),
    encoding: z.enum(['hex', 'base64']).default('hex'),
    message: z
      .array(z.string().min(1).max(100))
      .min(1)
      .max(20)
      .default(['body'])
      .describe('What is signed, joined: timestamp, id, body, url, method; any other text stands for itself.'),
    urlDecodes: z
      .string()
      .min(1)
      .max(40)
      .optional()
      .describe('Characters that the sender signs as themselves, though they are percent-encoded in the URL it calls.'),
    timestampHeader: z.string().min(1).max(100).optional().describe('Carries the timestamp that the message names.'),
    timestampPrefix: z
      .string()
      .min(1)
      .max(40)
      .optional()
      .describe('Stands before the timestamp, where it is one part of its header, such as t=.'),
    timestampUnit: z
      .enum(['s', 'ms', 'iso'])
      .default('s')
      .describe('Seconds or milliseconds since 1970, or a date of RFC 3339 with its time zone.'),
    idHeader: z.string().min(1).max(100).optional().describe('Carries the id that the message names.'),
    secretEncoding: z
      .enum(['text', 'base64'])
      .default('text')
      .describe(
        'How the secret is written: its own bytes are the key, or those of its Base64, with or without whsec_.',
      ),
    tolerance: Duration.optional().describe(
      'How far the timestamp may be off, 5m unless given. Without one in the message: for how long a signature that was accepted is accepted again.',
    ),
  })
  .describe('A signature scheme as data.');
export type SignatureScheme = z.infer<typeof SignatureScheme>;

/** How callers sign, and the secret they sign with. */
export const Signature = z
  .strictObject({
    scheme: z.union([SignaturePreset, SignatureScheme]).describe('A preset by name, or a scheme as data.'),
    secret: z
      .union([VariableName, z.array(VariableName).min(1).max(5)])
      .describe('The name of a secret, or several during a rotation.'),
  })
  .describe('Callers sign the raw bytes of their request.');
export type Signature = z.infer<typeof Signature>;
