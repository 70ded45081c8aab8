import * as z from 'zod';
import { RunResult, Tally } from './result.ts';
import { RunScope } from './scope.ts';

/** Targets of one page. */
export const pageSize = 25;

/** Where a run stands. */
export const RunState = z.enum(['counting', 'counted', 'running', 'cancelling', 'cancelled', 'done']);
export type RunState = z.infer<typeof RunState>;

/** What began a run: a person or machine, an automation's schedule, or a call of a listener. */
export const RunCause = z.object({
  kind: z.enum(['person', 'automation', 'listener']),
  key: z.string().optional().describe('The key of the automation or listener.'),
  by: z.string().optional().describe('Who asked for it.'),
});
export type RunCause = z.infer<typeof RunCause>;

/** How far counting has come: the place in the lists, and targets that do not fill a page yet. */
export const Counting = z.object({
  list: z.int().describe('Which of its lists is being read, from 0.'),
  after: z.string().optional(),
  pending: z.array(z.string()),
});
export type Counting = z.infer<typeof Counting>;

/** One execution of a macro over tickets or members, of a bulk replay, an erasure or an import of members, as it is stored. */
export const Run = Tally.extend({
  id: z.string(),
  project: z.string(),
  kind: z.enum(['macro', 'replay', 'resubmit', 'erase', 'import']).default('macro'),
  macro: z.string().optional(),
  cause: RunCause.default({ kind: 'person' }),
  over: RunScope.default({ kind: 'list', target: 'ticket' }),
  /** Set where it waits for `/start` once it is counted. */
  confirm: z.literal(true).optional(),
  /** How fast replays are released, in each second: when each may be made at the earliest. */
  limitPerSecond: z.number().optional(),
  state: RunState,
  total: z.int(),
  /** How often its failed targets were asked for again, and once. */
  round: z.int().default(1),
  /** Pages that are written; they are numbered from 1. */
  pages: z.int().default(0),
  /** A stretch is the time from being set running until it stands still; stretches are numbered. */
  stretch: z.int().default(0),
  /** Pages that the stretch has still to do, and where the first of them is. */
  open: z.int().default(0),
  firstOpen: z.int().default(1),
  /** Set in a stretch that leaves out the pages that were never begun: their number. */
  left: z.int().optional(),
  /** Targets that the stretch began with, and that it has worked. */
  toWork: z.int().default(0),
  worked: z.int().default(0),
  /** The last page whose message was sent, where pages are released bit by bit. */
  sentTo: z.int().optional(),
  counting: Counting.optional(),
  startedAt: z.iso.datetime(),
  countedAt: z.iso.datetime().optional(),
  /** When the present stretch began, where it was not the first. */
  resumedAt: z.iso.datetime().optional(),
  stretchAt: z.iso.datetime().optional(),
  finishedAt: z.iso.datetime().optional(),
  /** Who counts, and until when nobody else may. */
  leaseUntil: z.iso.datetime().optional(),
  leasedBy: z.string().optional(),
  /** When somebody looks whether it goes on; `seenOpen` is how many pages were open when somebody last did. */
  tendAt: z.iso.datetime().optional(),
  seenOpen: z.int().optional(),
  /** Names the last change of its state, so that one whose answer was lost is recognised. */
  changedBy: z.string().optional(),
  /** What became of the targets of a run that has no pages. */
  results: z.array(RunResult).optional(),
});
export type Run = z.infer<typeof Run>;

/** Twenty-five targets or fewer of a run, which are worked together. */
export const RunPage = z.object({
  number: z.int(),
  targets: z.array(z.string()),
  leases: z.int(),
  leaseUntil: z.iso.datetime().optional(),
  leasedBy: z.string().optional(),
  /** The round in which it was done last; absent where it never was. */
  doneRound: z.int().optional(),
  /** What its targets came to when it was done last. */
  tally: Tally.optional(),
});
export type RunPage = z.infer<typeof RunPage>;

/** How many targets of a run are settled. */
export function settledOf({ done, failed, skipped }: Tally): number {
  return done + failed + skipped;
}

/** Whether a run's page is still to be done: it never was, or its failed targets are asked for again. */
export function isOpen({ round, left }: Pick<Run, 'round' | 'left'>, page: RunPage): boolean {
  if (page.doneRound === undefined) return left === undefined;
  return page.doneRound < round && (page.tally?.failed ?? 0) > 0;
}

/** Whether somebody is working on a page. */
export function isLeased({ leaseUntil }: { leaseUntil?: string | undefined }, now: number): boolean {
  return leaseUntil !== undefined && Date.parse(leaseUntil) > now;
}
