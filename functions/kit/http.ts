import * as z from 'zod';
import type { ErrorBody, ParameterError } from '../../core/reply-errors.ts';

/** The parts of an HTTP API event (payload format 2.0) that the functions read. */
const GatewayEvent = z.object({
  routeKey: z.string(),
  rawPath: z.string(),
  rawQueryString: z.string().default(''),
  headers: z.record(z.string(), z.string()).default({}),
  pathParameters: z.record(z.string(), z.string()).optional(),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z.object({
    requestId: z.string(),
    http: z.object({ method: z.string(), sourceIp: z.string() }),
    authorizer: z.object({ jwt: z.object({ claims: z.record(z.string(), z.unknown()) }) }).optional(),
  }),
});

/** One HTTP request as a handler sees it: header names in lower case, the query parsed from its raw text. */
export type HttpRequest = {
  id: string;
  routeKey: string;
  method: string;
  /** The caller's address. */
  address: string;
  path: string;
  parameters: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** The query as it was sent, without its question mark. */
  rawQuery: string;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
  claims: Readonly<Record<string, unknown>>;
  /** Adds facts to the request's one log line; never personal data, never a secret. */
  note(facts: Readonly<Record<string, unknown>>): void;
  /** Adds headers to the answer, whatever it will be. */
  alsoAnswer(headers: Readonly<Record<string, string>>): void;
};

/** What a handler answers: `json` is serialised, `raw` goes as it is. */
export type HttpReply = {
  status: number;
  headers?: Readonly<Record<string, string>>;
  json?: unknown;
  raw?: { body: string | Uint8Array; contentType: string };
};

/** A reply in the gateway's form (payload format 2.0). */
export type GatewayResult = {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
  isBase64Encoded: boolean;
};

/** Largest body that we take ourselves, in bytes (docs/http.md). */
export const maxBodyBytes = 1_048_576;

/** Reads a gateway event; `note` collects what the log line is to say, `alsoAnswer` headers. */
export function readRequest(
  event: unknown,
  { note, alsoAnswer }: Pick<HttpRequest, 'note' | 'alsoAnswer'>,
): HttpRequest {
  const parsed = GatewayEvent.parse(event);
  return {
    id: parsed.requestContext.requestId,
    routeKey: parsed.routeKey,
    method: parsed.requestContext.http.method,
    address: parsed.requestContext.http.sourceIp,
    path: parsed.rawPath,
    parameters: parsed.pathParameters ?? {},
    query: new URLSearchParams(parsed.rawQueryString),
    rawQuery: parsed.rawQueryString,
    headers: parsed.headers,
    body: Buffer.from(parsed.body ?? '', parsed.isBase64Encoded ? 'base64' : 'utf8'),
    claims: parsed.requestContext.authorizer?.jwt.claims ?? {},
    note,
    alsoAnswer,
  };
}

/** Turns a reply into the gateway's form and marks it with the request's id. */
export function toGatewayResult(reply: HttpReply, requestId: string): GatewayResult {
  const headers: Record<string, string> = { 'x-request-id': requestId, ...reply.headers };
  if (reply.raw !== undefined) {
    headers['content-type'] = reply.raw.contentType;
    const binary = typeof reply.raw.body !== 'string';
    const body = typeof reply.raw.body === 'string' ? reply.raw.body : Buffer.from(reply.raw.body).toString('base64');
    return { statusCode: reply.status, headers, body, isBase64Encoded: binary };
  }
  if (reply.json !== undefined) headers['content-type'] = 'application/json; charset=utf-8';
  const body = reply.json === undefined ? '' : JSON.stringify(reply.json);
  return { statusCode: reply.status, headers, body, isBase64Encoded: false };
}

/** A refusal in the contract's shape. */
export function refuse(
  status: number,
  description: string,
  errors?: readonly ParameterError[],
  headers?: Readonly<Record<string, string>>,
): HttpReply {
  const body: ErrorBody = { status, description, ...(errors === undefined ? {} : { errors: [...errors] }) };
  return { status, json: body, ...(headers === undefined ? {} : { headers }) };
}

/** The refusal of parameters, however many: all of them at once. */
export function refuseParameters(errors: readonly ParameterError[]): HttpReply {
  return refuse(
    400,
    errors.length === 1 ? '1 parameter was rejected.' : `${errors.length} parameters were rejected.`,
    errors,
  );
}

/** Seconds after which a caller may try again where contention outlasted our retries. */
const retryAfterSeconds = 2;

/** The refusal of a call that met too many others at once. */
export function refuseContended(description: string): HttpReply {
  return refuse(503, description, undefined, { 'retry-after': String(retryAfterSeconds) });
}

/** The answer to whatever does not exist, always in the same words. */
export function notFound(): HttpReply {
  return refuse(404, 'The requested resource could not be found.');
}
