import { deleteSecret, findSecret, listSecrets, writeSecret } from '../../adapters/dynamodb/secrets.ts';
import { type OpenedSecret, open, seal } from '../../adapters/secrets/vault.ts';
import type { CursorList } from '../../core/cursors.ts';
import { durationMs } from '../../core/dates.ts';
import { VariableName } from '../../core/document/schema-names.ts';
import { notFound, refuseContended, refuseParameters } from '../kit/http.ts';
import { readBody, readQuery } from '../kit/read-input.ts';
import { type Handle, type ProjectCall, pathParameter } from './call.ts';
import { canonicalHost } from './canonical-host.ts';
import { answerPage, readPlace } from './paging.ts';
import { NewSecret, PageQuery } from './schemas.ts';

/** How often a rotation is decided again where somebody else changes the secret meanwhile. */
const maxTries = 5;

/** Lists a project's secrets: names, hosts and dates. */
export const listProjectSecrets: Handle<ProjectCall> = async (dependencies, { request, project }) => {
  const query = readQuery(request, PageQuery);
  if (query.outcome === 'refused') return query.reply;
  const list: CursorList = { route: request.routeKey, project, filters: {} };
  const place = await readPlace(dependencies, list, query.input.cursor);
  if (place.outcome === 'refused') return place.reply;
  const page = await listSecrets(dependencies.table, project, { limit: query.input.limit, after: place.input });
  return await answerPage(dependencies, list, page);
};

/** Sets a secret; nothing ever answers its value. */
export const putSecret: Handle<ProjectCall> = async (dependencies, call) => {
  const { request, project } = call;
  const { table, loadKeys, randomBytes, now, pause } = dependencies;
  const name = VariableName.safeParse(pathParameter(call, 'name'));
  const body = readBody(request, NewSecret);
  if (!name.success) {
    const message = 'The name of a secret is a letter, then up to 62 letters, digits, hyphens and underscores.';
    return refuseParameters([{ parameter: 'name', code: 'invalid_text', message }]);
  }
  if (body.outcome === 'refused') return body.reply;
  const { value, hosts, overlap } = body.input;
  const place = { project, name: name.data };
  const { vault } = await loadKeys();
  const sealed = seal(value, place, vault, randomBytes);
  const secret = { name: name.data, sealed, hosts: hosts?.map((host) => canonicalHost(host) ?? host) };
  request.note({ secret: name.data });
  if (overlap === undefined) {
    await writeSecret(table, project, secret, now());
    return { status: 204 };
  }
  for (let tries = 1; tries <= maxTries; tries += 1) {
    if (tries > 1) await pause(25 * 2 ** tries);
    const seen = await findSecret(table, project, name.data);
    // Where the call is repeated, its value is there already, and the one before it must not be lost.
    const isThere = seen !== undefined && holds(open(seen.sealed, place, vault), value);
    const until = new Date(now() + durationMs(overlap)).toISOString();
    const former = isThere ? seen.former : seen && { sealed: seen.sealed, until };
    const outcome = await writeSecret(table, project, secret, now(), { seen, former });
    if (outcome === 'written') return { status: 204 };
  }
  return refuseContended('Others are changing this secret: it was not set. Try again shortly.');
};

function holds(opened: OpenedSecret, value: string): boolean {
  return opened.outcome === 'opened' && opened.plaintext === value;
}

/** Deletes a secret. */
export const removeSecret: Handle<ProjectCall> = async ({ table }, call) => {
  const name = VariableName.safeParse(pathParameter(call, 'name'));
  if (!name.success) return notFound();
  const outcome = await deleteSecret(table, call.project, name.data);
  if (outcome === 'absent') return notFound();
  call.request.note({ secret: name.data });
  return { status: 204 };
};
