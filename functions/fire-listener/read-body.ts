import { type JsonProblem, readTolerantJson } from '../../core/json-text.ts';
import type { TagValue } from '../../core/templates/template.ts';
import { type HttpReply, type HttpRequest, maxBodyBytes, refuse } from '../kit/http.ts';

/** The refusal of a body that is too large; undefined where it is not. Any content type is taken. */
export function refuseSize({ body }: HttpRequest): HttpReply | undefined {
  return body.byteLength > maxBodyBytes ? refuse(413, 'A body may have 1 MiB at most.') : undefined;
}

/** A body as JSON, where it is: `left` says what no part of us could keep, and why. */
export function readBody(request: HttpRequest): { body: TagValue | undefined; left: JsonProblem[] } {
  const read = readTolerantJson(readText(request));
  return { body: read?.value, left: read?.left ?? [] };
}

/** Whether a body is an object, as comments, data and a configured `find` need it. */
export function isObject(body: TagValue | undefined): boolean {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

/** GitHub and Slack can send JSON as the field `payload` of a form. */
function readText({ body, headers }: HttpRequest): string {
  const text = new TextDecoder().decode(body);
  const mediaType = (headers['content-type']?.split(';')[0] ?? '').trim().toLowerCase();
  if (mediaType !== 'application/x-www-form-urlencoded') return text;
  return new URLSearchParams(text).get('payload') ?? text;
}
