import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BearerChecker } from './bearer-check.ts';
import type { Functions } from './functions.ts';
import { type Answer, gatewayAnswer, type SentRequest, toAnswer, toEvent } from './http-event.ts';
import { Api, Integration, Route } from './known-resources.ts';
import type { Lambda } from './lambda.ts';
import { matchRoute, parseRouteKey, type RouteMatch, type RoutePattern } from './path-match.ts';
import type { Provisioned } from './provision.ts';
import { readBody } from './read-body.ts';
import { StartError } from './start-error.ts';
import { type Assembly, resourcesOf } from './template.ts';

// Request line and headers together, as an HTTP API counts them (API Gateway quotas).
const maxHeaderBytes = 10_240;
// What fits into a function's 6 MB event in Base64.
const maxBodyBytes = 4_400_000;
// An HTTP API waits no longer for an integration.
const maxWaitMs = 30_000;

type GatewayRoute = RoutePattern & { lambda: Lambda; check: BearerChecker | undefined };

/** Answers a request as the template's HTTP API would. */
export type Gateway = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Makes the gateway; `checkerOf` gives the bearer check of an authoriser. */
export function createGateway(
  assembly: Assembly,
  { references }: Provisioned,
  functions: Functions,
  checkerOf: (authorizerId: string) => BearerChecker | undefined,
): Gateway {
  const [api] = resourcesOf(assembly, Api, references);
  const targets = new Map(
    resourcesOf(assembly, Integration, references).map(({ id, properties }) => [
      `integrations/${references.ref(id)}`,
      functions.get(properties.IntegrationUri),
    ]),
  );
  const routes = resourcesOf(assembly, Route, references).map(({ id, properties }): GatewayRoute => {
    const lambda = targets.get(properties.Target);
    const check = properties.AuthorizerId === undefined ? undefined : checkerOf(properties.AuthorizerId);
    if (lambda === undefined) throw new StartError(`${id} leads to no integration of the template.`);
    if (properties.AuthorizationType === 'JWT' && check === undefined) throw new StartError(`${id} has no authoriser.`);
    return { ...parseRouteKey(properties.RouteKey), lambda, check };
  });
  return async (request, response) => {
    const requestId = randomUUID();
    try {
      send(request, response, await answerTo(request, routes, api?.id ?? 'local', requestId));
    } catch (error) {
      // Whatever a function answers, it does not take the connection with it.
      if (response.headersSent) throw error;
      for (const name of response.getHeaderNames()) response.removeHeader(name);
      send(request, response, gatewayAnswer(500, 'Internal Server Error', requestId));
    }
  };
}

async function answerTo(
  request: IncomingMessage,
  routes: readonly GatewayRoute[],
  apiId: string,
  requestId: string,
): Promise<Answer> {
  const refuse = (status: number, message: string) => gatewayAnswer(status, message, requestId);
  const target = request.url ?? '/';
  if (target.length > maxHeaderBytes) return refuse(414, 'Request-URI Too Long');
  if (headerBytes(request) > maxHeaderBytes) return refuse(431, 'Request Header Fields Too Large');
  const match = findRoute(routes, request.method ?? 'GET', target);
  if (match === 'undecodable') return refuse(400, 'Bad Request');
  if (match === undefined) return refuse(404, 'Not Found');
  const checked = await match.route.check?.(request.headers.authorization);
  if (checked?.outcome === 'refused') {
    const refused = refuse(401, 'Unauthorized');
    return { ...refused, headers: [...refused.headers, ['www-authenticate', 'Bearer']] };
  }
  const body = await readBody(request, maxBodyBytes);
  if (body === undefined) return refuse(413, 'Request Entity Too Large');
  const sent: SentRequest = {
    method: request.method ?? 'GET',
    target,
    rawHeaders: request.rawHeaders,
    body,
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
  };
  const { routeKey, lambda } = match.route;
  const { pathParameters } = match;
  const event = toEvent(sent, { routeKey, pathParameters, claims: checked?.claims, requestId, now: new Date(), apiId });
  const invocation = await withinWait(lambda.invoke(event));
  if (invocation === 'too-late') return refuse(503, 'Service Unavailable');
  if (invocation.outcome === 'failed') return refuse(500, 'Internal Server Error');
  return toAnswer(invocation.payload, requestId) ?? refuse(500, 'Internal Server Error');
}

function findRoute(
  routes: readonly GatewayRoute[],
  method: string,
  target: string,
): RouteMatch<GatewayRoute> | undefined | 'undecodable' {
  const path = target.split('?')[0] ?? '/';
  try {
    decodeURI(path);
    return matchRoute(routes, method, path);
  } catch (error) {
    if (error instanceof URIError) return 'undecodable';
    throw error;
  }
}

async function withinWait<Result>(result: Promise<Result>): Promise<Result | 'too-late'> {
  const { promise: tooLate, resolve } = Promise.withResolvers<'too-late'>();
  const timer = setTimeout(() => resolve('too-late'), maxWaitMs);
  try {
    return await Promise.race([result, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

function headerBytes({ method = '', url = '', rawHeaders }: IncomingMessage): number {
  return rawHeaders.reduce((sum, part) => sum + part.length, method.length + url.length);
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer): void {
  // A body that was not read to its end would be taken for the next request.
  if (!request.complete) response.setHeader('connection', 'close');
  for (const [name, value] of headers) response.appendHeader(name, value);
  // Neither may carry a length (RFC 9110, 8.6).
  if (status !== 204 && status >= 200) response.setHeader('content-length', body.length);
  response.writeHead(status).end(body);
}
