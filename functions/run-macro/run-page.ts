import { findPage, takePage } from '../../adapters/dynamodb/run-pages.ts';
import type { MacroMessage } from '../../core/deliveries/message.ts';
import { releasedAt } from '../../core/runs/release.ts';
import { isLeased, isOpen } from '../../core/runs/run.ts';
import { endRun } from '../kit/end-run.ts';
import { patiently } from '../kit/patiently.ts';
import { type RunSending, sendPages } from '../kit/send-run.ts';
import { type PageDependencies, workPage } from '../kit/work-page.ts';

/** How long a page is ours, in milliseconds: longer than the function may run (60 s). */
const leaseMs = 70_000;
/** How long targets of a page are begun, in milliseconds. */
const maxWorkMs = 40_000;
/** Tries to lease a page, while others settle pages of the same run. */
const maxTries = 6;

type Facts = Readonly<Record<string, unknown>>;

/** Works one page of a run, if it is still to be done and nobody else does; a repeated message does nothing. */
export async function runPage(
  dependencies: PageDependencies & RunSending,
  message: Extract<MacroMessage, { kind: 'run-page' }>,
): Promise<Facts> {
  const { table, now, newId, pause } = dependencies;
  const { project, run: id, page: number } = message;
  const facts = { project, run: id, page: number };
  const startedAt = now();
  const token = newId();
  for (let tries = 1; tries <= maxTries; tries += 1) {
    if (tries > 1) await pause(25 * 2 ** tries);
    const found = await patiently(dependencies, () => findPage(table, { project, id }, number));
    if (found === undefined) return { ...facts, outcome: 'unknown' };
    const { run, page } = found;
    if (run.state !== 'running') return { ...facts, outcome: run.state };
    if (!isOpen(run, page)) return { ...facts, outcome: 'done-before' };
    // Contention may hide that the lease was taken after all.
    const isOurs = page.leasedBy === token;
    if (isLeased(page, startedAt) && !isOurs) return { ...facts, outcome: 'in-hand' };
    if (releasedAt(run, number) > startedAt + 1_000) {
      return { ...facts, outcome: 'too-early', ...(await sendPages(dependencies, run, [number])) };
    }
    const lease = { token, now: startedAt, until: startedAt + leaseMs };
    if (!isOurs && (await takePage(table, found, lease)) !== 'taken') continue;
    const mine = { ...page, leases: page.leases + (isOurs ? 0 : 1), leasedBy: token };
    const worked = await workPage(dependencies, { run, page: mine, token, deadline: startedAt + maxWorkMs });
    const { outcome, tally, faults } = worked;
    const unsent = outcome === 'unfinished' ? await sendPages(dependencies, run, [number]) : {};
    const after = await endRun(dependencies, run);
    return { ...facts, outcome, ...tally, state: after?.state, ...(faults.length === 0 ? {} : { faults }), ...unsent };
  }
  throw new Error(`page ${number} of run ${id} could not be leased: others kept changing it or its run`);
}
