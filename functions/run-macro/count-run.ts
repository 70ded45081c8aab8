import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import { storeCounted } from '../../adapters/dynamodb/run-pages.ts';
import { listTargets } from '../../adapters/dynamodb/run-targets.ts';
import { changeRun, findRun, type RunUpdate } from '../../adapters/dynamodb/runs.ts';
import type { MacroMessage } from '../../core/deliveries/message.ts';
import { pageSizeOf } from '../../core/runs/release.ts';
import { type Counting, isLeased, type Run, type RunPage } from '../../core/runs/run.ts';
import { matchesScope } from '../../core/runs/scope.ts';
import { afterCounting } from '../../core/runs/stretch.ts';
import { loadContexts } from '../kit/load-contexts.ts';
import { patiently } from '../kit/patiently.ts';
import { pagesUpTo, type RunSending, sendCount, sendPages, type Unsent } from '../kit/send-run.ts';
import type { PageDependencies } from '../kit/work-page.ts';

/** How long one message counts, in milliseconds, and how long nobody else may: the function is stopped after 60 s. */
const maxCountMs = 45_000;
const leaseMs = 70_000;
/** Entries of a list that are read at once; so many records are loaded at once where a filter judges them. */
const listedAtOnce = { plain: 500, judged: 100 };
/** Pages that are stored at once. */
const pagesAtOnce = 20;
/** The place behind all lists of a run, of which none is read any more. */
const endOfLists = 1_000_000;

type Facts = Readonly<Record<string, unknown>>;
type CountDependencies = PageDependencies & RunSending;
type Place = Omit<Counting, 'pending'>;

/**
 * Lists all targets of a run into pages, and then has the run wait for its start, or sends every page to the queue. What one
 * message does not manage the next one goes on with, from what the run's item says.
 */
export async function countRun(
  dependencies: CountDependencies,
  { project, run: id }: Extract<MacroMessage, { kind: 'count-run' }>,
): Promise<Facts> {
  const { table, dueShards, now, newId } = dependencies;
  const facts = { project, run: id };
  const startedAt = now();
  const found = await patiently(dependencies, () => findRun(table, { project, id }));
  if (found?.state !== 'counting') return { ...facts, outcome: found?.state ?? 'unknown' };
  if (isLeased(found, startedAt)) return { ...facts, outcome: 'in-hand' };
  const token = newId();
  const lease: RunUpdate = {
    from: ['counting'],
    when: { leasedBy: found.leasedBy },
    set: { leasedBy: token, leaseUntil: new Date(startedAt + leaseMs).toISOString() },
  };
  const leased = await patiently(dependencies, () => changeRun(table, found, lease, { token, dueShards }));
  if (leased.outcome === 'refused') return { ...facts, outcome: 'in-hand' };
  const counted = await count(dependencies, leased.run, token, startedAt);
  const unsent = await sendOn(dependencies, found, counted);
  const { total, pages, state } = counted.run ?? leased.run;
  return { ...facts, outcome: counted.outcome, total, pages, state, ...unsent };
}

type Counted = { outcome: 'counted' | 'goes-on' | 'not-ours'; run?: Run | undefined };

async function sendOn(dependencies: CountDependencies, run: Run, counted: Counted): Promise<Unsent> {
  if (counted.outcome === 'goes-on') return await sendCount(dependencies, run);
  if (counted.run?.state !== 'running') return {};
  return await sendPages(dependencies, counted.run, pagesUpTo(counted.run));
}

async function count(dependencies: CountDependencies, leased: Run, token: string, startedAt: number): Promise<Counted> {
  const { table, now, readConfiguration } = dependencies;
  if (leased.over.kind === 'list' || leased.over.kind === 'import')
    return await conclude(dependencies, leased, [], token);
  const configuration = await readConfiguration(leased.project);
  // What is to be erased is so whatever the document says, or whether there is one.
  const keepAll = async (names: readonly string[]) => [...names];
  const judge =
    leased.over.kind === 'erasure'
      ? keepAll
      : configuration === undefined
        ? async () => []
        : judgeOf(dependencies, configuration, leased);
  const limit = hasFilter(leased) ? listedAtOnce.judged : listedAtOnce.plain;
  const most = pagesAtOnce * pageSizeOf(leased);
  let run = leased;
  let place: Place | undefined = run.counting ?? { list: 0 };
  let pending = run.counting?.pending ?? [];
  while (place !== undefined || pending.length >= most) {
    if (place !== undefined && pending.length < most) {
      const at: Place = place;
      const { names, next } = await patiently(dependencies, () => listTargets(table, leased, at, limit));
      pending = [...pending, ...(await judge(names))];
      place = next;
    }
    const isLate = place !== undefined && now() - startedAt > maxCountMs;
    if (pending.length < most && !isLate) continue;
    const whole = Math.min(most, pending.length - (pending.length % pageSizeOf(run)));
    const pages = pagesOf(run, pending.slice(0, whole), pageSizeOf(run));
    pending = pending.slice(whole);
    // At the end of the lists nothing is left to be read, whoever goes on.
    const counting = { ...(place ?? { list: endOfLists }), pending };
    const stored = await store(dependencies, run, pages, counting, { token, isLate });
    if (stored === undefined) return { outcome: 'not-ours' };
    run = stored;
    if (isLate) return { outcome: 'goes-on', run };
  }
  return await conclude(dependencies, run, pending, token);
}

/** Stores whole pages and the place where counting goes on; undefined where it is not ours any more. */
async function store(
  dependencies: CountDependencies,
  run: Run,
  pages: readonly RunPage[],
  counting: Counting,
  { token, isLate }: { token: string; isLate: boolean },
): Promise<Run | undefined> {
  const { table, dueShards, newId } = dependencies;
  const set = { counting, pages: run.pages + pages.length, total: run.total + countTargets(pages) };
  const update: RunUpdate = {
    from: ['counting'],
    when: { leasedBy: token, pages: run.pages },
    set,
    ...(isLate ? { remove: ['leasedBy', 'leaseUntil'] } : {}),
  };
  const options = { token: newId(), dueShards };
  const outcome = await patiently(dependencies, () => storeCounted(table, run, { pages, update }, options));
  return outcome === 'stored' ? { ...run, ...set } : undefined;
}

async function conclude(
  dependencies: CountDependencies,
  run: Run,
  pending: readonly string[],
  token: string,
): Promise<Counted> {
  const { table, dueShards, now, newId } = dependencies;
  const pages = pagesOf(run, pending, pageSizeOf(run));
  const totals = { total: run.total + pending.length, pages: run.pages + pages.length };
  const { change, set, remove, tendAt } = afterCounting(run, totals, now());
  const update: RunUpdate = { change, set, remove, tendAt, when: { leasedBy: token } };
  const options = { token: newId(), dueShards };
  const outcome = await patiently(dependencies, () => storeCounted(table, run, { pages, update }, options));
  return outcome === 'stored'
    ? { outcome: 'counted', run: { ...run, ...set, state: change.to } }
    : { outcome: 'not-ours' };
}

function pagesOf(run: Run, targets: readonly string[], size: number): RunPage[] {
  return Array.from({ length: Math.ceil(targets.length / size) }, (_, place) => ({
    number: run.pages + place + 1,
    targets: targets.slice(place * size, (place + 1) * size),
    leases: 0,
  }));
}

function countTargets(pages: readonly RunPage[]): number {
  return pages.reduce((sum, { targets }) => sum + targets.length, 0);
}

function hasFilter({ over }: Run): boolean {
  return over.kind === 'records' && over.where !== undefined;
}

/** Keeps those of listed targets that a run is over, in their order. */
function judgeOf(
  dependencies: CountDependencies,
  configuration: Configuration,
  { over }: Run,
): (names: readonly string[]) => Promise<string[]> {
  if (over.kind !== 'records' || over.where === undefined) return async (names) => [...names];
  const { target, where } = over;
  return async (names) => {
    const contexts = await loadContexts(dependencies, configuration, { target, where }, names);
    return names.filter((name) => {
      const context = contexts.get(name);
      return context !== undefined && matchesScope(configuration.document, over, context);
    });
  };
}
