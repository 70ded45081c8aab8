import type { ConfigurationReader } from '../../adapters/dynamodb/configuration.ts';
import { releasePage, settlePage } from '../../adapters/dynamodb/run-pages.ts';
import { readPageResults } from '../../adapters/dynamodb/run-results.ts';
import type { LargeBodies } from '../../adapters/s3/large-bodies.ts';
import { ImportLine } from '../../core/people/import-line.ts';
import { type AnyTarget, isRetried, type RunResult, resultWithout, type Tally, tally } from '../../core/runs/result.ts';
import { type Run, type RunPage, settledOf } from '../../core/runs/run.ts';
import { describeFault } from './describe-fault.ts';
import { type EraseDependencies, eraseTarget } from './erase-target.ts';
import { importTarget } from './import-target.ts';
import { replayTarget } from './replay-target.ts';
import { resubmitTarget } from './resubmit-target.ts';
import { type InLine, storeAlone, type TargetDependencies, workTarget } from './work-target.ts';

/** Targets of a page that are worked side by side. */
const atOnce = 5;
/** Tries to settle a page, at which all pages of a run meet. */
const maxSettleTries = 10;

const erasureBroken = 'something broke on our side: try the failed targets again (retry)';
const broken = 'something broke on our side: look at the record, then run the macro again for it if nothing changed';

/** What working a page needs. */
export type PageDependencies = TargetDependencies &
  EraseDependencies & {
    readConfiguration: ConfigurationReader;
    /** Reads it from the table, however fresh what is known of it. */
    readConfigurationNow: ConfigurationReader;
    largeBodies: Pick<LargeBodies, 'readKept'>;
  };

/** A page in our hands: the token of its lease, and when nothing of it may be begun any more (epoch milliseconds). */
export type LeasedPage = { run: Run; page: RunPage; token: string; deadline: number };

/** What came of a page; an `unfinished` one was given back, and somebody else goes on. */
export type WorkedPage = {
  outcome: 'settled' | 'unfinished' | 'not-ours' | 'contended';
  results: RunResult[];
  tally: Tally;
  faults: { place: number; error: string }[];
};

type Work = (target: AnyTarget, place: number) => Promise<RunResult | undefined>;

/**
 * Works the targets of a page that are still to be worked, and settles it. Each target's result is stored with what was done
 * for it, so that whoever works the page again goes on where this left off.
 */
export async function workPage(dependencies: PageDependencies, leased: LeasedPage): Promise<WorkedPage> {
  const { table, dueShards, pause } = dependencies;
  const { run, page, token } = leased;
  const known = await readKnown(dependencies, leased);
  const work = await describeWork(dependencies, leased);
  const faults: WorkedPage['faults'] = [];
  const places = page.targets.flatMap((_, place) => (known.has(place) ? [] : [place]));
  await sideBySide(places, async (place) => {
    const target = toTarget(run, page.targets[place] ?? '');
    const result = await work(target, place).catch(async (error: unknown) => {
      faults.push({ place, error: describeFault(error) });
      const at = { page: page.number, place };
      return await storeAlone(
        dependencies,
        run,
        at,
        resultWithout(target, 'failed', run.kind === 'erase' ? erasureBroken : broken),
      );
    });
    if (result !== undefined) known.set(place, result);
  });
  const results = page.targets.flatMap((_, place) => known.get(place) ?? []);
  const worked: WorkedPage = { outcome: 'unfinished', results, tally: tally(results), faults };
  if (results.length < page.targets.length) {
    await releasePage(table, run, page, token);
    return worked;
  }
  const before = page.tally === undefined ? 0 : settledOf(page.tally) - page.tally.failed;
  const settled = { run, page, tally: worked.tally, worked: page.targets.length - before };
  for (let tries = 1; ; tries += 1) {
    const outcome = await settlePage(table, settled, { token, dueShards });
    if (outcome !== 'contended' || tries === maxSettleTries) return { ...worked, outcome };
    await pause(Math.min(1_000, 25 * 2 ** tries));
  }
}

/** What earlier tries came to, and rounds of which nothing is tried again; a first try has nothing to look for. */
async function readKnown({ table }: PageDependencies, { run, page }: LeasedPage): Promise<Map<number, RunResult>> {
  if (page.leases === 1) return new Map();
  const stored = await readPageResults(table, run, page.number);
  const kept = stored.filter((result) => result.round === run.round || !isRetried(result));
  return new Map(kept.map(({ place, round: _, ...result }) => [place, result]));
}

async function describeWork(dependencies: PageDependencies, { run, page, deadline }: LeasedPage): Promise<Work> {
  const at = (place: number) => ({ page: page.number, place });
  const fail =
    (reason: string): Work =>
    async (target, place) =>
      await storeAlone(dependencies, run, at(place), resultWithout(target, 'failed', reason));
  if (run.kind === 'replay') {
    return async (target, place) =>
      'delivery' in target ? await replayTarget(dependencies, { run, deadline }, target, at(place)) : undefined;
  }
  if (run.kind === 'resubmit') {
    const corrected = await dependencies.readConfigurationNow(run.project);
    if (corrected === undefined) return fail('there is no such project any more');
    const worked = { run, configuration: corrected, deadline };
    return async (target, place) =>
      'submission' in target ? await resubmitTarget(dependencies, worked, target, at(place)) : undefined;
  }
  if (run.kind === 'erase') {
    return async (target, place) =>
      'item' in target ? await eraseTarget(dependencies, { run, deadline }, target, at(place)) : undefined;
  }
  const configuration = await dependencies.readConfiguration(run.project);
  if (run.kind === 'import') {
    if (configuration === undefined) return fail('the project is gone');
    const worked = { run, configuration, deadline };
    return async (target, place) =>
      'line' in target
        ? await importTarget(dependencies, worked, { ...target, given: readGiven(page, place) }, at(place))
        : undefined;
  }
  const macro = configuration?.document.macros.find(({ key }) => key === run.macro);
  if (configuration === undefined || macro === undefined) {
    return fail(`the project's document has no macro "${run.macro}" any more`);
  }
  const key = run.cause.kind === 'automation' ? run.cause.key : undefined;
  const automation = configuration.document.automations.find((one) => one.key === key);
  if (key !== undefined && automation === undefined) {
    return fail(`the project's document has no automation "${key}" any more`);
  }
  const worked = { run, macro, automation, configuration, deadline, inLine: lines() };
  return async (target, place) =>
    'ticket' in target || 'member' in target ? await workTarget(dependencies, worked, target, at(place)) : undefined;
}

/** A line of a file of members, as its page holds it. */
function readGiven(page: RunPage, place: number): ImportLine {
  return ImportLine.parse(JSON.parse(page.targets[place] ?? ''));
}

function toTarget({ over }: Run, name: string): AnyTarget {
  if (over.kind === 'import') {
    const { email, line } = ImportLine.parse(JSON.parse(name));
    return { member: email, line };
  }
  if (over.kind === 'deliveries') return { delivery: name };
  if (over.kind === 'erasure') return { item: name };
  if (over.kind === 'quarantine' || over.target === 'submission') return { submission: name };
  return over.target === 'member' ? { member: name } : { ticket: name };
}

async function sideBySide(places: readonly number[], work: (place: number) => Promise<void>): Promise<void> {
  const queue = [...places];
  const workOff = async () => {
    for (let place = queue.shift(); place !== undefined; place = queue.shift()) await work(place);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, places.length) }, workOff));
}

function lines(): InLine {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const mine = (last.get(key) ?? Promise.resolve()).then(work, work);
    last.set(key, mine);
    return await mine;
  };
}
