import { changeEndpoint, findEndpoint, findEndpoints } from '../../adapters/dynamodb/endpoints.ts';
import { countWaitingFor } from '../../adapters/dynamodb/paused-deliveries.ts';
import { endpointId } from '../../core/deliveries/message.ts';
import type { Macro, ProjectDocument, WebhookAction } from '../../core/document/schema.ts';
import { decideHealth } from '../../core/endpoints/decide-health.ts';
import type { EndpointHealth, EndpointName } from '../../core/endpoints/health.ts';
import { actionKey } from '../../core/macros/apply-macro.ts';
import { notFound } from '../kit/http.ts';
import { type AdminDependencies, type Handle, type ProjectCall, pathParameter } from './call.ts';
import type { ShownEndpoint } from './schemas.ts';

/** Waiting deliveries that are counted at most. */
const maxCounted = 1_000;

/** A webhook action; without a method where the document in force does not have it any more. */
type Endpoint = EndpointName & { macroName: string; method?: WebhookAction['method'] };

/** Lists all webhook actions of the document in force, in its order, with their health. */
export const listProjectEndpoints: Handle<ProjectCall> = async (dependencies, { project }) => {
  const configuration = await dependencies.readConfiguration(project);
  const endpoints = configuration === undefined ? [] : findWebhooks(configuration.document);
  const health = await findEndpoints(
    dependencies.table,
    endpoints.map(({ endpoint }) => endpoint),
  );
  const items = await Promise.all(endpoints.map((one) => show(dependencies, one, health.get(one.endpoint))));
  return { status: 200, json: { items } };
};

/** Pauses an endpoint: its deliveries wait. */
export const pauseEndpoint: Handle<ProjectCall> = async (dependencies, call) =>
  await change(dependencies, call, 'person-paused');

/** Resumes an endpoint: what waits is brought back bit by bit, beginning within a minute. */
export const resumeEndpoint: Handle<ProjectCall> = async (dependencies, call) =>
  await change(dependencies, call, 'person-resumed');

async function change(dependencies: AdminDependencies, call: ProjectCall, kind: 'person-paused' | 'person-resumed') {
  const { table, dueShards, now } = dependencies;
  const endpoint = await find(dependencies, call);
  if (endpoint === undefined) return notFound();
  const { macroName: _, method: __, ...name } = endpoint;
  const changed = await changeEndpoint(
    table,
    endpoint.endpoint,
    (before) => decideHealth(name, before, { kind }, now()),
    { dueShards },
  );
  call.request.note({ macro: endpoint.macro, action: endpoint.action, outcome: changed.outcome });
  const json = await show(dependencies, endpoint, changed.stored?.health);
  return changed.outcome === 'changed'
    ? { status: 200, json }
    : { status: 200, json, audit: 'nothing-changed' as const };
}

/** What was sent before an action left the document may still wait for it, so what is known of its health counts as well. */
async function find({ table, readConfiguration }: AdminDependencies, call: ProjectCall): Promise<Endpoint | undefined> {
  const { project } = call;
  const [macro, action] = [pathParameter(call, 'macro'), pathParameter(call, 'action')];
  const configuration = await readConfiguration(project);
  if (configuration === undefined) return undefined;
  const endpoint = endpointId({ project, macro, action });
  const listed = findWebhooks(configuration.document).find((webhook) => webhook.endpoint === endpoint);
  if (listed !== undefined) return listed;
  const stored = await findEndpoint(table, endpoint);
  return stored === undefined ? undefined : { endpoint, project, macro, action, macroName: macro };
}

function findWebhooks({ project, macros }: ProjectDocument): Endpoint[] {
  return macros.flatMap((macro) =>
    macro.actions.flatMap((action, place) => describe(project.key, macro, action, place)),
  );
}

function describe(project: string, macro: Macro, action: Macro['actions'][number], place: number): Endpoint[] {
  if (action.kind !== 'webhook') return [];
  const name = { project, macro: macro.key, action: actionKey(action, place) };
  return [{ ...name, endpoint: endpointId(name), macroName: macro.name, method: action.method }];
}

async function show(
  { table }: AdminDependencies,
  { endpoint, macro, action, macroName, method }: Endpoint,
  health: EndpointHealth | undefined,
): Promise<ShownEndpoint> {
  const { failingSince, lastSuccessAt, pausedAt, pauseReason, lastFailure } = health ?? {};
  const isPaused = pausedAt !== undefined;
  const reason = isPaused ? pauseReason : failingSince === undefined ? undefined : lastFailure?.reason;
  return {
    macro,
    action,
    name: macroName,
    ...(method === undefined ? {} : { method }),
    state: isPaused ? 'paused' : failingSince === undefined ? 'healthy' : 'failing',
    ...(failingSince === undefined ? {} : { failingSince }),
    ...(lastSuccessAt === undefined ? {} : { lastSuccessAt }),
    ...(isPaused ? { pausedAt, waiting: await countWaitingFor(table, endpoint, maxCounted) } : {}),
    ...(reason === undefined ? {} : { reason }),
  };
}
