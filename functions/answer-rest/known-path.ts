import { type Route, routes } from '../routes.ts';

/** A path that exists: its routes, which differ in their method, and the values of its variables as they were sent. */
export type KnownPath = {
  routes: readonly Route[];
  parameters: Readonly<Record<string, string>>;
};

const patterns = Object.values<Route>(routes).map((route) => ({ route, segments: route.path.split('/') }));

/** Finds the routes of a path, whatever their method; undefined where no route has it. */
export function findPath(path: string): KnownPath | undefined {
  const sent = path.split('/');
  const matching = patterns.filter(({ segments }) => fits(segments, sent));
  const [first] = matching;
  if (first === undefined) return undefined;
  return { routes: matching.map(({ route }) => route), parameters: readParameters(first.segments, sent) };
}

/** The methods of a path, as the header `Allow` lists them. */
export function allowedMethods(path: KnownPath): string {
  const methods: string[] = path.routes.map(({ method }) => method);
  if (isCrossOrigin(path)) methods.push('OPTIONS');
  return methods.join(', ');
}

/** Whether pages of other origins may call the path where its source allows them. */
export function isCrossOrigin(path: KnownPath): boolean {
  return path.routes.some(({ crossOrigin }) => crossOrigin === true);
}

function fits(segments: readonly string[], sent: readonly string[]): boolean {
  if (segments.length !== sent.length) return false;
  return segments.every((segment, place) => (isVariable(segment) ? sent[place] !== '' : segment === sent[place]));
}

// Not decoded a second time: keys have no character that would need it, and a broken percent sequence cannot throw.
function readParameters(segments: readonly string[], sent: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    segments.flatMap((segment, place) => (isVariable(segment) ? [[segment.slice(1, -1), sent[place] ?? '']] : [])),
  );
}

function isVariable(segment: string): boolean {
  return segment.startsWith('{');
}
