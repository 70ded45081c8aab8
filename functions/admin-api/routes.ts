import type { Right } from '../../core/access/role.ts';
import { type RouteName, routes } from '../routes.ts';
import { createKey, getKey, listKeys, removeKey } from './api-keys.ts';
import type { AdminCall, AnyProjectCall, Handle, ProjectCall } from './call.ts';
import { getDelivery, listProjectDeliveries } from './deliveries.ts';
import { getDocument } from './get-document.ts';
import { getProject, listVisibleProjects } from './projects.ts';
import { putDocument } from './put-document.ts';
import { getRun, startRun } from './runs.ts';
import { listProjectSecrets, putSecret, removeSecret } from './secrets.ts';
import { getTicket, listProjectTickets } from './tickets.ts';

/** Who may call a route, and what handles it. */
export type AdminRoute =
  | { needs: 'sign-in' | 'administrator'; handle: Handle<AdminCall> }
  | { needs: Right; handle: Handle<ProjectCall> }
  /** To manage the project where there is one, and to be an administrator where there is none. */
  | { needs: 'manage-or-make'; handle: Handle<AnyProjectCall> };

type AdminRouteName = {
  [Name in RouteName]: (typeof routes)[Name]['handledBy'] extends 'admin-api' ? Name : never;
}[RouteName];

/** Every route below /admin/v1, by its name. */
const adminRoutes: Readonly<Record<AdminRouteName, AdminRoute>> = {
  'list-projects': { needs: 'sign-in', handle: listVisibleProjects },
  'get-project': { needs: 'read', handle: getProject },
  'get-document': { needs: 'read', handle: getDocument },
  'put-document': { needs: 'manage-or-make', handle: putDocument },
  'list-secrets': { needs: 'read', handle: listProjectSecrets },
  'put-secret': { needs: 'manage', handle: putSecret },
  'delete-secret': { needs: 'manage', handle: removeSecret },
  'list-tickets': { needs: 'read', handle: listProjectTickets },
  'get-ticket': { needs: 'read', handle: getTicket },
  'start-run': { needs: 'run', handle: startRun },
  'get-run': { needs: 'read', handle: getRun },
  'list-deliveries': { needs: 'read', handle: listProjectDeliveries },
  'get-delivery': { needs: 'read', handle: getDelivery },
  'list-api-keys': { needs: 'administrator', handle: listKeys },
  'create-api-key': { needs: 'administrator', handle: createKey },
  'get-api-key': { needs: 'administrator', handle: getKey },
  'delete-api-key': { needs: 'administrator', handle: removeKey },
};

/** The same by the gateway's route key, `GET /admin/v1/projects/{project}`. */
const byRouteKey = new Map(
  Object.entries<AdminRoute>(adminRoutes).map(([name, route]) => [routeKeyOf(name), route]),
);

/** The route of a route key of the gateway's. */
export function findAdminRoute(routeKey: string): AdminRoute | undefined {
  return byRouteKey.get(routeKey);
}
