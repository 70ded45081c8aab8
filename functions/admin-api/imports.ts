import {
  addImport,
  findImport,
  readFile,
  storePiece,
  startImport as storeStart,
} from '../../adapters/dynamodb/imports.ts';
import { storePages } from '../../adapters/dynamodb/run-pages.ts';
import { findRun } from '../../adapters/dynamodb/runs.ts';
import type { CursorList } from '../../core/cursors.ts';
import {
  listPieces,
  type MemberImport,
  maxPieces,
  ShownImport,
  whyIncomplete,
} from '../../core/people/member-import.ts';
import { showRun } from '../../core/runs/show-run.ts';
import { withinBytes } from '../../core/within-bytes.ts';
import { type HttpReply, notFound, refuse, refuseContended } from '../kit/http.ts';
import { patiently } from '../kit/patiently.ts';
import { type Input, readQuery } from '../kit/read-input.ts';
import { sendCount } from '../kit/send-run.ts';
import { type AdminDependencies, type Handle, type ProjectCall, pathParameter } from './call.ts';
import { importRun, refuseCsvForm, settleFile } from './import-members.ts';
import { ImportQuery } from './import-schemas.ts';
import { type JudgedFile, judgeFile } from './judge-file.ts';
import { answerPage, readPlace } from './paging.ts';
import { isRecordId } from './record-ids.ts';
import { answerBegun } from './runs.ts';
import { PageQuery } from './schemas.ts';

/** Opens an import whose file comes in pieces. */
export const openImport: Handle<ProjectCall> = async (dependencies, { project, request }) => {
  const { table, newId, now, apiOrigin } = dependencies;
  const opened: MemberImport = {
    ...{ id: newId(), project, state: 'open', pieces: {} },
    createdAt: new Date(now()).toISOString(),
  };
  await patiently(dependencies, () => addImport(table, opened));
  request.note({ import: opened.id });
  const location = `${apiOrigin}/admin/v1/projects/${project}/imports/${opened.id}`;
  return { status: 201, headers: { location }, json: show(opened) };
};

/** Answers with an import: which pieces are there, and the run, once there is one. */
export const getImport: Handle<ProjectCall> = async (dependencies, call) => {
  const held = await findCalled(dependencies, call);
  return held === undefined ? notFound() : { status: 200, json: show(held) };
};

/** Takes a piece of the file; one that is sent again takes the place of the one before. */
export const putPiece: Handle<ProjectCall> = async (dependencies, call) => {
  const held = await findCalled(dependencies, call);
  const number = /^[1-9]\d?$/.test(pathParameter(call, 'piece')) ? Number(pathParameter(call, 'piece')) : 0;
  if (held === undefined || number === 0) return notFound();
  if (number > maxPieces) return refuse(413, `A file has ${maxPieces} pieces at most, of 1 MiB each.`);
  const refusal = refuseCsvForm(call.request);
  if (refusal !== undefined) return refusal;
  const { body } = call.request;
  if (body.byteLength === 0) return refuse(400, 'The piece is empty.');
  const stored = await patiently(dependencies, () => storePiece(dependencies.table, held, number, body));
  if (stored === 'started') return refuse(409, 'The import is started: nothing can be added to it.');
  return { status: 204, audit: 'nothing-changed' };
};

/** Lists the lines of the file that are wrong, each with everything that is wrong with it. */
export const listProblems: Handle<ProjectCall> = async (dependencies, call) => {
  const { request, project } = call;
  const held = await findCalled(dependencies, call);
  if (held === undefined) return notFound();
  const query = readQuery(request, PageQuery);
  if (query.outcome === 'refused') return query.reply;
  const list: CursorList = { route: request.routeKey, project, filters: { import: held.id } };
  const place = await readPlace(dependencies, list, query.input.cursor);
  if (place.outcome === 'refused') return place.reply;
  const file = await judge(dependencies, call, held);
  if (file.outcome === 'refused') return file.reply;
  const after = Number(place.input ?? 0);
  const left = file.input.bad.filter(({ line }) => line > after);
  const { kept: items } = withinBytes(left.slice(0, query.input.limit));
  const next = left.length > items.length ? String(items.at(-1)?.line) : undefined;
  return await answerPage(dependencies, list, { items, next });
};

/** Begins the run that imports the file, once all of its pieces are there; asked again, it answers with that run. */
export const startImport: Handle<ProjectCall> = async (dependencies, call) => {
  const { table, dueShards, newId } = dependencies;
  const held = await findCalled(dependencies, call);
  if (held === undefined) return notFound();
  const query = readQuery(call.request, ImportQuery);
  if (query.outcome === 'refused') return query.reply;
  if (held.run !== undefined) return await answerStarted(dependencies, call, held.run);
  const file = await judge(dependencies, call, held);
  if (file.outcome === 'refused') return file.reply;
  const settled = settleFile(file.input, query.input);
  if (settled.outcome === 'refused') return { ...settled.reply, audit: 'nothing-changed' };
  const { run, pages } = importRun(dependencies, call, file.input);
  // Pages that no run names are nothing; a run without its pages would be half a run.
  await patiently(dependencies, () => storePages(table, run, pages));
  const token = newId();
  const outcome = await patiently(dependencies, () => storeStart(table, held, run, { dueShards, token }));
  if (outcome === 'changed-meanwhile') {
    const now = await findCalled(dependencies, call);
    if (now?.run !== undefined) return await answerStarted(dependencies, call, now.run);
    return refuseContended('The file changed meanwhile: nothing was imported. Start it again.');
  }
  const unsent = await sendCount(dependencies, run);
  call.request.note({ import: held.id, run: run.id, lines: run.total, ...unsent });
  return answerBegun(dependencies, showRun(run, undefined, dependencies.now()));
};

async function answerStarted(
  dependencies: AdminDependencies,
  { project }: ProjectCall,
  id: string,
): Promise<HttpReply> {
  const run = await findRun(dependencies.table, { project, id });
  return run === undefined ? notFound() : answerBegun(dependencies, showRun(run, undefined, dependencies.now()));
}

async function findCalled({ table }: AdminDependencies, call: ProjectCall): Promise<MemberImport | undefined> {
  const id = pathParameter(call, 'import');
  return isRecordId(id) ? await findImport(table, call.project, id) : undefined;
}

async function judge(
  { table, readConfiguration }: AdminDependencies,
  { project, role }: ProjectCall,
  held: MemberImport,
): Promise<Input<JudgedFile>> {
  const reason = whyIncomplete(held);
  if (reason !== undefined) return { outcome: 'refused', reply: refuse(409, reason) };
  const configuration = await readConfiguration(project);
  if (configuration === undefined) return { outcome: 'refused', reply: notFound() };
  return judgeFile(await readFile(table, held), configuration.document, role);
}

function show(held: MemberImport) {
  return ShownImport.parse({ ...held, pieces: listPieces(held) });
}
