import type { Run } from './run.ts';

/** How fast a run goes, and how long it goes on at that rate. */
export type Progress = { perSecond?: number; secondsLeft?: number };

/** Says how the present stretch goes on at `now` (epoch milliseconds); nothing where it has not come anywhere yet. */
export function progressOf(run: Pick<Run, 'state' | 'stretchAt' | 'toWork' | 'worked'>, now: number): Progress {
  if (run.state !== 'running' || run.stretchAt === undefined) return {};
  const seconds = (now - Date.parse(run.stretchAt)) / 1_000;
  if (seconds <= 0 || run.worked === 0) return {};
  const perSecond = run.worked / seconds;
  const left = Math.max(0, run.toWork - run.worked);
  return { perSecond: Math.round(perSecond * 10) / 10, secondsLeft: Math.ceil(left / perSecond) };
}
