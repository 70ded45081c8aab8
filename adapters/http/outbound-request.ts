import { validateHeaderName, validateHeaderValue } from 'node:http';

/** A request as a macro, a test or a token call wants it sent. */
export type OutboundRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array | undefined;
  /** One deadline over the whole exchange: name, connection, answer and body. */
  readonly timeoutMs: number;
};

/** A request that may be sent once the addresses of its host are vetted. */
export type PreparedRequest = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string[]>>;
  readonly body: Uint8Array | undefined;
};

/** What prepares to: the request, or why it is never sent. */
export type Preparation = { outcome: 'prepared'; request: PreparedRequest } | { outcome: 'refused'; reason: string };

/** Kept equal to the version in package.json by a test. */
const userAgent = 'Feedbridge/0.1.0';

/** Headers that frame the message or belong to one connection (RFC 9110, 7.6.1): set by us alone, or one request could become two. */
const framingHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Checks all that can be known of a request without a name lookup; reasons never quote values, which may be secrets. */
export function prepareRequest(request: OutboundRequest, allowHttp: boolean): Preparation {
  const url = URL.parse(request.url);
  const reason = refuseUrl(url, allowHttp) ?? refuseMethod(request.method) ?? refuseHeaders(request.headers);
  if (url === null || reason !== undefined) return { outcome: 'refused', reason: reason ?? 'the URL is not valid' };
  const body = typeof request.body === 'string' ? Buffer.from(request.body, 'utf8') : request.body;
  const headers = allHeaders(request.headers, request.method, body);
  return { outcome: 'prepared', request: { method: request.method, url, headers, body } };
}

function refuseUrl(url: URL | null, allowHttp: boolean): string | undefined {
  if (url === null) return 'the URL is not valid';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'the URL is neither https nor http';
  if (url.protocol === 'http:' && !allowHttp) return 'the URL is not https';
  if (url.username !== '' || url.password !== '') return 'the URL has a user name or password in it';
  return undefined;
}

function refuseMethod(method: string): string | undefined {
  return /^(?:GET|POST|PUT|PATCH|DELETE)$/.test(method)
    ? undefined
    : 'the method is none of GET, POST, PUT, PATCH and DELETE';
}

function refuseHeaders(headers: OutboundRequest['headers']): string | undefined {
  for (const [name, value] of headers) {
    if (!isAccepted(() => validateHeaderName(name))) return 'a header has a name that HTTP does not allow';
    if (framingHeaders.has(name.toLowerCase())) return `the header ${name} cannot be set`;
    if (!isAccepted(() => validateHeaderValue(name, value)))
      return `the header ${name} has a character that HTTP does not allow`;
  }
  return undefined;
}

/** Node's validators answer by throwing. */
function isAccepted(validate: () => void): boolean {
  try {
    validate();
    return true;
  } catch {
    return false;
  }
}

function allHeaders(
  given: OutboundRequest['headers'],
  method: string,
  body: Uint8Array | undefined,
): Record<string, string[]> {
  const headers = new Map<string, { name: string; values: string[] }>([
    ['user-agent', { name: 'User-Agent', values: [userAgent] }],
    // We never decompress: a small answer could become a large one.
    ['accept-encoding', { name: 'Accept-Encoding', values: ['identity'] }],
  ]);
  const seen = new Set<string>();
  for (const [name, value] of given) {
    const key = name.toLowerCase();
    if (seen.has(key)) headers.get(key)?.values.push(value);
    else headers.set(key, { name, values: [value] });
    seen.add(key);
  }
  const length = body?.byteLength ?? (method === 'GET' || method === 'DELETE' ? undefined : 0);
  if (length !== undefined) headers.set('content-length', { name: 'Content-Length', values: [String(length)] });
  return Object.fromEntries([...headers.values()].map(({ name, values }): [string, string[]] => [name, values]));
}
