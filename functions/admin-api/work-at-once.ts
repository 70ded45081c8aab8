import type { Run, RunPage } from '../../core/runs/run.ts';
import { type ShownRun, showRun } from '../../core/runs/show-run.ts';
import { describeFault } from '../kit/describe-fault.ts';
import { endRun } from '../kit/end-run.ts';
import { sendPages } from '../kit/send-run.ts';
import { workPage } from '../kit/work-page.ts';
import type { AdminDependencies } from './call.ts';

/** How long targets are begun within the request, in milliseconds: the gateway waits 30 seconds for its answer (AWS quota). */
const maxWorkMs = 15_000;
/** How long the page is ours, in milliseconds: longer than the function may run (29 s). */
export const leaseMs = 35_000;

type Facts = Readonly<Record<string, unknown>>;

type LeasedPage = { run: Run; page: RunPage; token: string };
type WorkedRun = { shown: ShownRun; facts: Facts };

/** Works a run's only page within the request that began it; what is left when the time is up goes through the queue. */
export async function workAtOnce(dependencies: AdminDependencies, leased: LeasedPage): Promise<WorkedRun> {
  const { run } = leased;
  try {
    return await workNow(dependencies, leased);
  } catch (error) {
    // The run is stored: whoever asked again would have it twice, and its due entry goes on where this broke off.
    const facts = { outcome: 'broken', state: run.state, fault: describeFault(error) };
    return { shown: showRun(run, undefined, dependencies.now()), facts };
  }
}

async function workNow(dependencies: AdminDependencies, leased: LeasedPage): Promise<WorkedRun> {
  const { now } = dependencies;
  const { run, page } = leased;
  const worked = await workPage(dependencies, { ...leased, deadline: Date.parse(run.startedAt) + maxWorkMs });
  const { outcome, tally, faults, results } = worked;
  const unsent = outcome === 'unfinished' ? await sendPages(dependencies, run, [page.number]) : {};
  let broken: Facts = {};
  const ended = await endRun(dependencies, run).catch((error: unknown) => {
    broken = { fault: describeFault(error) };
    return undefined;
  });
  const after = ended ?? { ...run, ...tally };
  const facts = {
    outcome,
    ...tally,
    state: after.state,
    ...(faults.length === 0 ? {} : { faults }),
    ...unsent,
    ...broken,
  };
  return { shown: showRun(after, results, now()), facts };
}
