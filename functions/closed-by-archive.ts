import { type Route, type RouteName, routes } from './routes.ts';

/** What begins or changes nothing, or ends something: it goes on in an archived project, as reading and deleting do. */
const goesOn: ReadonlySet<string> = new Set<RouteName>([
  'archive-project',
  'unarchive-project',
  'copy-project',
  'preview-template',
  'cancel-run',
  'pause-endpoint',
]);

const closed = new Set(
  Object.entries<Route>(routes).flatMap(([name, { method, path }]) => {
    const isOfProject = path.startsWith('/admin/v1/projects/{project}/');
    return isOfProject && !['GET', 'DELETE'].includes(method) && !goesOn.has(name) ? [`${method} ${path}`] : [];
  }),
);

/** Whether a route, by the gateway's key of it, answers 409 while its project is archived. */
export function isClosedByArchive(routeKey: string): boolean {
  return closed.has(routeKey);
}
