import type { ServerResponse } from 'node:http';
import type { Received } from '../receiving-server.ts';

/** Answers with JSON. */
export function answerJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response
    .writeHead(status, { 'Content-Type': 'application/json;charset=UTF-8', ...headers })
    .end(JSON.stringify(body));
}

/** A request's body as JSON; undefined where it is none. */
export function readJson({ body }: Received): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A request's media type without its parameters, in lower case. */
export function mediaTypeOf({ headers }: Received): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** What stands in a request's `Authorization` after a scheme; undefined where another one is used, or none. */
export function credentialsOf({ headers }: Received, scheme: 'Basic' | 'Bearer'): string | undefined {
  const { authorization = '' } = headers;
  return authorization.startsWith(`${scheme} `) ? authorization.slice(scheme.length + 1) : undefined;
}
