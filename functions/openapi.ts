import * as z from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverride,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { ErrorBody } from '../core/reply-errors.ts';
import { isClosedByArchive } from './closed-by-archive.ts';
import { pathParameters } from './path-parameters.ts';
import { refusals } from './refusals.ts';
import { type RouteDescription, routeDescriptions } from './route-descriptions.ts';
import { type Route, routes } from './routes.ts';

const description = `Feedback comes in through external sources and goes out as webhooks.

Every answer carries \`x-request-id\`, by which the logs are searched. A refusal repeats its status, says in a sentence
what to do, and lists every rejected parameter at once.

Checks run in this order: route (404), method (405, with \`Allow\`), key or token (401), project and source (404), whether
the key opens the source (403), size (413), content type (415), JSON and fields (400).`;

const securitySchemes = {
  'api-key': { type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'An API key, `<prefix>-<secret>`.' },
  'api-key-bearer': { type: 'http', scheme: 'bearer', description: 'An API key as a bearer token.' },
  'api-key-query': { type: 'apiKey', in: 'query', name: 'apiKey', description: 'For callers that can set no header.' },
  'upload-capability': {
    type: 'apiKey',
    in: 'query',
    name: 'upload',
    description:
      'What takes the place of a key in the addresses for files; it works for 7 days, for one field or one file.',
  },
  'sign-in': {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      "A person's ID token of the OIDC issuer, or a machine's access token with a scope such as `feedbridge/observer`.",
  },
} as const;

const byKey = [{ 'api-key': [] }, { 'api-key-bearer': [] }, { 'api-key-query': [] }];
const byCapability = [{ 'upload-capability': [] }, ...byKey];
const bySignIn = [{ 'sign-in': [] }];

// Every refusal has the same shape; the gateway refuses a token by itself, in a shape of its own.
const responses: Record<string, ZodOpenApiResponseObject> = {
  UnknownPerson: {
    description: 'The bearer token is missing or not valid. The gateway says so, in a body of its own.',
    content: {
      'application/json': { schema: z.object({ message: z.string() }), example: { message: 'Unauthorized' } },
    },
  },
  ...Object.fromEntries(
    Object.values(refusals).map(({ id, example, ...refusal }) => [
      id,
      { ...refusal, content: { 'application/json': { schema: ErrorBody, example } } },
    ]),
  ),
};

const descriptions = new Map<string, RouteDescription>(Object.entries(routeDescriptions));

/** The OpenAPI 3.1 description of every route, for an API that answers at `apiOrigin`. */
export function describeApi(apiOrigin: string) {
  const paths: ZodOpenApiPathsObject = {};
  const tags = new Set<string>();
  for (const [name, route] of Object.entries<Route>(routes)) {
    const described = descriptions.get(name);
    if (described === undefined) throw new Error(`the route ${name} is not described`);
    tags.add(described.tag);
    paths[route.path] = { ...paths[route.path], [methodName(route)]: describeRoute(name, route, described) };
  }
  return createDocument(
    {
      openapi: '3.1.1',
      info: { title: 'Feedbridge', version: '1', description },
      servers: [{ url: apiOrigin }],
      tags: [...tags].map((tag) => ({ name: tag })),
      paths,
      components: { securitySchemes, responses: { ...responses } },
    },
    { override: simplify },
  );
}

function describeRoute(name: string, route: Route, described: RouteDescription): ZodOpenApiOperationObject {
  const { tag, summary, description, query, headers, body } = described;
  const variables = [...route.path.matchAll(/\{([a-z]+)\}/g)].map(([, variable = '']) => variable);
  return {
    operationId: name,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: securityOf(route, described),
    requestParams: {
      path: z.object(Object.fromEntries(variables.map((variable) => [variable, pathParameter(variable)]))),
      ...(query === undefined ? {} : { query }),
      ...(headers === undefined ? {} : { header: headers }),
    },
    ...(body === undefined ? {} : { requestBody: { required: true, content: { ...body } } }),
    responses: describeAnswers(route, described),
  };
}

function securityOf({ authorised }: Route, { refusals: statuses, query }: RouteDescription) {
  if (authorised) return bySignIn;
  if (!statuses.includes(401)) return [];
  return query !== undefined && 'upload' in query.shape ? byCapability : byKey;
}

function describeAnswers({ authorised, method, path }: Route, described: RouteDescription): ZodOpenApiResponsesObject {
  const good = Object.entries(described.answers).map(([status, { headers, content, ...answer }]) => [
    status,
    {
      ...answer,
      ...(headers === undefined ? {} : { headers }),
      ...(content === undefined ? {} : { content: { ...content } }),
    },
  ]);
  const isClosed = isClosedByArchive(`${method} ${path}`) && !described.refusals.includes(409);
  const refused = [...described.refusals, ...(isClosed ? [409 as const] : [])].map((status) => {
    const id = status === 401 && authorised ? 'UnknownPerson' : refusals[status].id;
    return [String(status), { $ref: `#/components/responses/${id}` }];
  });
  return Object.fromEntries([...good, ...refused]);
}

function pathParameter(name: string): z.ZodType {
  const schema = pathParameters[name];
  if (schema === undefined) throw new Error(`the path variable {${name}} is not described`);
  return schema;
}

function methodName(route: Route) {
  const names = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const;
  return names[route.method];
}

/** Lets answers gain properties without breaking callers that validate them, and leaves out limits that say nothing. */
const simplify: ZodOpenApiOverride = ({ jsonSchema, io, zodSchema }) => {
  const { type } = zodSchema._zod.def;
  if (type === 'object' && io === 'output') delete jsonSchema.additionalProperties;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
};
