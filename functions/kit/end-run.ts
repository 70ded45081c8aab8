import { freeProject } from '../../adapters/dynamodb/deleted-projects.ts';
import { forgetErasure } from '../../adapters/dynamodb/erasures.ts';
import { readRunPages } from '../../adapters/dynamodb/run-pages.ts';
import { changeRun, findRun, type RunName } from '../../adapters/dynamodb/runs.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { isLeased, type Run } from '../../core/runs/run.ts';
import { afterPages } from '../../core/runs/stretch.ts';
import { patiently } from './patiently.ts';

/** What ending a run needs. */
export type RunEnding = {
  table: Table;
  dueShards: number;
  now: () => number;
  newId: () => string;
  pause: (maxMs: number) => Promise<void>;
};

/** Ends a run that has nothing more to do, and a cancelled one where nobody works any more; returns it as it then is. */
export async function endRun(ending: RunEnding, name: RunName): Promise<Run | undefined> {
  const { table, dueShards, now, newId } = ending;
  const run = await patiently(ending, () => findRun(table, name));
  if (run === undefined) return undefined;
  const atWork = run.state === 'cancelling' && run.open > 0 && (await isAtWork(ending, name));
  const step = afterPages(run, { atWork, now: now() });
  if (step === undefined) return run;
  // Whom it has erased it need not know any more, unless something is to be tried again.
  if (run.kind === 'erase' && step.change.to === 'done' && run.failed === 0) {
    const isOfProject = run.over.kind === 'erasure' && run.over.of === 'project';
    await patiently(ending, () => (isOfProject ? freeProject(table, name) : forgetErasure(table, name)));
  }
  const token = newId();
  // A page that was settled meanwhile belongs to an end that somebody else makes.
  const update = { ...step, when: { open: run.open, stretch: run.stretch } };
  const ended = await patiently(ending, () => changeRun(table, name, update, { token, dueShards }));
  return ended.run;
}

async function isAtWork({ table, now }: RunEnding, name: RunName): Promise<boolean> {
  for await (const pages of readRunPages(table, name)) {
    if (pages.some((page) => isLeased(page, now()))) return true;
  }
  return false;
}
