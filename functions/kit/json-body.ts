import { readJsonText } from '../../core/json-text.ts';
import { type HttpReply, type HttpRequest, maxBodyBytes, refuse } from './http.ts';

/** A request's body as a JSON object, or the refusal that says what is wrong with it. */
export type JsonBody =
  | { outcome: 'read'; object: Readonly<Record<string, unknown>> }
  | { outcome: 'refused'; reply: HttpReply };

/**
 * Reads a body that must be a JSON object, checking size, content type and text in the contract's order; texts at the pointers
 * of `cleaned` may be what is refused elsewhere.
 */
export function readJsonObject(request: HttpRequest, cleaned: readonly string[] = []): JsonBody {
  const read = readJson(request, cleaned);
  if (read.outcome === 'refused') return read;
  if (isJsonObject(read.value)) return { outcome: 'read', object: read.value };
  return { outcome: 'refused', reply: refuse(400, 'The body must be a JSON object, such as {"summary": "…"}.') };
}

/** Whether a value is a JSON object. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads a body as JSON of any kind, checking it as {@link readJsonObject} does. */
export function readJson(
  request: HttpRequest,
  cleaned: readonly string[] = [],
): { outcome: 'read'; value: unknown } | Extract<JsonBody, { outcome: 'refused' }> {
  const text = readJsonBytes(request);
  if (text.outcome === 'refused') return text;
  const read = readJsonText(text.text, cleaned);
  if (read.outcome === 'refused') {
    if (text.text.trim() === '') {
      return { outcome: 'refused', reply: refuse(400, 'The body is empty: send a JSON object.') };
    }
    const found = read.problems.map(({ where, message }) => (where === '' ? message : `${where}: ${message}`));
    return {
      outcome: 'refused',
      reply: refuse(400, `The body is not valid JSON or cannot be stored: ${found.slice(0, 20).join(' ')}`),
    };
  }
  return { outcome: 'read', value: read.value };
}

/** Refuses a body that is too large or of another type than JSON, before anything of it is read. */
export function refuseJsonForm(request: HttpRequest): HttpReply | undefined {
  if (request.body.byteLength > maxBodyBytes) return refuse(413, 'A JSON body may have 1 MiB at most.');
  const contentType = request.headers['content-type'];
  if (contentType === undefined || isJson(contentType)) return undefined;
  return refuse(415, 'Send JSON, with the content type application/json.');
}

function readJsonBytes(
  request: HttpRequest,
): { outcome: 'text'; text: string } | Extract<JsonBody, { outcome: 'refused' }> {
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
