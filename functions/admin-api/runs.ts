import { storePages } from '../../adapters/dynamodb/run-pages.ts';
import { listResults, readPageResults } from '../../adapters/dynamodb/run-results.ts';
import { findRun, storeRun } from '../../adapters/dynamodb/runs.ts';
import { nameCaller } from '../../core/access/principal.ts';
import { isShownTo } from '../../core/access/project-role.ts';
import type { CursorList } from '../../core/cursors.ts';
import type { Macro, ProjectDocument } from '../../core/document/schema.ts';
import { canonicalEmail } from '../../core/members.ts';
import type { ParameterError } from '../../core/reply-errors.ts';
import { checkChoice } from '../../core/runs/check-choice.ts';
import { listRun, makeRun, type NewRun as RunBeginning, runAtOnce, waitsForStart } from '../../core/runs/make-run.ts';
import { type RunResult, RunResult as StoredRunResult } from '../../core/runs/result.ts';
import type { Run, RunPage } from '../../core/runs/run.ts';
import { freezeScope } from '../../core/runs/scope.ts';
import { type ShownRun, showRun } from '../../core/runs/show-run.ts';
import { type HttpReply, notFound, refuse, refuseParameters } from '../kit/http.ts';
import { readBody, readQuery } from '../kit/read-input.ts';
import { sendCount } from '../kit/send-run.ts';
import { type AdminDependencies, type Handle, type ProjectCall, pathParameter, type RunCall } from './call.ts';
import { answerPage, readPlace } from './paging.ts';
import { isRecordId } from './record-ids.ts';
import { NewRun, ResultsQuery } from './run-schemas.ts';
import { leaseMs, workAtOnce } from './work-at-once.ts';

/** What a run is over: named targets, or a filter. */
type Chosen =
  | { outcome: 'list'; targets: string[] }
  | { outcome: 'filter' }
  | { outcome: 'refused'; errors: ParameterError[] };

/** Runs a macro over tickets or members: a short list at once, all else through the queue. */
export const startRun: Handle<ProjectCall> = async (dependencies, call) => {
  const { readConfiguration, now, newId } = dependencies;
  const { request, project } = call;
  const configuration = await readConfiguration(project);
  const macro = configuration?.document.macros.find(({ key }) => key === pathParameter(call, 'macro'));
  if (configuration === undefined || macro === undefined) return notFound();
  if (call.role === 'support' && !isShownTo(macro, call.member)) {
    return refuse(403, 'Support may run macros that are shown to their teams: this one is not.');
  }
  const body = readBody(request, NewRun);
  if (body.outcome === 'refused') return body.reply;
  const chosen = readChoice(configuration.document, macro, body.input);
  if (chosen.outcome === 'refused') return refuseParameters(chosen.errors);
  const { filter, where, confirm } = body.input;
  const target = macro.target === 'member' ? ('member' as const) : ('ticket' as const);
  const beginning: RunBeginning = {
    id: newId(),
    project,
    macro: macro.key,
    cause: { kind: 'person', by: nameCaller(call.principal) },
    over:
      chosen.outcome === 'list'
        ? { kind: 'list', target }
        : freezeScope(configuration.document, macro, { filter: filter ?? where }),
    confirm: waitsForStart(macro, confirm),
    startedAt: now(),
  };
  if (chosen.outcome === 'filter') return await beginCounting(dependencies, call, makeRun(beginning));
  return await beginList(dependencies, call, listRun(beginning, chosen.targets));
};

/** Begins a run that the queue counts and works. */
export async function beginCounting(dependencies: AdminDependencies, call: ProjectCall, run: Run): Promise<HttpReply> {
  await storeRun(dependencies.table, run, dependencies.dueShards);
  const unsent = await sendCount(dependencies, run);
  call.request.note({ run: run.id, macro: run.macro, state: run.state, ...unsent });
  return answerBegun(dependencies, showRun(run, undefined, dependencies.now()));
}

/** Begins a run over a given list, which is worked at once where it is short. */
export async function beginList(
  dependencies: AdminDependencies,
  call: ProjectCall,
  list: { run: Run; pages: RunPage[] },
): Promise<HttpReply> {
  const { table, dueShards, now, newId } = dependencies;
  const token = newId();
  const startedAt = now();
  const atOnce = runAtOnce(list, { token, now: startedAt, leaseUntil: startedAt + leaseMs });
  const run = atOnce?.run ?? list.run;
  // Pages that no run names are nothing; a run without its pages would be half a run.
  await storePages(table, run, atOnce === undefined ? list.pages : [atOnce.page]);
  if (atOnce === undefined) return await beginCounting(dependencies, call, run);
  await storeRun(table, run, dueShards);
  const { shown, facts } = await workAtOnce(dependencies, { ...atOnce, token });
  call.request.note({ run: run.id, macro: run.macro, ...facts });
  return answerBegun(dependencies, shown);
}

/** Answers with a run that has begun. */
export function answerBegun({ apiOrigin }: AdminDependencies, run: ShownRun): HttpReply {
  const location = `${apiOrigin}/admin/v1/projects/${run.project}/runs/${run.id}`;
  return { status: 202, headers: { location }, json: run };
}

/** What a run is over, each target once; or everything that is wrong with it. */
function readChoice(document: ProjectDocument, macro: Macro, input: NewRun): Chosen {
  const isForMembers = macro.target === 'member';
  const [wanted, unwanted] = isForMembers ? (['members', 'tickets'] as const) : (['tickets', 'members'] as const);
  const named = input[wanted];
  const errors: ParameterError[] = [];
  if (input[unwanted] !== undefined) {
    const message = `This macro is for ${wanted}: name them in ${wanted}.`;
    errors.push({ parameter: unwanted, code: 'not_allowed', message });
  }
  const given = ([wanted, 'filter', 'where'] as const).filter((name) => input[name] !== undefined);
  if (given.length === 0) {
    const message = `This macro is for ${wanted}: name them in ${wanted}, or choose them by filter or where.`;
    errors.push({ parameter: wanted, code: 'required', message });
  }
  for (const parameter of given.slice(1)) {
    const message = `A run is over one of ${wanted}, filter and where: leave the others out.`;
    errors.push({ parameter, code: 'not_allowed', message });
  }
  errors.push(...checkChoice(document, macro, input));
  if (errors.length > 0) return { outcome: 'refused', errors };
  if (named === undefined) return { outcome: 'filter' };
  const names = isForMembers ? named.map((email) => canonicalEmail(email) ?? email) : named;
  return { outcome: 'list', targets: [...new Set(names)] };
}

/** Answers with one run, and with what became of its targets where they are one page. */
export const getRun: Handle<RunCall> = async (dependencies, call) => {
  const run = await findCalledRun(dependencies, call);
  return run === undefined ? notFound() : { status: 200, json: await showWithResults(dependencies, run) };
};

/** Lists what became of a run's targets, in their order. */
export const listRunResults: Handle<RunCall> = async (dependencies, call) => {
  const { request, project } = call;
  const run = await findCalledRun(dependencies, call);
  if (run === undefined) return notFound();
  const query = readQuery(request, ResultsQuery);
  if (query.outcome === 'refused') return query.reply;
  const { limit, cursor, outcome } = query.input;
  const list: CursorList = { route: request.routeKey, project, filters: { run: run.id, outcome } };
  const place = await readPlace(dependencies, list, cursor);
  if (place.outcome === 'refused') return place.reply;
  if (run.results !== undefined) {
    const items = run.results.filter((result) => outcome === undefined || result.outcome === outcome);
    return await answerPage(dependencies, list, { items });
  }
  return await answerPage(
    dependencies,
    list,
    await listResults(dependencies.table, run, { limit, after: place.input, outcome }),
  );
};

/** The run that a call names. */
export async function findCalledRun({ table }: AdminDependencies, call: RunCall): Promise<Run | undefined> {
  const id = pathParameter(call, 'run');
  return isRecordId(id) ? await findRun(table, { project: call.project, id }) : undefined;
}

/** Shows a run, with its results where they are one page. */
export async function showWithResults({ table, now }: AdminDependencies, run: Run): Promise<ShownRun> {
  return showRun(run, run.results ?? (await readOnlyPage(table, run)), now());
}

async function readOnlyPage(table: AdminDependencies['table'], run: Run): Promise<RunResult[] | undefined> {
  if (run.pages !== 1 || run.state === 'counting') return undefined;
  return (await readPageResults(table, run, 1)).map((result) => StoredRunResult.parse(result));
}
