import { type Route, type RouteName, routes } from '../../functions/routes.ts';
import type { LocalJson } from '../../local/stack-options.ts';

/** What a call to one of the routes is made of; `path` fills the route's variables, the project is the example. */
type RouteCall = {
  path?: Record<string, string>;
  query?: string;
  headers?: Record<string, string>;
  body?: string | object;
};

/** Calls a running stack by the names of its routes and keeps which of them were called. */
export type StackCalls = {
  origin: string;
  called: ReadonlySet<RouteName>;
  /** Routes of the admin API that have changed something. */
  changed: ReadonlySet<RouteName>;
  /** Calls a route as the administrator, or as whoever the headers say; throws where another status is answered. */
  call(
    status: number,
    name: RouteName,
    call?: RouteCall,
  ): Promise<{ text: string; json: unknown; etag: string; location: string }>;
  /** Reports to a source of the example with the key that it takes. */
  report(source: 'appcrashlog' | 'webform', body: object, headers?: Record<string, string>): Promise<unknown>;
  /** Calls a route as the app whose crash log the example takes. */
  asApp: StackCalls['call'];
  /** Reports a batch to the crash log's source. */
  reportBatch(body: object): Promise<unknown>;
};

/** Makes the calls to one stack. */
export function stackCalls({ api, token, keys }: LocalJson): StackCalls {
  const called = new Set<RouteName>();
  const changed = new Set<RouteName>();
  const call: StackCalls['call'] = async (status, name, { path = {}, query = '', headers = {}, body } = {}) => {
    called.add(name);
    const route: Route = routes[name];
    const filled = route.path.replace(/\{(\w+)\}/g, (_, variable: string) => path[variable] ?? 'apollo');
    const response = await fetch(`${api}${filled}${query}`, {
      method: route.method,
      redirect: 'manual',
      headers: {
        // A connection that idled while large files were worked on may be closing just now.
        connection: 'close',
        ...(route.authorised ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: typeof body === 'object' ? JSON.stringify(body) : (body ?? null),
    });
    const text = await response.text();
    if (response.status !== status) throw new Error(`${name} answered ${response.status}, not ${status}: ${text}`);
    const isDry = text.includes('"dryRun":true');
    if (route.authorised && route.method !== 'GET' && status < 400 && !isDry) changed.add(name);
    const headerOf = (header: string) => response.headers.get(header) ?? '';
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return {
      text,
      json: isJson ? JSON.parse(text) : undefined,
      ...{ etag: headerOf('etag'), location: headerOf('location') },
    };
  };
  const keyOf = { appcrashlog: keys.mobile ?? '', webform: keys.web ?? '' };
  return {
    origin: api,
    called,
    changed,
    call,
    async report(source, body, headers = {}) {
      const sent = { path: { source }, body, headers: { 'x-api-key': keyOf[source], ...headers } };
      return (await call(201, 'receive-feedback', sent)).json;
    },
    asApp: async (status, name, given = {}) =>
      await call(status, name, { ...given, headers: { 'x-api-key': keyOf.appcrashlog, ...given.headers } }),
    async reportBatch(body) {
      const sent = { path: { source: 'appcrashlog' }, body, headers: { 'x-api-key': keyOf.appcrashlog } };
      return (await call(200, 'receive-batch', sent)).json;
    },
  };
}
