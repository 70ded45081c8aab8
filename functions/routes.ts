import * as z from 'zod';
import { adminRoutes } from './admin-routes.ts';
import { Created, DryRun } from './receive-feedback/answer.ts';
import type { RefusalStatus } from './refusals.ts';

/** The Lambda functions, by the name that their folder, construct and log share. */
export const functionNames = [
  'receive-feedback',
  'queue-delivery',
  'send-webhook',
  'tick',
  'run-macro',
  'admin-api',
  'answer-rest',
] as const;

/** The name of one Lambda function. */
export type FunctionName = (typeof functionNames)[number];

/** Bodies by media type: a schema, or a reference to one that is described elsewhere, and an example. */
export type Content = Readonly<Record<string, { schema: z.ZodType | { $ref: string }; example?: unknown }>>;

/** One answer that is not a refusal. */
export type RouteAnswer = { description: string; headers?: z.ZodObject; content?: Content };

/** One HTTP route: what the gateway matches, who answers, whether the gateway checks a bearer token first, and how it is described. */
export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: `/${string}`;
  handledBy: FunctionName;
  authorised: boolean;
  /** Pages of the source's allowed origins may call it, so preflights are answered. */
  crossOrigin?: true;
  tag: string;
  summary: string;
  description?: string;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: Content;
  answers: Readonly<Record<number, RouteAnswer>>;
  refusals: readonly RefusalStatus[];
};

const receiveFeedback: Route = {
  method: 'POST',
  path: '/api/v1/projects/{project}/feedback/{source}',
  handledBy: 'receive-feedback',
  authorised: false,
  crossOrigin: true,
  tag: 'Feedback',
  summary: 'Create a ticket',
  description:
    "The body is a JSON object keyed by the source's parameters. A call that is repeated with the same `Idempotency-Key` and body within 24 hours answers with the ticket it created.",
  query: z.object({
    dryRun: z.enum(['true', 'false']).optional().describe('`true` validates the report and creates nothing.'),
  }),
  headers: z.object({
    'Idempotency-Key': z
      .string()
      .min(1)
      .max(255)
      .optional()
      .describe('Any text that is new for each report; remembered per source for 24 hours.'),
  }),
  body: {
    'application/json': {
      schema: z.record(z.string(), z.unknown()).meta({
        id: 'Report',
        description: "A report: its properties are the parameters that the source maps to fields, and the submitter's.",
      }),
      example: { summary: 'Crash on start', severity: 'High', submitter: 'jim@example.com' },
    },
  },
  answers: {
    200: {
      description: 'A dry run: the report would be accepted.',
      content: { 'application/json': { schema: DryRun } },
    },
    201: {
      description: 'The ticket, and a form for S3 for each attachment field.',
      headers: z.object({
        Location: z.string().describe("The ticket's address."),
        'Idempotency-Replayed': z.literal('true').optional().describe('Present where the ticket existed already.'),
      }),
      content: { 'application/json': { schema: Created } },
    },
  },
  refusals: [401, 404, 403, 413, 415, 400, 422, 503],
};

const readOpenapi: Route = {
  method: 'GET',
  path: '/openapi.json',
  handledBy: 'answer-rest',
  authorised: false,
  tag: 'Reference',
  summary: 'Read this description',
  answers: { 200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: z.looseObject({}) } } } },
  refusals: [],
};

const readDocs: Route = {
  method: 'GET',
  path: '/docs',
  handledBy: 'answer-rest',
  authorised: false,
  tag: 'Reference',
  summary: 'Read this description as a page',
  answers: { 200: { description: 'A page.', content: { 'text/html': { schema: z.string() } } } },
  refusals: [],
};

const readDocsFile: Route = {
  method: 'GET',
  path: '/docs/{file}',
  handledBy: 'answer-rest',
  authorised: false,
  tag: 'Reference',
  summary: 'Read what the page loads',
  answers: { 200: { description: 'A script, a style or an image.' } },
  refusals: [404],
};

/** Every HTTP route of the product, by its name. */
export const routes = {
  'receive-feedback': receiveFeedback,
  ...adminRoutes,
  'read-openapi': readOpenapi,
  'read-docs': readDocs,
  'read-docs-file': readDocsFile,
} satisfies Record<string, Route>;

/** The name of one route. */
export type RouteName = keyof typeof routes;
