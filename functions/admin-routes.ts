import type { Route } from './routes.ts';

/** The routes for people and tools; the gateway checks their bearer token before the function does. */
export const adminRoutes = {
  'list-projects': admin('GET', '/projects', { tag: 'Projects', summary: 'List the projects' }),
  'get-project': admin('GET', '/projects/{project}', { tag: 'Projects', summary: 'Get a project' }),
  'get-document': admin('GET', '/projects/{project}/document', {
    tag: 'Projects',
    summary: 'Get the project document',
  }),
  'put-document': admin('PUT', '/projects/{project}/document', {
    tag: 'Projects',
    summary: 'Apply a project document',
  }),
  'list-secrets': admin('GET', '/projects/{project}/secrets', { tag: 'Secrets', summary: 'List the secrets' }),
  'put-secret': admin('PUT', '/projects/{project}/secrets/{name}', { tag: 'Secrets', summary: 'Set a secret' }),
  'delete-secret': admin('DELETE', '/projects/{project}/secrets/{name}', {
    tag: 'Secrets',
    summary: 'Delete a secret',
  }),
  'list-tickets': admin('GET', '/projects/{project}/tickets', { tag: 'Tickets', summary: 'List tickets' }),
  'get-ticket': admin('GET', '/projects/{project}/tickets/{ticket}', { tag: 'Tickets', summary: 'Get a ticket' }),
  'start-run': admin('POST', '/projects/{project}/macros/{macro}/runs', { tag: 'Runs', summary: 'Run a macro' }),
  'get-run': admin('GET', '/projects/{project}/runs/{run}', { tag: 'Runs', summary: 'Get a run' }),
  'list-deliveries': admin('GET', '/projects/{project}/deliveries', { tag: 'Deliveries', summary: 'List deliveries' }),
  'get-delivery': admin('GET', '/projects/{project}/deliveries/{delivery}', {
    tag: 'Deliveries',
    summary: 'Get a delivery',
  }),
  'list-api-keys': admin('GET', '/api-keys', { tag: 'API keys', summary: 'List the API keys' }),
  'create-api-key': admin('POST', '/api-keys', { tag: 'API keys', summary: 'Create an API key' }),
  'get-api-key': admin('GET', '/api-keys/{prefix}', { tag: 'API keys', summary: 'Get an API key' }),
  'delete-api-key': admin('DELETE', '/api-keys/{prefix}', { tag: 'API keys', summary: 'Delete an API key' }),
} satisfies Record<string, Route>;

type Described = Omit<Route, 'method' | 'path' | 'handledBy' | 'authorised' | 'answers' | 'refusals'>;

function admin(method: Route['method'], path: `/${string}`, described: Described): Route {
  return {
    method,
    path: `/admin/v1${path}`,
    handledBy: 'admin-api',
    authorised: true,
    answers: { 200: { description: 'Done.' } },
    refusals: [401, 403, 404, 503],
    ...described,
  };
}
