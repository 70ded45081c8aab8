import { listActivity, listActivityOf } from '../../adapters/dynamodb/activity.ts';
import { findApiKey } from '../../adapters/dynamodb/api-keys.ts';
import type { CursorList } from '../../core/cursors.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import { ApiKeyPrefix } from '../../core/keys/api-key.ts';
import { notFound } from '../kit/http.ts';
import { readQuery } from '../kit/read-input.ts';
import { type AdminCall, type Handle, type ProjectCall, pathParameter } from './call.ts';
import { answerPage, readPlace } from './paging.ts';
import { ActivityQuery } from './schemas.ts';

/** Lists what crossed with an API key, newest first. */
export const listKeyActivity: Handle<AdminCall> = async (dependencies, call) => {
  const { table, now } = dependencies;
  const query = readQuery(call.request, ActivityQuery);
  if (query.outcome === 'refused') return query.reply;
  const prefix = ApiKeyPrefix.safeParse(pathParameter(call, 'prefix'));
  const key = prefix.success ? await findApiKey(table, prefix.data) : undefined;
  if (key === undefined) return notFound();
  const { limit, cursor, outcome, since } = query.input;
  const list: CursorList = { route: call.request.routeKey, filters: { prefix: key.prefix, outcome, since } };
  const place = await readPlace(dependencies, list, cursor);
  if (place.outcome === 'refused') return place.reply;
  const asked = { limit, before: place.input, outcome, since: toEpochMs(since), now: now() };
  const page = await listActivity(table, { apiKey: key.prefix }, asked);
  return await answerPage(dependencies, list, page);
};

/** Lists what crossed in a project, newest first: with the keys that its document names, and by callers who only sign. */
export const listProjectActivity: Handle<ProjectCall> = async (dependencies, { request, project }) => {
  const { table, readConfiguration, now } = dependencies;
  const query = readQuery(request, ActivityQuery);
  if (query.outcome === 'refused') return query.reply;
  const configuration = await readConfiguration(project);
  if (configuration === undefined) return notFound();
  const { limit, cursor, outcome, since } = query.input;
  const list: CursorList = { route: request.routeKey, project, filters: { outcome, since } };
  const place = await readPlace(dependencies, list, cursor);
  if (place.outcome === 'refused') return place.reply;
  const callers = [{ project }, ...namedKeys(configuration.document).map((apiKey) => ({ apiKey }))];
  const asked = { limit, before: place.input, outcome, project, since: toEpochMs(since), now: now() };
  return await answerPage(dependencies, list, await listActivityOf(table, callers, asked));
};

/** The prefixes of the API keys that open something of a project. */
function namedKeys({ externalSources, externalListeners, dataPackages, recordLookups }: ProjectDocument): string[] {
  const opened = [...externalSources, ...externalListeners, ...dataPackages, ...recordLookups];
  return [...new Set(opened.flatMap(({ apiKey }) => apiKey ?? []))];
}

function toEpochMs(instant: string | undefined): number | undefined {
  return instant === undefined ? undefined : Date.parse(instant);
}
