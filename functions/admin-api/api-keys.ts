import {
  addApiKeyOnce,
  deleteApiKey,
  findApiKey,
  ListedApiKey,
  listApiKeys,
} from '../../adapters/dynamodb/api-keys.ts';
import type { CursorList } from '../../core/cursors.ts';
import { ApiKeyPrefix, hashKeySecret, makeKeySecret } from '../../core/keys/api-key.ts';
import { notFound, refuse } from '../kit/http.ts';
import { readBody, readQuery } from '../kit/read-input.ts';
import { type AdminCall, type Handle, pathParameter } from './call.ts';
import { answerPage, readPlace } from './paging.ts';
import { NewApiKey, PageQuery } from './schemas.ts';

/** Random bytes of a key's secret (docs/http.md). */
const secretBytes = 32;

/** Lists all API keys by prefix. */
export const listKeys: Handle<AdminCall> = async (dependencies, { request }) => {
  const query = readQuery(request, PageQuery);
  if (query.outcome === 'refused') return query.reply;
  const list: CursorList = { route: request.routeKey, filters: {} };
  const place = await readPlace(dependencies, list, query.input.cursor);
  if (place.outcome === 'refused') return place.reply;
  const page = await listApiKeys(dependencies.table, { limit: query.input.limit, after: place.input });
  return await answerPage(dependencies, list, page);
};

/** Makes an API key; its answer is the only one that ever shows the key. */
export const createKey: Handle<AdminCall> = async ({ table, randomBytes, now, apiOrigin }, { request }) => {
  const body = readBody(request, NewApiKey);
  if (body.outcome === 'refused') return body.reply;
  const { prefix, name } = body.input;
  const secret = makeKeySecret(randomBytes(secretBytes));
  const shown = { prefix, name, enabled: true, createdAt: new Date(now()).toISOString() };
  const outcome = await addApiKeyOnce(table, { ...shown, hash: hashKeySecret(secret) });
  request.note({ apiKey: prefix });
  if (outcome === 'prefix-taken') return refuse(409, `There is an API key '${prefix}' already: choose another prefix.`);
  const headers = { location: `${apiOrigin}/admin/v1/api-keys/${prefix}`, 'cache-control': 'no-store' };
  return { status: 201, headers, json: { ...shown, key: `${prefix}-${secret}` } };
};

/** Answers with one API key, never with its secret. */
export const getKey: Handle<AdminCall> = async ({ table }, call) => {
  const prefix = ApiKeyPrefix.safeParse(pathParameter(call, 'prefix'));
  const key = prefix.success ? await findApiKey(table, prefix.data) : undefined;
  return key === undefined ? notFound() : { status: 200, json: ListedApiKey.parse(key) };
};

/** Deletes an API key. */
export const removeKey: Handle<AdminCall> = async ({ table }, call) => {
  const prefix = ApiKeyPrefix.safeParse(pathParameter(call, 'prefix'));
  const outcome = prefix.success ? await deleteApiKey(table, prefix.data) : 'absent';
  if (outcome === 'absent') return notFound();
  call.request.note({ apiKey: prefix.data });
  return { status: 204 };
};
