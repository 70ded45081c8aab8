import * as z from 'zod';
import { configurationReader } from '../adapters/dynamodb/configuration.ts';
import { openLargeBodies } from '../adapters/s3/large-bodies.ts';
import { deriveKeys } from '../adapters/secrets/vault.ts';
import type { RoleMapping } from '../core/access/role-mapping.ts';
import { adminApi } from '../functions/admin-api/handler.ts';
import { endpoint } from '../functions/kit/endpoint.ts';
import { type Route, routes } from '../functions/routes.ts';
import { toClaims } from '../local/bearer-check.ts';
import { toEvent } from '../local/http-event.ts';
import { matchRoute, parseRouteKey } from '../local/path-match.ts';
import { openTestBucket } from './bucket.ts';
import type { TestEngines } from './engines.ts';
import { recordingObserver } from './gateway.ts';
import { fixedClock, seededIds } from './seeded.ts';
import { tokenWith } from './token.ts';

/** Keys as a deployment derives them; every test has the same. */
export const testKeys = deriveKeys('0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef');

const Result = z.object({ statusCode: z.number(), headers: z.record(z.string(), z.string()), body: z.string() });
const patterns = Object.values<Route>(routes).map(({ method, path }) => parseRouteKey(`${method} ${path}`));

/** A call below /admin/v1; a body that is neither text nor bytes is sent as JSON. */
export type AdminRequest = { headers?: Record<string, string>; body?: unknown };
/** What it was answered; `json` is undefined where the answer is not JSON. */
export type AdminAnswer = { status: number; headers: Record<string, string>; text: string; json: unknown };
/** Calls the admin API as somebody. */
export type AdminCaller = (method: string, path: string, request?: AdminRequest) => Promise<AdminAnswer>;

/** The tokens' claims of a person. */
export function personClaims(email: string, groups: string[] = []): Record<string, unknown> {
  return { token_use: 'id', email, email_verified: true, 'cognito:groups': groups };
}

/** The admin function over a worker's engines, called through the gateway's own matching of paths. */
export function admin(engines: TestEngines, seed: string, clock = fixedClock(), roleMapping?: RoleMapping) {
  const { table } = engines;
  const observer = recordingObserver();
  const newId = seededIds(seed);
  let bytes = 0;
  const handler = endpoint(
    observer,
    adminApi({
      table,
      readConfiguration: configurationReader(table, { freshMs: 0, now: clock.now, stageVariables: {} }),
      readConfigurationNow: configurationReader(table, { freshMs: 0, now: clock.now, stageVariables: {} }),
      loadKeys: async () => testKeys,
      macroQueue: engines.macroQueue,
      bucket: openTestBucket(engines),
      quotaBytes: undefined,
      largeBodies: openLargeBodies(table.client.config, engines.bucketName, engines.s3Endpoint),
      administratorGroups: ['administrators'],
      roleMapping,
      apiOrigin: 'https://api.example.com',
      consoleOrigin: 'https://console.example.com',
      dueShards: 4,
      deliveryRetentionDays: 30,
      now: clock.now,
      newId,
      randomBytes: (count) => {
        bytes += 1;
        return Buffer.alloc(count, `${seed}/${bytes}`);
      },
      pause: async () => undefined,
    }),
  );

  async function call(claims: Record<string, unknown>, method: string, path: string, request: AdminRequest = {}) {
    const target = `/admin/v1${path}`;
    const match = matchRoute(patterns, method, target.split('?')[0] ?? '');
    if (match === undefined) throw new Error(`no route for ${method} ${path}`);
    const { body } = request;
    const isText = typeof body === 'string' || body === undefined;
    const bytes = body instanceof Uint8Array ? body : Buffer.from(isText ? (body ?? '') : JSON.stringify(body));
    const headers = {
      authorization: `Bearer ${tokenWith(claims)}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const sent = {
      method,
      target,
      rawHeaders: Object.entries({ ...headers, ...request.headers }).flat(),
      body: Buffer.from(bytes),
      sourceIp: '127.0.0.1',
    };
    const event = toEvent(sent, {
      routeKey: match.route.routeKey,
      pathParameters: match.pathParameters,
      claims: toClaims(claims),
      requestId: 'request-1',
      now: new Date(clock.now()),
      apiId: 'api',
    });
    const answer = Result.parse(await Reflect.apply(handler, undefined, [event, { awsRequestId: 'invocation-1' }]));
    const isJson = answer.headers['content-type']?.startsWith('application/json') ?? false;
    const json: unknown = isJson ? JSON.parse(answer.body) : undefined;
    return { status: answer.statusCode, headers: answer.headers, text: answer.body, json };
  }

  return {
    observer,
    as:
      (claims: Record<string, unknown>): AdminCaller =>
      async (method, path, request) =>
        await call(claims, method, path, request),
    /** As an administrator of the community. */
    asAdministrator: async (method: string, path: string, request?: AdminRequest) =>
      await call(personClaims('root@example.com', ['administrators']), method, path, request),
  };
}
