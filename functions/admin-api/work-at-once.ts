import { unlessContended } from '../../adapters/dynamodb/contention.ts';
import type { Run, RunPage } from '../../core/runs/run.ts';
import { type ShownRun, showRun } from '../../core/runs/show-run.ts';
import { endRun } from '../kit/end-run.ts';
import { sendPages } from '../kit/send-run.ts';
import { workPage } from '../kit/work-page.ts';
import type { AdminDependencies } from './call.ts';

/** How long targets are begun within the request, in milliseconds: the gateway waits 30 seconds for its answer (AWS quota). */
const maxWorkMs = 15_000;
/** How long the page is ours, in milliseconds: longer than the function may run (29 s). */
export const leaseMs = 35_000;

type Facts = Readonly<Record<string, unknown>>;

/** Works a run's only page within the request that began it; what is left when the time is up goes through the queue. */
export async function workAtOnce(
  dependencies: AdminDependencies,
  leased: { run: Run; page: RunPage; token: string },
): Promise<{ shown: ShownRun; facts: Facts }> {
  const { now } = dependencies;
  const { run, page } = leased;
  const worked = await workPage(dependencies, { ...leased, deadline: Date.parse(run.startedAt) + maxWorkMs });
  const { outcome, tally, faults, results } = worked;
  if (outcome === 'unfinished') await sendPages(dependencies, run, [page.number]);
  // Whatever hinders its end, the run was made, and its due entry ends it.
  const ended = await unlessContended(() => endRun(dependencies, run));
  const after = (ended.outcome === 'done' ? ended.value : undefined) ?? { ...run, ...tally };
  const facts = { outcome, ...tally, state: after.state, ...(faults.length === 0 ? {} : { faults }) };
  return { shown: showRun(after, results, now()), facts };
}
