import { readRunPages } from '../../adapters/dynamodb/run-pages.ts';
import { changeRun, findRun, type RunUpdate } from '../../adapters/dynamodb/runs.ts';
import type { MacroMessage } from '../../core/deliveries/message.ts';
import { isLeased, isOpen, type Run, type RunPage } from '../../core/runs/run.ts';
import { lastReleased, tendEveryMs } from '../../core/runs/stretch.ts';
import { endRun } from '../kit/end-run.ts';
import { patiently } from '../kit/patiently.ts';
import type { RunSending } from '../kit/send-run.ts';
import { sendCount, sendPages } from '../kit/send-run.ts';
import type { PageDependencies } from '../kit/work-page.ts';

type TendDependencies = PageDependencies & RunSending;
type Facts = Readonly<Record<string, unknown>>;

/**
 * Looks whether a run goes on, and sends again what was lost: the message of its counting, or the pages that nobody works.
 * While pages are done nothing is sent twice; those that are released later go to the queue when it can hold them.
 */
export async function tendRun(
  dependencies: TendDependencies,
  { project, run: id }: Extract<MacroMessage, { kind: 'tend-run' }>,
): Promise<Facts> {
  const { table, now } = dependencies;
  const facts = { project, run: id };
  const run = await patiently(dependencies, () => findRun(table, { project, id }));
  if (run?.tendAt === undefined || Date.parse(run.tendAt) > now()) return { ...facts, outcome: 'in-hand' };
  switch (run.state) {
    case 'counting':
      return { ...facts, ...(await tendCounting(dependencies, run)) };
    case 'running':
      return { ...facts, ...(await tendPages(dependencies, run)) };
    case 'cancelling': {
      const ended = await endRun(dependencies, run);
      if (ended?.state === 'cancelling') await claim(dependencies, run, {});
      return { ...facts, outcome: ended?.state };
    }
    default:
      // It stands still, so nobody needs to look: only a stale entry of the index leads here.
      return { ...facts, outcome: run.state };
  }
}

/** Whoever moves the time of the next look has the run in hand now. */
async function claim(
  { table, dueShards, now, newId, pause }: PageDependencies,
  run: Run,
  more: RunUpdate,
): Promise<boolean> {
  const update: RunUpdate = {
    ...more,
    from: [run.state],
    when: { ...more.when, tendAt: run.tendAt },
    tendAt: now() + tendEveryMs,
  };
  const token = newId();
  const changed = await patiently({ pause }, () => changeRun(table, run, update, { token, dueShards }));
  return changed.outcome === 'changed';
}

async function tendCounting(dependencies: TendDependencies, run: Run): Promise<Facts> {
  if (!(await claim(dependencies, run, {}))) return { outcome: 'in-hand' };
  if (isLeased(run, dependencies.now())) return { outcome: 'counting' };
  return { outcome: 'counts-again', ...(await sendCount(dependencies, run)) };
}

async function tendPages(dependencies: TendDependencies, run: Run): Promise<Facts> {
  if (run.open <= 0) return { outcome: (await endRun(dependencies, run))?.state };
  const now = dependencies.now();
  // Somebody has settled a page since the last look, or since the stretch began.
  const goesOn = run.seenOpen === undefined ? run.worked > 0 : run.seenOpen !== run.open;
  const sentTo = run.sentTo === undefined ? undefined : lastReleased(run, run.pages, now);
  const seen = { seenOpen: run.open, ...(sentTo === undefined ? {} : { sentTo }) };
  const update: RunUpdate = { set: seen, ...(sentTo === undefined ? { remove: ['sentTo'] } : {}) };
  if (!(await claim(dependencies, run, update))) return { outcome: 'in-hand' };
  if (goesOn && run.sentTo === undefined) return { outcome: 'goes-on', open: run.open };
  const open = await readOpen(dependencies, run);
  const isUnsent = ({ number }: RunPage) => number > (run.sentTo ?? run.pages);
  const mayGo = ({ number }: RunPage) => number <= (sentTo ?? run.pages);
  const wanted = open.filter((page) => mayGo(page) && (goesOn ? isUnsent(page) : !isLeased(page, now)));
  const numbers = wanted.map(({ number }) => number);
  const unsent = await sendPages(dependencies, run, numbers);
  if (!goesOn) await recount(dependencies, run, open.length);
  const sent = numbers.length - (unsent.unsent ?? 0);
  return { outcome: goesOn ? 'goes-on' : 'sent-again', open: open.length, sent, ...unsent };
}

async function readOpen({ table }: PageDependencies, run: Run): Promise<RunPage[]> {
  const open: RunPage[] = [];
  for await (const pages of readRunPages(table, run)) open.push(...pages.filter((page) => isOpen(run, page)));
  return open;
}

/** A page that was settled while its run stood still is not counted in the stretch: then the run's number is wrong. */
async function recount(dependencies: PageDependencies, run: Run, open: number): Promise<void> {
  const { table, dueShards, newId } = dependencies;
  if (open !== run.open) {
    const update: RunUpdate = { from: ['running'], when: { open: run.open, worked: run.worked }, set: { open } };
    const token = newId();
    await patiently(dependencies, () => changeRun(table, run, update, { token, dueShards }));
  }
  if (open === 0) await endRun(dependencies, run);
}
