import { findUnstorable, type JsonProblem, parseJsonText } from '../../core/json-text.ts';
import { type HttpReply, type HttpRequest, maxBodyBytes, refuse } from './http.ts';

/** UTF-16 units of a place that a refusal shows: a pointer of a megabyte, named twenty times, is no answer. */
const maxPlaceLength = 200;

/** What is looked at of a request. */
type BodyOf = Pick<HttpRequest, 'body' | 'headers'>;

/** A request's body as a JSON object, or the refusal that says what is wrong with it. */
export type JsonBody =
  | { outcome: 'read'; object: Readonly<Record<string, unknown>> }
  | { outcome: 'refused'; reply: HttpReply };

/**
 * Reads a body as a JSON object and refuses what could not be stored, wherever it is; what lies at the pointers of `cleaned` may
 * be what is refused elsewhere.
 */
export function readJsonObject(request: BodyOf, cleaned: readonly string[] = []): JsonBody {
  const read = readJson(request, 'object');
  if (read.outcome === 'refused') return read;
  const unstorable = refuseUnstorable(read.value, cleaned);
  if (unstorable !== undefined) return { outcome: 'refused', reply: unstorable };
  if (isJsonObject(read.value)) return { outcome: 'read', object: read.value };
  return { outcome: 'refused', reply: refuse(400, 'The body must be a JSON object, such as {"summary": "…"}.') };
}

/** Whether a value is a JSON object. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads a body as JSON, here an array or an object; {@link refuseUnstorable} is yet to judge what is in it. */
export function readJson(
  request: BodyOf,
  wanted: 'object' | 'array' = 'array',
): { outcome: 'read'; value: unknown } | Extract<JsonBody, { outcome: 'refused' }> {
  const text = readJsonBytes(request);
  if (text.outcome === 'refused') return text;
  const read = parseJsonText(text.text);
  if (read.outcome === 'read') return read;
  const reply =
    text.text.trim() === '' ? refuse(400, `The body is empty: send a JSON ${wanted}.`) : refuseJson(read.problems);
  return { outcome: 'refused', reply };
}

/** Refuses what could not be stored, with every place of it; what lies at the pointers of `cleaned` is let through. */
export function refuseUnstorable(value: unknown, cleaned: readonly string[] = []): HttpReply | undefined {
  const problems = findUnstorable(value).filter(({ where }) => !cleaned.includes(where));
  return problems.length === 0 ? undefined : refuseJson(problems);
}

function refuseJson(problems: readonly JsonProblem[]): HttpReply {
  const found = problems
    .slice(0, 20)
    .map(({ where, message }) => (where === '' ? message : `${cut(where)}: ${message}`));
  return refuse(400, `The body is not valid JSON or cannot be stored: ${found.join(' ')}`);
}

function cut(where: string): string {
  return where.length > maxPlaceLength ? `${where.slice(0, maxPlaceLength).toWellFormed()}…` : where;
}

/** Refuses a body that is too large or of another type than JSON, before anything of it is read. */
export function refuseJsonForm(request: BodyOf): HttpReply | undefined {
  if (request.body.byteLength > maxBodyBytes) return refuse(413, 'A JSON body may have 1 MiB at most.');
  const contentType = request.headers['content-type'];
  if (contentType === undefined || isJson(contentType)) return undefined;
  return refuse(415, 'Send JSON, with the content type application/json.');
}

function readJsonBytes(request: BodyOf): { outcome: 'text'; text: string } | Extract<JsonBody, { outcome: 'refused' }> {
  const reply = refuseJsonForm(request);
  if (reply !== undefined) return { outcome: 'refused', reply };
  try {
    return { outcome: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(request.body) };
  } catch {
    return { outcome: 'refused', reply: refuse(400, 'The body is not UTF-8 text.') };
  }
}

/** Whether a media type is JSON: `application/json` or one that ends in `+json`. */
export function isJson(contentType: string): boolean {
  const mediaType = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  return mediaType === 'application/json' || /^[a-z0-9!#$&^_.-]+\/[a-z0-9!#$&^_.+-]*\+json$/.test(mediaType);
}
