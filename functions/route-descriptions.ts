import * as z from 'zod';
import { additionDescriptions } from './addition-descriptions.ts';
import { adminDescriptions } from './admin-descriptions.ts';
import { SignInMetadata } from './answer-rest/sign-in-metadata.ts';
import { json } from './describe-route.ts';
import { fileDescriptions } from './file-descriptions.ts';
import { Fired, ListenerHeaders, ListenerQuery } from './fire-listener/answer.ts';
import { ReceiveHeaders, ReceiveQuery } from './kit/call-options.ts';
import { ChoiceQuery, NotificationsQuery } from './leave-notifications/request.ts';
import { BatchAnswer, Created, DryRun, Grouped } from './receive-feedback/answer.ts';
import type { RefusalStatus } from './refusals.ts';
import type { RouteName } from './routes.ts';

/** Bodies by media type: a schema, or a reference to one that is described elsewhere, and an example. */
export type Content = Readonly<Record<string, { schema: z.ZodType | { $ref: string }; example?: unknown }>>;

/** What a route takes and answers; the schemas are those that its function validates with. */
export type RouteDescription = {
  tag: string;
  summary: string;
  description?: string;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: Content;
  /** The answers that are no refusals, by status. */
  answers: Readonly<Record<number, { description: string; headers?: z.ZodObject; content?: Content }>>;
  /** The statuses of the refusals. */
  refusals: readonly RefusalStatus[];
};

const Report = z.record(z.string(), z.unknown()).meta({
  id: 'Report',
  description: "A report: its properties are the parameters that the source maps to fields, and the submitter's.",
});

const Reports = z.array(Report).min(1).max(100);

const createdExample: z.infer<typeof Created> = {
  status: 201,
  ticket: {
    id: 'BUG-0001',
    feedbackType: 'issues',
    state: { team: 'beta-support', workflow: 'default', status: 'New' },
    submitter: 'jim@example.com',
    createdAt: '2026-11-21T09:00:00.000Z',
  },
  files: [
    {
      field: 'screenshot',
      parameter: 'screenshot',
      endpoint:
        'https://api.example.com/api/v1/projects/apollo/feedback/appcrashlog/BUG-0001/files/screenshot?upload=…',
      upload: {
        method: 'POST',
        url: 'https://attachments.s3.eu-central-1.amazonaws.com',
        fields: { key: 'attachments/apollo/BUG-0001/screenshot/1', policy: 'e30=' },
        expiresAt: '2026-11-21T10:00:00.000Z',
        maxBytes: 2_147_483_648,
      },
    },
  ],
  ignoredParameters: ['sumary'],
};

const TicketHeaders = z.object({
  Location: z.string().describe("The ticket's address."),
  'Idempotency-Replayed': z.literal('true').optional().describe('Present where the call was made before.'),
});

const receiveFeedback: RouteDescription = {
  tag: 'Feedback',
  summary: 'Create a ticket',
  description:
    "The body is a JSON object keyed by the source's parameters. A call that is repeated with the same `Idempotency-Key` and body within 24 hours answers with the ticket that it created. A source may ask for a signature over the raw bytes, in place of the key or beside it.",
  query: ReceiveQuery,
  headers: z.object({ 'Idempotency-Key': ReceiveHeaders.shape['idempotency-key'] }),
  body: {
    'application/json': {
      schema: Report,
      example: { summary: 'Crash on start', severity: 'High', submitter: 'jim@example.com' },
    },
  },
  answers: {
    200: {
      description:
        'The report was counted on an open ticket of its group (`grouped`), which is the ticket here. Or a dry run: it would be accepted.',
      headers: TicketHeaders,
      content: { 'application/json': { schema: z.union([Grouped, DryRun]) } },
    },
    201: {
      description: 'The ticket, and a form for S3 for each attachment field.',
      headers: TicketHeaders,
      content: { 'application/json': { schema: Created, example: createdExample } },
    },
  },
  refusals: [401, 404, 403, 429, 413, 415, 400, 422, 503],
};

function fireListener(what: 'ticket' | 'member'): RouteDescription {
  const found =
    what === 'ticket' ? "its id or a value from outside that it holds, such as an issue's key" : 'an e-mail address';
  return {
    tag: 'Listeners',
    summary: `Act on a ${what}`,
    description: `The record is found by ${found}, in the URL or in the body as the listener says. A body of any kind is taken where the listener runs a macro; comments and data are read from a JSON object. A call that was executed within 24 hours and comes again under the same name (\`Idempotency-Key\` or the sender's own header) does nothing.`,
    query: ListenerQuery,
    headers: ListenerHeaders,
    answers: {
      200: {
        description: 'What came of it; or the reply that the listener is configured to give.',
        content: { 'application/json': { schema: Fired, example: firedExample } },
      },
    },
    refusals: [401, 404, 403, 429, 413, 400, 409, 503],
  };
}

const firedExample: z.infer<typeof Fired> = {
  status: 200,
  outcome: 'executed',
  target: { ticket: 'BUG-0001' },
  run: '0qUfPWMEqdRl7wXK3hAB',
  actions: [{ kind: 'workflow', action: 'workflow-1', outcome: 'applied' }],
};

/** The description of every route, by its name. */
export const routeDescriptions: Readonly<Record<RouteName, RouteDescription>> = {
  'receive-feedback': receiveFeedback,
  'receive-batch': {
    tag: 'Feedback',
    summary: 'Create tickets from a batch of reports',
    description:
      'Up to 100 reports, in one array or as `reports`. Each is taken by itself and answered as though it had come alone: what is wrong with one keeps no other back. With an `Idempotency-Key` the whole batch may be repeated.',
    query: ReceiveQuery,
    headers: z.object({ 'Idempotency-Key': ReceiveHeaders.shape['idempotency-key'] }),
    body: json(z.union([Reports, z.object({ reports: Reports })]).meta({ id: 'Batch' }), [
      { summary: 'Crash on start' },
      { summary: 'Crash on exit' },
    ]),
    answers: {
      200: { description: 'The answer to each report, in its order.', content: json(BatchAnswer) },
    },
    refusals: [401, 404, 403, 429, 413, 415, 400, 503],
  },
  ...additionDescriptions,
  ...fileDescriptions,
  'fire-feedback-listener': fireListener('ticket'),
  'fire-feedback-listener-by-get': fireListener('ticket'),
  'fire-feedback-listener-by-put': fireListener('ticket'),
  'fire-user-listener': fireListener('member'),
  'fire-user-listener-by-get': fireListener('member'),
  'fire-user-listener-by-put': fireListener('member'),
  'show-notifications': {
    tag: 'Notifications',
    summary: 'Ask whether a person gets e-mails about tickets',
    description: 'A page with a button, to which the e-mails to teams link. It changes nothing.',
    query: NotificationsQuery,
    answers: { 200: { description: 'A page.', content: { 'text/html': { schema: z.string() } } } },
    refusals: [404],
  },
  'leave-notifications': {
    tag: 'Notifications',
    summary: 'Turn off the e-mails about tickets',
    description:
      'Mail programs call it for their own button as well (RFC 8058), so that no body is needed. It works for the one person and project that the link is for, as often as it is called.',
    query: ChoiceQuery,
    answers: { 200: { description: 'The page.', content: { 'text/html': { schema: z.string() } } } },
    refusals: [404, 400, 503],
  },
  ...adminDescriptions,
  'read-sign-in': {
    tag: 'Reference',
    summary: 'Read how to sign in',
    description: 'Metadata of a protected resource (RFC 9728), with the client for people in `feedbridge_client_id`.',
    answers: {
      200: { description: 'Whose tokens count.', content: { 'application/json': { schema: SignInMetadata } } },
    },
    refusals: [],
  },
  'read-openapi': {
    tag: 'Reference',
    summary: 'Read this description',
    answers: { 200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: z.looseObject({}) } } } },
    refusals: [],
  },
  'read-docs': {
    tag: 'Reference',
    summary: 'Read this description as a page',
    answers: { 200: { description: 'A page.', content: { 'text/html': { schema: z.string() } } } },
    refusals: [],
  },
  'read-docs-file': {
    tag: 'Reference',
    summary: 'Read what the page loads',
    answers: { 200: { description: 'A script, a style or an image.' } },
    refusals: [404],
  },
};
