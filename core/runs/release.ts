import { pageSize, type Run } from './run.ts';

/** Targets of a page: a replay's pages are small enough that one is released in a second at most. */
export function pageSizeOf({ limitPerSecond }: Pick<Run, 'limitPerSecond'>): number {
  return Math.max(1, Math.min(pageSize, Math.floor(limitPerSecond ?? pageSize)));
}

/** When a page of the present stretch may be worked at the earliest, in epoch milliseconds. */
export function releasedAt(
  run: Pick<Run, 'limitPerSecond' | 'firstOpen' | 'stretchAt' | 'startedAt'>,
  page: number,
): number {
  const since = Date.parse(run.stretchAt ?? run.startedAt);
  if (run.limitPerSecond === undefined) return since;
  return since + Math.ceil((Math.max(0, page - run.firstOpen) * pageSizeOf(run) * 1_000) / run.limitPerSecond);
}
