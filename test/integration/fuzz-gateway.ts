import { randomBytes } from 'node:crypto';
import { findApiKey } from '../../adapters/dynamodb/api-keys.ts';
import { configurationReader } from '../../adapters/dynamodb/configuration.ts';
import { openLargeBodies } from '../../adapters/s3/large-bodies.ts';
import { uploadSigner } from '../../adapters/s3/presigned-post.ts';
import { addToTicket } from '../../functions/add-to-ticket/handler.ts';
import { adminApi } from '../../functions/admin-api/handler.ts';
import { answerRest } from '../../functions/answer-rest/handler.ts';
import { referencePage } from '../../functions/answer-rest/reference-files.ts';
import { fireListener } from '../../functions/fire-listener/handler.ts';
import { endpoint, type HttpHandler } from '../../functions/kit/endpoint.ts';
import type { Observer } from '../../functions/kit/observer.ts';
import { signingSecretReader } from '../../functions/kit/read-signing-secrets.ts';
import { leaveNotifications } from '../../functions/leave-notifications/handler.ts';
import { openFile } from '../../functions/open-file/handler.ts';
import { receiveFeedback } from '../../functions/receive-feedback/handler.ts';
import { receiveFile } from '../../functions/receive-file/handler.ts';
import { type FunctionName, type Route, routes } from '../../functions/routes.ts';
import { toClaims } from '../../local/bearer-check.ts';
import { type Answer, gatewayAnswer, toAnswer, toEvent } from '../../local/http-event.ts';
import { matchRoute, parseRouteKey } from '../../local/path-match.ts';
import { testKeys } from '../admin.ts';
import { openTestBucket } from '../bucket.ts';
import type { TestEngines } from '../engines.ts';
import { seededIds } from '../seeded.ts';
import type { FuzzRequest } from './fuzz-requests.ts';

const requestId = 'request-1';
const patterns = [
  ...Object.values<Route>(routes).map(({ method, path, handledBy, authorised }) => {
    return { ...parseRouteKey(`${method} ${path}`), handledBy, authorised };
  }),
  // What lib/http-api.ts adds to the routes.
  { ...parseRouteKey('OPTIONS /{proxy+}'), handledBy: 'answer-rest' as const, authorised: false },
  { ...parseRouteKey('$default'), handledBy: 'answer-rest' as const, authorised: false },
];

/** The functions behind the gateway, called as the gateway calls them, over the real table and bucket. */
export type FuzzGateway = {
  send(request: FuzzRequest): Promise<Answer>;
  /** What the functions could not make sense of since this was last asked. */
  takeFaults(): string[];
};

/** Opens the gateway to one worker's engines. */
export function openFuzzGateway(engines: TestEngines): FuzzGateway {
  const faults: string[] = [];
  const observer: Observer = {
    line: () => undefined,
    fault: (_, error) => faults.push(error instanceof Error ? `${error.stack} ${error.cause ?? ''}` : String(error)),
    measure: () => undefined,
    consumed: () => ({}),
  };
  const handlers = handlersOver(engines, observer);
  return {
    takeFaults: () => faults.splice(0),
    async send(request) {
      const match = findRoute(request);
      if (match === undefined) return gatewayAnswer(400, 'Bad Request', requestId);
      const { route, pathParameters } = match;
      const { caller } = request;
      if (route.authorised && caller === undefined) return gatewayAnswer(401, 'Unauthorized', requestId);
      const handler = handlers[route.handledBy];
      if (handler === undefined) throw new Error(`${route.routeKey} leads to no handler`);
      const event = toEvent(
        {
          ...request,
          rawHeaders: (route.authorised ? withToken(request) : request.headers).flat(),
          sourceIp: '127.0.0.1',
        },
        {
          routeKey: route.routeKey,
          pathParameters,
          claims: route.authorised ? toClaims({ ...caller }) : undefined,
          requestId,
          now: new Date(),
          apiId: 'api',
        },
      );
      const answered: unknown = await Reflect.apply(endpoint(observer, handler), undefined, [
        JSON.parse(JSON.stringify(event)),
        { awsRequestId: 'invocation-1' },
      ]);
      return toAnswer(answered, requestId) ?? gatewayAnswer(500, 'Internal Server Error', requestId);
    },
  };
}

function handlersOver(engines: TestEngines, observer: Observer): Partial<Record<FunctionName, HttpHandler>> {
  const { table, bucketName, s3Endpoint, macroQueue } = engines;
  const readConfiguration = configurationReader(table, { freshMs: 0, now: Date.now, stageVariables: {} });
  const common = {
    ...{
      table,
      readConfiguration,
      observer,
      dueShards: 4,
      deliveryRetentionDays: 30,
      now: Date.now,
      newId: seededIds(`fuzz-${process.pid}`),
    },
    apiOrigin: 'https://api.example.com',
    consoleOrigin: 'https://console.example.com',
    pause: async () => undefined,
    largeBodies: openLargeBodies(table.client.config, bucketName, s3Endpoint),
    bucket: openTestBucket(engines),
    readConfigurationNow: configurationReader(table, { freshMs: 0, now: Date.now, stageVariables: {} }),
    quotaBytes: undefined,
    loadKeys: async () => testKeys,
    malwareProtection: false,
  };
  const opening = {
    findKey: async (prefix: string) => await findApiKey(table, prefix),
    readSigningSecrets: signingSecretReader(table, async () => testKeys, { freshMs: 0, now: Date.now }),
  };
  return {
    'fire-listener': fireListener({ ...common, ...opening }),
    'receive-feedback': receiveFeedback({
      ...common,
      ...opening,
      signUpload: uploadSigner(table.client.config, bucketName, { endpoint: s3Endpoint, seconds: 3_600 }),
    }),
    'admin-api': adminApi({
      ...common,
      macroQueue,
      administratorGroups: ['administrators'],
      randomBytes,
    }),
    'leave-notifications': leaveNotifications(common),
    'receive-file': receiveFile({
      ...common,
      ...opening,
      signUpload: uploadSigner(table.client.config, bucketName, { endpoint: s3Endpoint, seconds: 3_600 }),
      uploadUrlSeconds: 3_600,
    }),
    'add-to-ticket': addToTicket({ ...common, ...opening }),
    'open-file': openFile(common),
    'answer-rest': answerRest({
      ...common,
      signIn: { issuer: 'https://login.example.com', clientId: 'people' },
      readFiles: async () => new Map([['swagger-ui.css', referencePage]]),
    }),
  };
}

/** Undefined where the path cannot be decoded: the gateway then refuses. */
function findRoute({ method, target }: FuzzRequest) {
  const path = target.split('?')[0] ?? '';
  try {
    decodeURI(path);
    return matchRoute(patterns, method, path);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** The token that the gateway verified is the only one in the header. */
function withToken({ headers, caller }: FuzzRequest): [string, string][] {
  const parts = ['{}', JSON.stringify(caller), 'signature'].map((part) => Buffer.from(part).toString('base64url'));
  return [...headers.filter(([name]) => name !== 'authorization'), ['authorization', `Bearer ${parts.join('.')}`]];
}
