import {
  addApiKeyOnce,
  deleteApiKey,
  findApiKey,
  findStoredApiKey,
  listApiKeys,
  replaceApiKey,
  showApiKey,
} from '../../adapters/dynamodb/api-keys.ts';
import type { CursorList } from '../../core/cursors.ts';
import { durationMs } from '../../core/dates.ts';
import { diffDocuments } from '../../core/document/diff-documents.ts';
import { ApiKey, ApiKeyPrefix, hashKeySecret, makeKeySecret } from '../../core/keys/api-key.ts';
import { type HttpReply, notFound, refuse, refuseContended } from '../kit/http.ts';
import { readBody, readQuery } from '../kit/read-input.ts';
import { type AdminCall, type AdminDependencies, type Handle, pathParameter } from './call.ts';
import { answerPage, readPlace } from './paging.ts';
import { ApiKeyChange, KeyRotation, NewApiKey, PageQuery } from './schemas.ts';

/** Random bytes of a key's secret (docs/http.md). */
const secretBytes = 32;
/** Tries to change a key that others keep changing. */
const maxTries = 5;

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
  const { prefix, enabled = true, ...settings } = body.input;
  const secret = makeKeySecret(randomBytes(secretBytes));
  const createdAt = new Date(now()).toISOString();
  const key: ApiKey = ApiKey.parse({ ...inUtc(settings), prefix, enabled, createdAt, hash: hashKeySecret(secret) });
  const outcome = await addApiKeyOnce(table, key);
  request.note({ apiKey: prefix });
  if (outcome === 'prefix-taken') return refuse(409, `There is an API key '${prefix}' already: choose another prefix.`);
  const headers = { location: `${apiOrigin}/admin/v1/api-keys/${prefix}`, 'cache-control': 'no-store' };
  return { status: 201, headers, json: { ...showApiKey(key), key: `${prefix}-${secret}` } };
};

/** Answers with one API key, never with its secret. */
export const getKey: Handle<AdminCall> = async ({ table }, call) => {
  const prefix = ApiKeyPrefix.safeParse(pathParameter(call, 'prefix'));
  const key = prefix.success ? await findApiKey(table, prefix.data) : undefined;
  return key === undefined ? notFound() : { status: 200, json: showApiKey(key) };
};

/** Changes an API key; within 10 seconds it is as it says. */
export const changeKey: Handle<AdminCall> = async (dependencies, call) => {
  const body = readBody(call.request, ApiKeyChange);
  if (body.outcome === 'refused') return body.reply;
  const stored = await replaceKey(dependencies, call, (key) => applyChange(key, body.input));
  if (typeof stored === 'string') return answerUnstored(stored);
  const [before, json] = [showApiKey(stored.before), showApiKey(stored.after)];
  const changes = diffDocuments(before, json);
  return { status: 200, json, audit: changes.length === 0 ? 'nothing-changed' : { changes } };
};

/** Gives an API key a new secret; the old one counts for a while, so that callers can follow. */
export const rotateKey: Handle<AdminCall> = async (dependencies, call) => {
  const isEmpty = call.request.body.byteLength === 0;
  const body = isEmpty
    ? { outcome: 'read' as const, input: KeyRotation.parse({}) }
    : readBody(call.request, KeyRotation);
  if (body.outcome === 'refused') return body.reply;
  const secret = makeKeySecret(dependencies.randomBytes(secretBytes));
  const endsAt = dependencies.now() + durationMs(body.input.overlap);
  const stored = await replaceKey(dependencies, call, (key) => ({
    ...key,
    hash: hashKeySecret(secret),
    previous: { hash: key.hash, validUntil: new Date(endsAt).toISOString() },
  }));
  if (typeof stored === 'string') return answerUnstored(stored);
  const headers = { 'cache-control': 'no-store' };
  const { after } = stored;
  return { status: 200, headers, json: { ...showApiKey(after), key: `${after.prefix}-${secret}` } };
};

async function replaceKey(
  { table, pause }: AdminDependencies,
  call: AdminCall,
  change: (key: ApiKey) => ApiKey,
): Promise<{ before: ApiKey; after: ApiKey } | 'absent' | 'kept-changing'> {
  const prefix = ApiKeyPrefix.safeParse(pathParameter(call, 'prefix'));
  if (!prefix.success) return 'absent';
  call.request.note({ apiKey: prefix.data });
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const before = await findStoredApiKey(table, prefix.data);
    if (before === undefined) return 'absent';
    const after = change(before.key);
    if ((await replaceApiKey(table, before, after)) === 'stored') return { before: before.key, after };
    await pause(25 * 2 ** tries);
  }
  return 'kept-changing';
}

function answerUnstored(outcome: 'absent' | 'kept-changing'): HttpReply {
  return outcome === 'absent' ? notFound() : refuseContended('The key was not changed. Try again shortly.');
}

/** A setting that is null is taken away. */
function applyChange(key: ApiKey, change: ApiKeyChange): ApiKey {
  const changed = Object.entries({ ...key, ...inUtc(change) }).filter(([, value]) => value !== null);
  return ApiKey.parse(Object.fromEntries(changed));
}

/** Instants are kept in UTC. */
function inUtc<Settings extends { validUntil?: string | null | undefined }>(settings: Settings): Settings {
  const { validUntil } = settings;
  if (validUntil === undefined || validUntil === null) return settings;
  return { ...settings, validUntil: new Date(validUntil).toISOString() };
}

/** Deletes an API key. */
export const removeKey: Handle<AdminCall> = async ({ table, now }, call) => {
  const prefix = ApiKeyPrefix.safeParse(pathParameter(call, 'prefix'));
  const outcome = prefix.success ? await deleteApiKey(table, prefix.data, now()) : 'absent';
  if (outcome === 'absent') return notFound();
  call.request.note({ apiKey: prefix.data });
  return { status: 204 };
};
