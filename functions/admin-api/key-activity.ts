import { listActivity } from '../../adapters/dynamodb/activity.ts';
import { findApiKey } from '../../adapters/dynamodb/api-keys.ts';
import type { CursorList } from '../../core/cursors.ts';
import { ApiKeyPrefix } from '../../core/keys/api-key.ts';
import { notFound } from '../kit/http.ts';
import { readQuery } from '../kit/read-input.ts';
import { type AdminCall, type Handle, pathParameter } from './call.ts';
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
  const list: CursorList = {
    route: call.request.routeKey,
    filters: { prefix: key.prefix, outcome: query.input.outcome },
  };
  const place = await readPlace(dependencies, list, query.input.cursor);
  if (place.outcome === 'refused') return place.reply;
  const { limit, outcome } = query.input;
  const asked = { limit, before: place.input, outcome, now: now() };
  const page = await listActivity(table, { apiKey: key.prefix }, asked);
  return await answerPage(dependencies, list, page);
};
