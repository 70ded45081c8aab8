import type * as z from 'zod';
import { findRun, storeFinishedRun, storeRun } from '../../adapters/dynamodb/runs.ts';
import { nameCaller } from '../../core/access/principal.ts';
import { isShownTo } from '../../core/access/project-role.ts';
import type { Macro } from '../../core/document/schema.ts';
import { canonicalEmail } from '../../core/members.ts';
import type { ParameterError } from '../../core/reply-errors.ts';
import { beginRun, finishRun, type Run, type RunResult, type RunTarget, resultWithout } from '../../core/runs/run.ts';
import { notFound, refuse, refuseParameters } from '../kit/http.ts';
import { type AdminDependencies, type Handle, type ProjectCall, pathParameter } from './call.ts';
import { readBody } from './read-input.ts';
import { isRecordId } from './record-ids.ts';
import { runForRecord } from './run-for-record.ts';
import { NewRun } from './schemas.ts';

/** How long a run goes on trying, in milliseconds: the gateway waits 30 seconds for its answer (AWS quota). */
const maxRunMs = 15_000;
/** Tries to store how a run ended. */
const maxRecordTries = 3;

const broken = 'something broke on our side: look at the record, then run the macro again for it if nothing changed';

const notYet = {
  filter: 'Runs over a filter do not exist yet: name tickets or members.',
  confirm: 'Runs that wait for a confirmation do not exist yet: leave it out.',
};

/** Applies a macro to a list of tickets or members; one that is unknown or fails does not keep the others waiting. */
export const startRun: Handle<ProjectCall> = async (dependencies, call) => {
  const { table, readConfiguration, now, newId, apiOrigin } = dependencies;
  const { request, project } = call;
  const configuration = await readConfiguration(project);
  const macro = configuration?.document.macros.find(({ key }) => key === pathParameter(call, 'macro'));
  if (configuration === undefined || macro === undefined) return notFound();
  if (call.role === 'support' && !isShownTo(macro, call.member)) {
    return refuse(403, 'Support may run macros that are shown to their teams: this one is not.');
  }
  const body = readBody(request, NewRun, notYet);
  if (body.outcome === 'refused') return body.reply;
  const targets = readTargets(macro, body.input);
  if (targets.outcome === 'refused') return refuseParameters(targets.errors);
  const startedAt = now();
  const run = beginRun({ id: newId(), macro: macro.key, total: targets.targets.length, startedAt: iso(startedAt) });
  await storeRun(table, project, run);
  const by = nameCaller(call.principal);
  const running = { project, run: run.id, by, macro, configuration, deadline: startedAt + maxRunMs };
  const results: RunResult[] = [];
  const faults: { target: RunTarget; error: string }[] = [];
  for (const target of targets.targets) {
    try {
      results.push(await runForRecord(dependencies, running, target));
    } catch (error) {
      // Others may have been done before, which only the run's record tells.
      faults.push({ target, error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
      results.push(resultWithout(target, 'failed', broken));
    }
  }
  const finished = finishRun(run, results, iso(now()));
  const recorded = await recordRun(dependencies, project, finished);
  request.note({ run: run.id, macro: macro.key, done: finished.done, failed: finished.failed, recorded, faults });
  const location = `${apiOrigin}/admin/v1/projects/${project}/runs/${run.id}`;
  return { status: 202, headers: { location }, json: finished };
};

/** What a run is over, each target once; or why the macro cannot run over it. */
function readTargets(
  macro: Macro,
  { tickets, members }: z.output<typeof NewRun>,
): { outcome: 'read'; targets: RunTarget[] } | { outcome: 'refused'; errors: ParameterError[] } {
  const isForMembers = macro.target === 'member';
  const [wanted, unwanted] = isForMembers ? ['members', 'tickets'] : ['tickets', 'members'];
  const message = `This macro is for ${wanted}: name them in ${wanted}.`;
  const errors: ParameterError[] = [];
  if ((isForMembers ? members : tickets) === undefined) errors.push({ parameter: wanted, code: 'required', message });
  if ((isForMembers ? tickets : members) !== undefined)
    errors.push({ parameter: unwanted, code: 'not_allowed', message });
  if (errors.length > 0) return { outcome: 'refused', errors };
  const targets = isForMembers
    ? distinct((members ?? []).map((email) => canonicalEmail(email) ?? email)).map((member) => ({ member }))
    : distinct(tickets ?? []).map((ticket) => ({ ticket }));
  return { outcome: 'read', targets };
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}

/** Stores how a run ended; whatever comes of that, the run was made, and its caller is told so. */
async function recordRun({ table, pause }: AdminDependencies, project: string, finished: Run): Promise<boolean> {
  for (let tries = 1; tries <= maxRecordTries; tries += 1) {
    if (tries > 1) await pause(50 * 2 ** tries);
    if ((await storeFinishedRun(table, project, finished)) === 'stored') return true;
  }
  return false;
}

/** Answers with one run. */
export const getRun: Handle<ProjectCall> = async ({ table }, call) => {
  const id = pathParameter(call, 'run');
  const run = isRecordId(id) ? await findRun(table, call.project, id) : undefined;
  return run === undefined ? notFound() : { status: 200, json: run };
};

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
