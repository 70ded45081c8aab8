import * as z from 'zod';
import { progressOf } from './progress.ts';
import { RunResult } from './result.ts';
import { Run } from './run.ts';
import { RunScope } from './scope.ts';

/** A run as it is shown. */
export const ShownRun = Run.pick({
  id: true,
  project: true,
  macro: true,
  state: true,
  total: true,
  done: true,
  failed: true,
  skipped: true,
  startedAt: true,
  resumedAt: true,
  finishedAt: true,
  limitPerSecond: true,
})
  .extend({
    kind: Run.shape.kind
      .unwrap()
      .describe(
        '`replay`: deliveries are sent again; `resubmit`: rejected submissions are taken after all; `erase`: what was deleted is cleared away; `import`: members are added and changed.',
      ),
    cause: Run.shape.cause.unwrap(),
    over: RunScope.describe('What it is over, as it was when it began.'),
    confirm: z.literal(true).optional().describe('It waits to be started once it is counted.'),
    round: z.int().describe('1, and one more each time its failed targets were asked for again.'),
    perSecond: z.number().optional().describe('Targets a second since it began to run, or was resumed.'),
    secondsLeft: z.int().optional().describe('How long it goes on at that rate.'),
    results: z.array(RunResult).optional().describe('Of a run over 25 targets or fewer; others have `/results`.'),
  })
  .meta({ id: 'Run' });
export type ShownRun = z.infer<typeof ShownRun>;

/** Shows a run as it stands at `now` (epoch milliseconds). */
export function showRun(run: Run, results: readonly RunResult[] | undefined, now: number): ShownRun {
  const { id, project, kind, macro, cause, over, state, total, done, failed, skipped, round } = run;
  const { confirm, limitPerSecond, startedAt, resumedAt, finishedAt } = run;
  return {
    ...{ id, project, kind },
    ...(macro === undefined ? {} : { macro }),
    ...{ cause, over: showScope(over) },
    ...(confirm === undefined ? {} : { confirm }),
    ...(limitPerSecond === undefined ? {} : { limitPerSecond }),
    ...{ state, total, done, failed, skipped, round, startedAt },
    ...(resumedAt === undefined ? {} : { resumedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...progressOf(run, now),
    ...(results === undefined ? {} : { results: [...results] }),
  };
}

/** What an erasure looks through is its own affair. */
function showScope(over: RunScope): RunScope {
  if (over.kind === 'quarantine') {
    const { sources: _, ...shown } = over;
    return shown;
  }
  if (over.kind !== 'erasure') return over;
  const { feedbackTypes: _, named: __, ...shown } = over;
  return shown;
}
