import type { Automation, ProjectDocument } from '../../core/document/schema.ts';
import { makeRun } from '../../core/runs/make-run.ts';
import type { RunResult } from '../../core/runs/result.ts';
import { tally } from '../../core/runs/result.ts';
import type { RunCause } from '../../core/runs/run.ts';
import { freezeScope } from '../../core/runs/scope.ts';
import type { TransactItem } from './consequences.ts';
import { newRunItem } from './runs.ts';
import type { Table } from './table.ts';

/** How soon the due index has a run counted that nobody sent to the queue. */
const soonMs = 5_000;

/** What the items of a run need. */
export type RunStorage = { table: Table; dueShards: number };

/**
 * The run of an automation's macro over all that its filter finds, as parts of a transaction; undefined where the document has
 * no such macro. Nobody is asked to start it. The due index has it counted soon; `count-run` has that done at once.
 */
export function beginAutomationRun(
  { table, dueShards }: RunStorage,
  document: ProjectDocument,
  automation: Automation,
  { id, now }: { id: string; now: number },
): TransactItem[] | undefined {
  const macro = document.macros.find(({ key }) => key === automation.macro);
  if (macro === undefined) return undefined;
  const cause = { kind: 'automation' as const, key: automation.key };
  const over = freezeScope(document, macro, automation);
  const run = makeRun(
    { id, project: document.project.key, macro: macro.key, cause, over, startedAt: now },
    now + soonMs,
  );
  return [newRunItem(table, run, dueShards)];
}

/** A macro that a call has run on one target, as a run that is done: parts of the transaction that stores what it did. */
export function finishedRun(
  { table, dueShards }: RunStorage,
  made: {
    id: string;
    project: string;
    macro: string;
    cause: RunCause;
    result: RunResult;
    startedAt: number;
    now: number;
  },
): TransactItem[] {
  const { id, project, macro, cause, result, startedAt, now } = made;
  const target = result.member === undefined ? ('ticket' as const) : ('member' as const);
  const { tendAt: _, ...run } = makeRun({ id, project, macro, cause, over: { kind: 'list', target }, startedAt });
  const ended = { state: 'done' as const, total: 1, ...tally([result]), finishedAt: new Date(now).toISOString() };
  return [newRunItem(table, { ...run, ...ended, results: [result] }, dueShards)];
}
