import { deleteSecret, listSecrets, writeSecret } from '../../adapters/dynamodb/secrets.ts';
import { seal } from '../../adapters/secrets/vault.ts';
import type { CursorList } from '../../core/cursors.ts';
import { VariableName } from '../../core/document/schema-names.ts';
import { notFound, refuseParameters } from '../kit/http.ts';
import { type Handle, type ProjectCall, pathParameter } from './call.ts';
import { canonicalHost } from './canonical-host.ts';
import { answerPage, readPlace } from './paging.ts';
import { readBody, readQuery } from './read-input.ts';
import { NewSecret, PageQuery } from './schemas.ts';

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
  const { table, loadKeys, randomBytes, now } = dependencies;
  const name = VariableName.safeParse(pathParameter(call, 'name'));
  const body = readBody(request, NewSecret);
  if (!name.success) {
    const message = 'The name of a secret is a letter, then up to 62 letters, digits, hyphens and underscores.';
    return refuseParameters([{ parameter: 'name', code: 'invalid_text', message }]);
  }
  if (body.outcome === 'refused') return body.reply;
  const { value, hosts } = body.input;
  const sealed = seal(value, { project, name: name.data }, (await loadKeys()).vault, randomBytes);
  const canonical = hosts?.map((host) => canonicalHost(host) ?? host);
  await writeSecret(table, project, { name: name.data, sealed, hosts: canonical }, now());
  request.note({ secret: name.data });
  return { status: 204 };
};

/** Deletes a secret. */
export const removeSecret: Handle<ProjectCall> = async ({ table }, call) => {
  const name = VariableName.safeParse(pathParameter(call, 'name'));
  if (!name.success) return notFound();
  const outcome = await deleteSecret(table, call.project, name.data);
  if (outcome === 'absent') return notFound();
  call.request.note({ secret: name.data });
  return { status: 204 };
};
