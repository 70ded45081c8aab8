import { readRunPages } from '../../adapters/dynamodb/run-pages.ts';
import { changeRun, type RunUpdate } from '../../adapters/dynamodb/runs.ts';
import { isShownTo } from '../../core/access/project-role.ts';
import { roleMay } from '../../core/access/role.ts';
import { isOpen, type Run, type RunPage } from '../../core/runs/run.ts';
import { judgeRequest, type RunRequest, stateChanges } from '../../core/runs/run-request.ts';
import { beginStretch, findOpen, lastReleased, tendEveryMs } from '../../core/runs/stretch.ts';
import { endRun } from '../kit/end-run.ts';
import { type HttpReply, notFound, refuse, refuseContended } from '../kit/http.ts';
import { patiently } from '../kit/patiently.ts';
import { sendCount, sendPages, type Unsent } from '../kit/send-run.ts';
import type { AdminDependencies, Handle, RunCall } from './call.ts';
import { findCalledRun, showWithResults } from './runs.ts';

/** Starts a run that was counted and waits for it. */
export const confirmRun: Handle<RunCall> = async (dependencies, call) => await ask(dependencies, call, 'start');

/** Has a run begin no further page; those at work finish. */
export const cancelRun: Handle<RunCall> = async (dependencies, call) => await ask(dependencies, call, 'cancel');

/** Has a cancelled run go on where it was. */
export const resumeRun: Handle<RunCall> = async (dependencies, call) => await ask(dependencies, call, 'resume');

/** Works a run's failed targets again, in the same run. */
export const retryRun: Handle<RunCall> = async (dependencies, call) => await ask(dependencies, call, 'retry');

async function ask(dependencies: AdminDependencies, call: RunCall, request: RunRequest): Promise<HttpReply> {
  const run = await findCalledRun(dependencies, call);
  if (run === undefined) return notFound();
  const forbidden = await whyForbidden(dependencies, call, run);
  if (forbidden !== undefined) return refuse(403, forbidden);
  const judged = judgeRequest(run, request);
  if (judged.outcome === 'refused') return refuse(409, judged.reason);
  const note = (unsent: Unsent) => call.request.note({ ...unsent });
  const changed = request === 'cancel' ? await cancel(dependencies, run) : await goOn(dependencies, run, request, note);
  call.request.note({ run: run.id, asked: request, from: run.state, state: changed?.state });
  if (changed === undefined) return refuseContended('This run changed meanwhile. Look at it, and try again.');
  return { status: 202, json: await showWithResults(dependencies, changed) };
}

/** Support may do with a run what they may do with its macro; replays belong to those who manage the project. */
async function whyForbidden(
  { readConfiguration }: AdminDependencies,
  { role, member, project }: RunCall,
  run: Run,
): Promise<string | undefined> {
  if (roleMay(role, 'manage')) return undefined;
  if (run.kind === 'erase') return 'Erasures are for project managers.';
  if (run.kind === 'import') return 'Imports of members are for project managers.';
  if (run.kind !== 'macro') return 'Replays of many deliveries or submissions are for project managers.';
  const macro = (await readConfiguration(project))?.document.macros.find(({ key }) => key === run.macro);
  const isTheirs = macro !== undefined && isShownTo(macro, member);
  return isTheirs ? undefined : 'Support may change runs of macros that are shown to their teams: this one is not.';
}

async function cancel(dependencies: AdminDependencies, run: Run): Promise<Run | undefined> {
  const isAtWork = run.state === 'running';
  const update: RunUpdate = isAtWork
    ? { change: stateChanges.cancel }
    : {
        change: stateChanges.cancelBefore,
        set: { finishedAt: new Date(dependencies.now()).toISOString() },
        remove: ['leasedBy', 'leaseUntil'],
        tendAt: 'never',
      };
  const changed = await change(dependencies, run, update);
  return changed === undefined || !isAtWork ? changed : await endRun(dependencies, changed);
}

async function goOn(
  dependencies: AdminDependencies,
  run: Run,
  request: Exclude<RunRequest, 'cancel'>,
  note: (unsent: Unsent) => void,
): Promise<Run | undefined> {
  const now = dependencies.now();
  if (request === 'resume' && run.countedAt === undefined) {
    const update = { change: stateChanges.countOn, remove: ['finishedAt' as const], tendAt: now + tendEveryMs };
    const counting = await change(dependencies, run, update);
    if (counting !== undefined) note(await sendCount(dependencies, counting));
    return counting;
  }
  if (request === 'resume' && run.stretch === 0 && run.confirm === true) {
    return await change(dependencies, run, { change: stateChanges.waitAgain, remove: ['finishedAt'] });
  }
  return await beginAgain(dependencies, run, request, note);
}

async function beginAgain(
  dependencies: AdminDependencies,
  run: Run,
  request: 'start' | 'resume' | 'retry',
  note: (unsent: Unsent) => void,
): Promise<Run | undefined> {
  const now = dependencies.now();
  const pages = await readAllPages(dependencies, run);
  const isRetry = request === 'retry';
  const round = run.round + (isRetry ? 1 : 0);
  // A retry repeats what failed and nothing else: pages that were never begun are left to a resume.
  const left = isRetry ? findOpen({ round }, pages).left : 0;
  const asked = { ...run, round, ...(left === 0 ? {} : { left }) };
  const open = findOpen(asked, pages);
  if (open.count === 0 && !isRetry) {
    const set = { finishedAt: new Date(now).toISOString() };
    return await change(dependencies, run, { change: stateChanges.startNothing, set });
  }
  const { change: to, set, remove, tendAt } = beginStretch(asked, stateChanges[request], open, now);
  const more = { round, ...(left === 0 ? {} : { left }) };
  const begun = await change(dependencies, run, { change: to, set: { ...set, ...more }, remove, tendAt });
  if (begun === undefined) return undefined;
  const upTo = lastReleased(begun, open.last, now) ?? open.last;
  const numbers = pages.filter((page) => isOpen(begun, page) && page.number <= upTo).map(({ number }) => number);
  note(await sendPages(dependencies, begun, numbers));
  return begun;
}

async function readAllPages({ table }: AdminDependencies, run: Run): Promise<RunPage[]> {
  const all: RunPage[] = [];
  for await (const pages of readRunPages(table, run)) all.push(...pages);
  return all;
}

/** Changes a run that is as it was read; undefined where somebody else changed it. */
async function change(dependencies: AdminDependencies, run: Run, update: RunUpdate): Promise<Run | undefined> {
  const { table, dueShards, newId } = dependencies;
  const guarded = { ...update, when: { stretch: run.stretch, round: run.round } };
  const token = newId();
  const changed = await patiently(dependencies, () => changeRun(table, run, guarded, { token, dueShards }));
  return changed.outcome === 'changed' ? changed.run : undefined;
}
