import { isUtf8 } from 'node:buffer';
import * as z from 'zod';
import { account } from './place.ts';

/** A request as it came, its body read. */
export type SentRequest = {
  method: string;
  /** Path and query as sent. */
  target: string;
  /** Name, value, name, value, as they came. */
  rawHeaders: readonly string[];
  body: Buffer;
  sourceIp: string;
};

/** What the gateway adds to a request. */
export type GatewayContext = {
  routeKey: string;
  pathParameters: Record<string, string>;
  claims?: Record<string, string> | undefined;
  requestId: string;
  now: Date;
  apiId: string;
};

/** What the gateway answers with. */
export type Answer = { status: number; headers: [string, string][]; body: Buffer };

const Headers = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const FunctionAnswer = z.object({
  statusCode: z.number().int().min(100).max(599),
  headers: Headers.nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** The event of an HTTP API, payload format 2.0. Throws a URIError where the path has a broken percent sequence. */
export function toEvent(request: SentRequest, context: GatewayContext) {
  const [path = '', ...rest] = request.target.split('?');
  const { headers, cookies } = collectHeaders(request.rawHeaders);
  const rawQueryString = rest.join('?');
  const query = [...new URLSearchParams(rawQueryString)];
  // The gateway hands over the decoded path, encoded slashes apart.
  const rawPath = decodeURI(path);
  const { claims, now } = context;
  const hasBody = request.body.length > 0;
  const asText = hasBody && isText(headers['content-type']) && isUtf8(request.body);
  return {
    version: '2.0',
    routeKey: context.routeKey,
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers,
    ...(query.length > 0 ? { queryStringParameters: joined(query) } : {}),
    requestContext: {
      accountId: account,
      apiId: context.apiId,
      ...(claims === undefined ? {} : { authorizer: { jwt: { claims, scopes: null } } }),
      domainName: headers.host ?? '',
      domainPrefix: (headers.host ?? '').split('.')[0],
      http: {
        method: request.method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: context.requestId,
      routeKey: context.routeKey,
      stage: '$default',
      time: commonLogTime(now),
      timeEpoch: now.getTime(),
    },
    ...(Object.keys(context.pathParameters).length > 0 ? { pathParameters: context.pathParameters } : {}),
    ...(hasBody ? { body: request.body.toString(asText ? 'utf8' : 'base64') } : {}),
    isBase64Encoded: hasBody && !asText,
  };
}

// 12/Mar/2026:19:03:58 +0000, as the gateway's log has it.
function commonLogTime(now: Date): string {
  const [, day, month, year, time] = now.toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}

/** The HTTP answer for what a function returned; undefined where the gateway could make nothing of it. */
export function toAnswer(payload: unknown, requestId: string): Answer | undefined {
  const isAnswer = typeof payload === 'object' && payload !== null && 'statusCode' in payload;
  if (!isAnswer)
    return answerOf(200, [['content-type', 'application/json']], JSON.stringify(payload ?? null), requestId);
  const parsed = FunctionAnswer.safeParse(payload);
  if (!parsed.success) return undefined;
  const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.data;
  const sent = Object.entries(headers ?? {}).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    String(value),
  ]);
  for (const cookie of cookies ?? []) sent.push(['set-cookie', cookie]);
  const content = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  if (content.length > 0 && !sent.some(([name]) => name === 'content-type')) {
    sent.push(['content-type', 'text/plain;charset=UTF-8']);
  }
  return answerOf(statusCode, sent, content, requestId);
}

/** What the gateway says itself. */
export function gatewayAnswer(status: number, message: string, requestId: string): Answer {
  return answerOf(status, [['content-type', 'application/json']], JSON.stringify({ message }), requestId);
}

function answerOf(status: number, headers: [string, string][], body: string | Buffer, requestId: string): Answer {
  return { status, headers: [...headers, ['apigw-requestid', requestId]], body: Buffer.from(body) };
}

function collectHeaders(rawHeaders: readonly string[]): { headers: Record<string, string>; cookies: string[] } {
  const pairs: [string, string][] = [];
  const cookies: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    if (name === 'cookie') cookies.push(...value.split(/;\s*/));
    else pairs.push([name, value]);
  }
  return { headers: joined(pairs), cookies };
}

function joined(pairs: readonly [string, string][]): Record<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of pairs) values.set(name, values.has(name) ? `${values.get(name)},${value}` : value);
  return Object.fromEntries(values);
}

// Anything else reaches a function in Base64, forms included.
function isText(contentType: string | undefined): boolean {
  return /^\s*(text\/|application\/(json|javascript|xml|[^;]+\+(json|xml))\s*(;|$))/i.test(contentType ?? '');
}
