import { pageSizeOf, releasedAt } from './release.ts';
import { isOpen, type Run, type RunPage } from './run.ts';
import { type StateChange, stateChanges } from './run-request.ts';

/** A run is looked at every so often until it stands still, so that nothing which was lost keeps it waiting. */
export const tendEveryMs = 120_000;
/** Pages are sent to the queue when they are to be worked within so long: it delays for 15 minutes at most. */
const sentAheadMs = 850_000;

/** A step of a run from one state to the next, with what it then holds; `tendAt` is in epoch milliseconds. */
export type RunStep = {
  change: StateChange;
  set: Partial<Run>;
  remove: readonly (keyof Run)[];
  tendAt: number | 'never';
};

/** Pages that are to be done, as a stretch begins with them. */
export type OpenPages = { count: number; first: number; last: number; targets: number; left: number };

/** Looks which of a run's pages are to be done; `left` are those that were never begun and are left out. */
export function findOpen(run: Pick<Run, 'round' | 'left'>, pages: readonly RunPage[]): OpenPages {
  const open = pages.filter((page) => isOpen(run, page));
  return {
    count: open.length,
    first: open[0]?.number ?? 1,
    last: open.at(-1)?.number ?? 0,
    targets: open.reduce(
      (sum, page) => sum + (page.doneRound === undefined ? page.targets.length : (page.tally?.failed ?? 0)),
      0,
    ),
    left: pages.filter(({ doneRound }) => doneRound === undefined).length,
  };
}

/** Says how a run goes on whose targets are counted. */
export function afterCounting(run: Run, { total, pages }: { total: number; pages: number }, now: number): RunStep {
  const counted = { total, pages, countedAt: iso(now) };
  const remove = ['counting', 'leaseUntil', 'leasedBy'] as const;
  if (run.confirm === true) return { change: stateChanges.count, set: counted, remove, tendAt: 'never' };
  if (total === 0) {
    return { change: stateChanges.runNothing, set: { ...counted, finishedAt: iso(now) }, remove, tendAt: 'never' };
  }
  const open = { count: pages, first: 1, last: pages, targets: total, left: pages };
  const step = beginStretch({ ...run, ...counted }, stateChanges.run, open, now);
  return { ...step, set: { ...counted, ...step.set }, remove: [...remove, ...step.remove] };
}

/** Begins a stretch over the pages that are open. */
export function beginStretch(run: Run, change: StateChange, open: OpenPages, now: number): RunStep {
  const set = {
    stretch: run.stretch + 1,
    stretchAt: iso(now),
    open: open.count,
    firstOpen: open.first,
    toWork: open.targets,
    worked: 0,
    ...(run.stretch === 0 ? {} : { resumedAt: iso(now) }),
  };
  const sentTo = lastReleased({ ...run, ...set }, open.last, now);
  const remove = ['finishedAt', 'seenOpen', ...(sentTo === undefined ? ['sentTo' as const] : [])] as const;
  return { change, set: { ...set, ...(sentTo === undefined ? {} : { sentTo }) }, remove, tendAt: now + tendEveryMs };
}

/** The last page that can go to the queue by now; undefined where all of them can. */
export function lastReleased(run: Run, last: number, now: number): number | undefined {
  if (run.limitPerSecond === undefined || releasedAt(run, last) <= now + sentAheadMs) return undefined;
  const since = Date.parse(run.stretchAt ?? run.startedAt);
  const steps = Math.floor(((now + sentAheadMs - since) * run.limitPerSecond) / (pageSizeOf(run) * 1_000));
  return run.firstOpen + Math.max(0, steps);
}

/** Says how a run ends that has nothing more to do; undefined where it goes on. `atWork`: somebody still works a page. */
export function afterPages(run: Run, { atWork, now }: { atWork: boolean; now: number }): RunStep | undefined {
  const ended = { set: { finishedAt: iso(now) }, remove: ['left', 'sentTo', 'seenOpen'], tendAt: 'never' } as const;
  if (run.state !== 'running' && run.state !== 'cancelling') return undefined;
  if (run.open <= 0) {
    return (run.left ?? 0) === 0
      ? { ...ended, change: stateChanges.finish }
      : { ...ended, change: stateChanges.finishRound };
  }
  return run.state === 'cancelling' && !atWork ? { ...ended, change: stateChanges.standStill } : undefined;
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
