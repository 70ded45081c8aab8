import type { Macro } from '../document/schema.ts';
import { pageSize, type Run, type RunCause, type RunPage } from './run.ts';
import { stateChanges } from './run-request.ts';
import type { RunScope } from './scope.ts';
import { beginStretch, tendEveryMs } from './stretch.ts';

/** What a run begins with; `startedAt` is in epoch milliseconds. */
export type NewRun = {
  id: string;
  project: string;
  macro?: string;
  cause: RunCause;
  over: RunScope;
  confirm?: boolean;
  limitPerSecond?: number;
  startedAt: number;
};

/** A run that is to be counted; `tendAt` (epoch milliseconds) is when it is looked at if nobody counts it before. */
export function makeRun(begun: NewRun, tendAt = begun.startedAt + tendEveryMs): Run {
  const { id, project, macro, cause, over, confirm, limitPerSecond, startedAt } = begun;
  return {
    ...{ id, project, kind: kindOf(over) },
    ...(macro === undefined ? {} : { macro }),
    ...{ cause, over },
    ...(confirm === true ? { confirm } : {}),
    ...(limitPerSecond === undefined ? {} : { limitPerSecond }),
    state: 'counting',
    ...{ total: 0, done: 0, failed: 0, skipped: 0 },
    ...{ round: 1, pages: 0, stretch: 0, open: 0, firstOpen: 1, toWork: 0, worked: 0 },
    startedAt: new Date(startedAt).toISOString(),
    tendAt: new Date(tendAt).toISOString(),
  };
}

function kindOf(over: RunScope): Run['kind'] {
  if (over.kind === 'deliveries') return 'replay';
  if (over.kind === 'erasure') return 'erase';
  if (over.kind === 'import') return 'import';
  const isOfSubmissions = over.kind === 'quarantine' || (over.kind === 'list' && over.target === 'submission');
  return isOfSubmissions ? 'resubmit' : 'macro';
}

/** A run over a given list with its pages: it only waits to be set running. */
export function listRun(begun: NewRun, targets: readonly string[]): { run: Run; pages: RunPage[] } {
  const pages = Array.from({ length: Math.ceil(targets.length / pageSize) }, (_, place) => ({
    number: place + 1,
    targets: targets.slice(place * pageSize, (place + 1) * pageSize),
    leases: 0,
  }));
  return { run: { ...makeRun(begun), total: targets.length, pages: pages.length }, pages };
}

/** The same run where its one page is worked at once, by whoever holds the lease's token until `leaseUntil` (epoch milliseconds). */
export function runAtOnce(
  { run, pages }: { run: Run; pages: readonly RunPage[] },
  lease: { token: string; leaseUntil: number; now: number },
): { run: Run; page: RunPage } | undefined {
  const [first] = pages;
  if (first === undefined || pages.length > 1 || run.confirm === true) return undefined;
  const open = { count: 1, first: 1, last: 1, targets: run.total, left: 1 };
  const { change, set } = beginStretch(run, stateChanges.run, open, lease.now);
  const page = {
    ...first,
    leases: 1,
    leasedBy: lease.token,
    leaseUntil: new Date(lease.leaseUntil).toISOString(),
  };
  return { run: { ...run, ...set, countedAt: run.startedAt, state: change.to }, page };
}

/** Whether a run of a macro by a person waits to be started once it is counted. */
export function waitsForStart(macro: Macro, asked: boolean | undefined): boolean {
  return asked === true || macro.confirm === true;
}
