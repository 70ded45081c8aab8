import { forgetInspected, listInspected, switchInspector } from '../../adapters/dynamodb/inspector.ts';
import { findSecretNames, readUsableSecrets } from '../../adapters/dynamodb/secrets.ts';
import { open } from '../../adapters/secrets/vault.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import { inspectedName } from '../../core/inspector/bounds.ts';
import { InspectedCall } from '../../core/inspector/inspected-call.ts';
import { type ShownCall, showCall } from '../../core/inspector/show-call.ts';
import { notFound } from '../kit/http.ts';
import { type AdminDependencies, type Handle, type ProjectCall, pathParameter } from './call.ts';

/** How long an inspector stays open, in milliseconds. */
const openMs = 60 * 60 * 1_000;
/** Most bytes of an answer's calls: it may have 6 MB (AWS quota). */
const maxShownBytes = 4_500_000;

/** Has the last calls of an endpoint kept for an hour. */
export const openInspector: Handle<ProjectCall> = async (dependencies, call) => {
  const name = await findName(dependencies, call);
  if (name === undefined) return notFound();
  const until = new Date(dependencies.now() + openMs).toISOString();
  const isThere = await switchInspector(dependencies.table, { project: call.project, name }, until);
  call.request.note({ inspector: name });
  return isThere ? { status: 200, json: { until } } : notFound();
};

/** Has no further calls kept, and forgets the ones that are. */
export const closeInspector: Handle<ProjectCall> = async (dependencies, call) => {
  const name = await findName(dependencies, call);
  if (name === undefined) return notFound();
  await switchInspector(dependencies.table, { project: call.project, name }, undefined);
  await forgetInspected(dependencies.table, { project: call.project, name });
  return { status: 204 };
};

/** Shows the last calls of an endpoint, newest first, masked. */
export const showInspected: Handle<ProjectCall> = async (dependencies, call) => {
  const { table, loadKeys, now } = dependencies;
  const { project, pointer } = call;
  const name = await findName(dependencies, call);
  if (name === undefined) return notFound();
  const until = pointer.inspected?.[name];
  // Calls may still have come for some seconds after it was closed.
  if (until === undefined) return { status: 200, json: { items: [] } };
  const [sealed, { vault }, secrets] = await Promise.all([
    listInspected(table, { project, name }, now()),
    loadKeys(),
    readSecretValues(dependencies, project),
  ]);
  const calls = sealed.flatMap((one) => {
    const opened = open(one, { project, name: `inspector/${name}` }, vault);
    return opened.outcome === 'opened' ? [InspectedCall.parse(JSON.parse(opened.plaintext))] : [];
  });
  const isOpen = Date.parse(until) > now();
  const items = boundCalls(calls.map((one) => showCall(one, secrets)));
  return { status: 200, json: { ...(isOpen ? { until } : {}), items } };
};

/** What an endpoint goes by, which the route and its path name; undefined where the document has none of this key. */
async function findName({ readConfigurationNow }: AdminDependencies, call: ProjectCall): Promise<string | undefined> {
  const configuration = await readConfigurationNow(call.project);
  if (configuration === undefined) return undefined;
  const kind = call.request.parameters.source === undefined ? 'listeners' : 'sources';
  const asked = pathParameter(call, kind === 'sources' ? 'source' : 'listener');
  const key = findKey(configuration.document, kind, asked);
  return key === undefined ? undefined : inspectedName(kind, key);
}

function findKey(document: ProjectDocument, kind: 'sources' | 'listeners', asked: string): string | undefined {
  const endpoints = kind === 'sources' ? document.externalSources : document.externalListeners;
  return (endpoints.find(({ key }) => key === asked) ?? endpoints.find(({ aliases }) => aliases.includes(asked)))?.key;
}

async function readSecretValues({ table, loadKeys, now }: AdminDependencies, project: string): Promise<string[]> {
  const names = [...(await findSecretNames(table, project))];
  const secrets = await readUsableSecrets(table, loadKeys, { project, names, now: now() });
  return [...secrets.values()].flatMap(({ value, previous }) => (previous === undefined ? [value] : [value, previous]));
}

/** All calls, the oldest without their bodies where all of them would be too much for one answer. */
function boundCalls(calls: readonly ShownCall[]): ShownCall[] {
  let bytes = 0;
  return calls.map((call) => {
    bytes += Buffer.byteLength(JSON.stringify(call));
    if (bytes <= maxShownBytes) return call;
    const { json: _, text: __, pointers: ___, ...head } = call;
    return { ...head, truncated: true };
  });
}
