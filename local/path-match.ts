/** What a route matches: a method (or any), and a path of fixed, variable and greedy segments; or everything else. */
export type RoutePattern = { routeKey: string; method: string; segments: readonly string[] | 'default' };

/** The route that a request goes to, and the decoded values of its path's variables. */
export type RouteMatch<Route extends RoutePattern> = { route: Route; pathParameters: Record<string, string> };

/** Reads a route key: `GET /path/{name}`, `ANY /{proxy+}` or `$default`. */
export function parseRouteKey(routeKey: string): RoutePattern {
  if (routeKey === '$default') return { routeKey, method: 'ANY', segments: 'default' };
  const [method = '', path = ''] = routeKey.split(' ');
  return { routeKey, method, segments: path.split('/').slice(1) };
}

/**
 * Chooses a route as an HTTP API does: a full match before a greedy one before `$default`, fixed segments before variables.
 * `path` is as it was sent; decoding a broken percent sequence throws a URIError.
 */
export function matchRoute<Route extends RoutePattern>(
  routes: readonly Route[],
  method: string,
  path: string,
): RouteMatch<Route> | undefined {
  const sent = path.split('/').slice(1);
  const candidates = routes.filter((route) => route.method === 'ANY' || route.method === method);
  const matches = candidates
    .filter(({ segments }) => segments !== 'default' && fits(segments, sent))
    .sort((one, other) => rank(other.segments).localeCompare(rank(one.segments)));
  const route = matches[0] ?? candidates.find(({ segments }) => segments === 'default');
  return route === undefined ? undefined : { route, pathParameters: parametersOf(route.segments, sent) };
}

function fits(segments: readonly string[], sent: readonly string[]): boolean {
  const greedy = segments.at(-1)?.endsWith('+}') ?? false;
  const enough = greedy ? sent.length >= segments.length : sent.length === segments.length;
  return (
    enough && segments.every((segment, index) => (isVariable(segment) ? sent[index] !== '' : segment === sent[index]))
  );
}

// One character per segment, so that the text with the earlier fixed segment is the greater.
function rank(segments: RoutePattern['segments']): string {
  if (segments === 'default') return '';
  return segments.map((segment) => (segment.endsWith('+}') ? '0' : isVariable(segment) ? '1' : '2')).join('');
}

function parametersOf(segments: RoutePattern['segments'], sent: readonly string[]): Record<string, string> {
  if (segments === 'default') return {};
  return Object.fromEntries(
    segments.flatMap((segment, index) => {
      if (!isVariable(segment)) return [];
      if (segment.endsWith('+}')) return [[segment.slice(1, -2), sent.slice(index).map(decodeURIComponent).join('/')]];
      return [[segment.slice(1, -1), decodeURIComponent(sent[index] ?? '')]];
    }),
  );
}

function isVariable(segment: string): boolean {
  return segment.startsWith('{');
}
