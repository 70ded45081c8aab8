import { type Route, type RouteName, routes } from '../../functions/routes.ts';
import type { LocalJson } from '../../local/stack-options.ts';

/** What a call to one of the routes is made of; `path` fills the route's variables. */
export type RouteCall = {
  path?: Record<string, string>;
  query?: string;
  headers?: Record<string, string>;
  json?: unknown;
};

/** An answer; `json` is undefined where it is not JSON. */
export type StackAnswer = { status: number; headers: Headers; text: string; json: unknown };

/** Calls a running stack by the names of its routes and keeps which were called. */
export type StackCalls = {
  called: ReadonlySet<RouteName>;
  call(name: RouteName, call?: RouteCall): Promise<StackAnswer>;
  /** Reports to a source of the example project with the key it takes. */
  report(source: 'appcrashlog' | 'webform', json: unknown, headers?: Record<string, string>): Promise<StackAnswer>;
};

/** Makes calls as the administrator, or as whoever the given headers say. */
export function stackCalls({ api, token, keys }: LocalJson): StackCalls {
  const called = new Set<RouteName>();
  const call: StackCalls['call'] = async (name, { path = {}, query = '', headers = {}, json } = {}) => {
    called.add(name);
    const route: Route = routes[name];
    const filled = route.path.replace(/\{(\w+)\}/g, (_, variable: string) => path[variable] ?? 'apollo');
    const response = await fetch(`${api}${filled}${query}`, {
      method: route.method,
      headers: {
        ...(route.authorised ? { authorization: `Bearer ${token}` } : {}),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: json === undefined ? null : JSON.stringify(json),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
  };
  const keyOf = { appcrashlog: keys.mobile, webform: keys.web };
  return {
    called,
    call,
    report: async (source, json, headers = {}) =>
      await call('receive-feedback', {
        path: { source },
        json,
        headers: { 'x-api-key': keyOf[source] ?? '', ...headers },
      }),
  };
}
