import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listRun, makeRun, runAtOnce } from './make-run.ts';
import { progressOf } from './progress.ts';
import { pageSizeOf, releasedAt } from './release.ts';
import { isOpen, type Run, type RunPage } from './run.ts';
import { stateChanges } from './run-request.ts';
import { afterCounting, afterPages, beginStretch, findOpen, lastReleased } from './stretch.ts';

const now = Date.parse('2026-11-21T09:00:00.000Z');
const beginning = {
  ...{ id: 'r1', project: 'apollo', macro: 'close', cause: { kind: 'person' as const }, startedAt: now },
  over: { kind: 'list' as const, target: 'ticket' as const },
};

function running(more: Partial<Run> = {}): Run {
  return { ...makeRun(beginning), state: 'running', stretchAt: new Date(now).toISOString(), ...more };
}

const pageOf = fc.record({
  size: fc.integer({ min: 1, max: 25 }),
  doneRound: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  failed: fc.integer({ min: 0, max: 25 }),
});
const pagesOf = fc.array(pageOf, { maxLength: 20 }).map((pages): RunPage[] =>
  pages.map(({ size, doneRound, failed: given }, place) => {
    const failed = Math.min(size, given);
    const targets = Array.from({ length: size }, (_, target) => `BUG-${place}-${target}`);
    const done = { doneRound, tally: { done: size - failed, failed, skipped: 0 } };
    return { number: place + 1, targets, leases: 0, ...(doneRound === undefined ? {} : done) };
  }),
);

describe('the pages of a run', () => {
  test('hold each target once, in the given order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), (count) => {
        const targets = Array.from({ length: count }, (_, place) => `BUG-${place}`);
        const { run, pages } = listRun(beginning, targets);
        expect(pages.flatMap((page) => page.targets)).toEqual(targets);
        expect(pages.every((page, place) => page.number === place + 1 && page.targets.length > 0)).toBe(true);
        expect(run).toMatchObject({ total: count, pages: pages.length });
      }),
    );
  });

  test('are worked at once where they are one that nobody has to start', () => {
    const lease = { token: 't', now, leaseUntil: now + 1 };
    const few = Array.from({ length: 25 }, (_, place) => `BUG-${place}`);
    expect(runAtOnce(listRun(beginning, few), lease)?.run).toMatchObject({ state: 'running', open: 1, toWork: 25 });
    expect(runAtOnce(listRun({ ...beginning, confirm: true }, few), lease)).toBeUndefined();
    expect(runAtOnce(listRun(beginning, [...few, 'BUG-26']), lease)).toBeUndefined();
  });

  test('that a retry opens are those with failures; a resume opens those that were never begun as well', () => {
    fc.assert(
      fc.property(pagesOf, (pages) => {
        const round = 4;
        const retried = findOpen({ round, left: 1 }, pages);
        const resumed = findOpen({ round }, pages);
        const failed = pages.filter(({ tally }) => (tally?.failed ?? 0) > 0);
        const never = pages.filter(({ doneRound }) => doneRound === undefined);
        expect(retried.count).toBe(failed.length);
        expect(resumed.count).toBe(failed.length + never.length);
        expect(retried.targets).toBe(failed.reduce((sum, { tally }) => sum + (tally?.failed ?? 0), 0));
      }),
    );
  });

  test('that are done in a round are not open in it', () => {
    const page = { number: 1, targets: ['BUG-1'], leases: 1, doneRound: 2, tally: { done: 0, failed: 1, skipped: 0 } };
    expect([isOpen({ round: 2 }, page), isOpen({ round: 3 }, page)]).toEqual([false, true]);
  });
});

describe('a counted run', () => {
  const counted = (total: number, more: Partial<Run> = {}) =>
    afterCounting({ ...makeRun(beginning), ...more }, { total, pages: Math.ceil(total / 25) }, now);

  test('runs, waits where it was asked to, and is done where it found nothing', () => {
    expect(counted(60).change).toBe(stateChanges.run);
    expect(counted(60).set).toMatchObject({ total: 60, open: 3, toWork: 60, stretch: 1 });
    expect(counted(60, { confirm: true }).change).toBe(stateChanges.count);
    expect(counted(0).change).toBe(stateChanges.runNothing);
    expect(counted(0, { confirm: true }).change).toBe(stateChanges.count);
  });

  test('is looked at while it runs, and not while it waits', () => {
    expect(counted(60).tendAt).toBeGreaterThan(now);
    expect([counted(60, { confirm: true }).tendAt, counted(0).tendAt]).toEqual(['never', 'never']);
  });
});

describe('the end of a run', () => {
  test.each([
    ['nothing is open', { state: 'running', open: 0 }, false, stateChanges.finish],
    ['the last page ended while it was being cancelled', { state: 'cancelling', open: 0 }, false, stateChanges.finish],
    ['it is being cancelled and nobody works', { state: 'cancelling', open: 3 }, false, stateChanges.standStill],
    [
      'a retry left out pages that were never begun',
      { state: 'running', open: 0, left: 2 },
      false,
      stateChanges.finishRound,
    ],
    ['pages are open', { state: 'running', open: 1 }, false, undefined],
    ['somebody still works a page', { state: 'cancelling', open: 1 }, true, undefined],
    ['it has ended', { state: 'done', open: 0 }, false, undefined],
  ] as const)('where %s', (_, run, atWork, change) => {
    expect(afterPages(running(run), { atWork, now })?.change).toBe(change);
  });
});

describe('the progress of a run', () => {
  test('is counted from the present stretch on', () => {
    const run = running({ toWork: 100, worked: 30, done: 930 });
    expect(progressOf(run, now + 10_000)).toEqual({ perSecond: 3, secondsLeft: 24 });
  });

  test('is nothing before anything is done, at the instant of the start, or when it stands still', () => {
    expect(progressOf(running({ toWork: 100 }), now + 10_000)).toEqual({});
    expect(progressOf(running({ toWork: 100, worked: 25 }), now)).toEqual({});
    expect(progressOf(running({ state: 'cancelled', toWork: 100, worked: 25 }), now + 1_000)).toEqual({});
  });

  test('never promises less than nothing', () => {
    const run = running({ toWork: 10, worked: 12 });
    expect(progressOf(run, now + 1_000).secondsLeft).toBe(0);
  });
});

describe('the pages of a replay', () => {
  test('are released no faster than the limit, whatever it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 500 }), (limitPerSecond, pages) => {
        const run = running({ limitPerSecond, pages });
        const size = pageSizeOf(run);
        expect(size).toBeLessThanOrEqual(limitPerSecond);
        for (let page = 1; page <= pages; page += 1) {
          const before = (page - 1) * size;
          expect(before).toBeLessThanOrEqual(((releasedAt(run, page) - now) / 1_000) * limitPerSecond + 1e-6);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('go to the queue when it can delay them, and the later ones later', () => {
    const run = running({ limitPerSecond: 1, pages: 2_000, firstOpen: 1 });
    const first = lastReleased(run, 2_000, now);
    expect(first).toBe(851);
    expect(releasedAt(run, first ?? 0) - now).toBeLessThanOrEqual(900_000);
    expect(lastReleased(run, 2_000, now + 600_000)).toBe(1_451);
    expect(lastReleased(run, 2_000, now + 1_200_000)).toBeUndefined();
    expect(lastReleased(running({ pages: 2_000 }), 2_000, now)).toBeUndefined();
  });

  test('of a resumed run begin at once with the first that is open', () => {
    const open = { count: 10, first: 91, last: 100, targets: 10, left: 0 };
    const later = now + 3_600_000;
    const step = beginStretch(running({ limitPerSecond: 1, stretch: 1 }), stateChanges.resume, open, later);
    const resumed = { ...running({ limitPerSecond: 1 }), ...step.set };
    expect(releasedAt(resumed, 91)).toBe(later);
    expect(resumed.resumedAt).toBe(new Date(later).toISOString());
  });
});
