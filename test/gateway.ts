import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { endpoint, type HttpHandler } from '../functions/kit/endpoint.ts';
import type { Observer } from '../functions/kit/observer.ts';

/** A call as a test describes it. */
export type TestCall = {
  method?: string;
  path?: string;
  parameters?: Record<string, string>;
  query?: string;
  headers?: Record<string, string>;
  body?: unknown;
  claims?: Record<string, string>;
  routeKey?: string;
  /** The caller's network address. */
  address?: string;
};

const Result = z.object({ statusCode: z.number(), headers: z.record(z.string(), z.string()), body: z.string() });

/** An observer that keeps its lines, for tests that look at them. */
export function recordingObserver(): Observer & { lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  return {
    lines,
    line: (message, facts) => lines.push({ message, ...facts }),
    fault: (message, error, facts) => lines.push({ message, error: String(error), ...facts }),
    measure: () => undefined,
    consumed: () => ({}),
  };
}

/** Calls a handler through the kit as the gateway does; a body that is no text is sent as JSON. */
export function callThrough(handle: HttpHandler, observer: Observer = recordingObserver()) {
  const handler = endpoint(observer, handle);
  let calls = 0;
  return async (call: TestCall) => {
    calls += 1;
    const body = typeof call.body === 'string' || call.body === undefined ? call.body : JSON.stringify(call.body);
    const event = {
      routeKey: call.routeKey ?? `${call.method ?? 'POST'} ${call.path ?? '/'}`,
      rawPath: call.path ?? '/',
      rawQueryString: call.query ?? '',
      headers: call.headers ?? {},
      pathParameters: call.parameters ?? {},
      ...(body === undefined ? {} : { body }),
      isBase64Encoded: false,
      requestContext: {
        requestId: `request-${calls}`,
        http: { method: call.method ?? 'POST', sourceIp: call.address ?? '127.0.0.1' },
        ...(call.claims === undefined ? {} : { authorizer: { jwt: { claims: call.claims } } }),
      },
    };
    const result = Result.parse(await Reflect.apply(handler, undefined, [event, context]));
    const isJson = result.headers['content-type']?.startsWith('application/json') === true;
    const json: unknown = isJson ? JSON.parse(result.body) : undefined;
    return { status: result.statusCode, headers: result.headers, text: result.body, json };
  };
}

const context: Partial<Context> = { awsRequestId: 'invocation-1' };
