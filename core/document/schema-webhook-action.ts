import * as z from 'zod';
import { Where } from './schema-filters.ts';
import { Key, Template, VariableName } from './schema-names.ts';

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
const mediaType =
  /^(json|form|[A-Za-z0-9!#$&^_.+-]{1,60}\/[A-Za-z0-9!#$&^_.+-]{1,120}(\s*;\s*[A-Za-z0-9-]+=("[^"]*"|[^\s;"]+))*)$/;

/** How a webhook proves who it is. */
const WebhookAuth = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('basic'), username: Template, password: Template }).describe('HTTP Basic.'),
    z.strictObject({ kind: z.literal('bearer'), token: Template.min(1) }).describe('A bearer token.'),
    z
      .strictObject({
        kind: z.literal('header'),
        name: z.string().regex(headerName, 'the name of a header'),
        value: Template.min(1),
      })
      .describe('A header of its own.'),
    z
      .strictObject({
        kind: z.literal('oauth2'),
        tokenUrl: Template.min(1),
        clientId: Template.min(1),
        clientSecret: Template.min(1),
        scope: Template.optional(),
        parameters: z
          .record(z.string().min(1).max(100), Template)
          .default({})
          .describe('Further form parameters, such as audience.'),
        sendAs: z.enum(['body', 'basic']).default('body').describe('Where the client id and secret go.'),
      })
      .describe('OAuth 2.0 client credentials; the token is cached until it expires and refreshed once on 401.'),
  ])
  .describe('How the webhook proves who it is; values may be ((secret.name)).');

/** When an answer counts as success. */
const WebhookSuccess = z
  .strictObject({
    status: z.array(z.int().min(100).max(599)).min(1).optional().describe('The statuses that count; default any 2xx.'),
    where: Where.optional().describe('Conditions over the answer; a field that starts with / points into it.'),
    retry: z.boolean().default(false).describe('Try again where the status counts but the conditions do not hold.'),
  })
  .describe('When an answer counts as success; default any 2xx.');

/** Sends one HTTP request. */
export const WebhookAction = z
  .strictObject({
    kind: z.literal('webhook'),
    key: Key.optional().describe('Names the action in deliveries; default is kind and place, such as webhook-1.'),
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
    url: Template.min(1).describe('https://…, or a ((var.name)) or ((secret.name)) that holds its start.'),
    headers: z.record(z.string().regex(headerName, 'the name of a header'), Template).default({}),
    auth: WebhookAuth.optional(),
    contentType: z
      .string()
      .regex(mediaType, 'json, form or a media type such as application/json-patch+json')
      .default('json')
      .describe('json, form, or any media type by name.'),
    body: z
      .union([Template, z.record(z.string().min(1).max(200), Template)])
      .optional()
      .describe('A text; for contentType form a map of names to values. None with GET.'),
    success: WebhookSuccess.optional(),
    capture: Key.optional().describe('The external data group that keeps values of the answer.'),
    retry: z.enum(['standard', 'none']).default('standard').describe('none: for calls that must not repeat.'),
    sign: VariableName.optional().describe('The name of a secret: adds a Standard Webhooks signature.'),
    timeoutSeconds: z.int().min(1).max(30).default(15),
    maxPerSecond: z.number().positive().max(1_000).optional(),
    latestOnly: z
      .boolean()
      .optional()
      .describe('A newer delivery cancels older pending ones for the same target. Default for PUT and PATCH.'),
  })
  .describe('Sends one HTTP request.');
