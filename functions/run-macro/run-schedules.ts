import { automationRunItem } from '../../adapters/dynamodb/automation-log.ts';
import { beginAutomationRun } from '../../adapters/dynamodb/automation-runs.ts';
import type { ConfigurationReader } from '../../adapters/dynamodb/configuration.ts';
import type { TransactItem } from '../../adapters/dynamodb/consequences.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { findTimetable, timetableItem } from '../../adapters/dynamodb/timetables.ts';
import { transact } from '../../adapters/dynamodb/transact.ts';
import { type DueAutomation, takeDue } from '../../core/automations/plan-schedules.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import { type RunSending, sendCount } from '../kit/send-run.ts';

/** Automations that one message begins at most: each takes two items of a transaction. */
const maxDue = 40;

/** What beginning scheduled runs needs. */
export type ScheduleDependencies = RunSending & {
  table: Table;
  /** Reads a project's configuration as it is now: one that is remembered may be older than the timetable. */
  readConfigurationNow: ConfigurationReader;
  dueShards: number;
  newId: () => string;
};

type Facts = Readonly<Record<string, unknown>>;
type Begun = DueAutomation & { run: string };

/**
 * Begins the runs of a project's automations whose time has come, each in the transaction that moves its time on: a repeated
 * message finds nothing due, and one that fails is made up for by the due entry of the timetable.
 */
export async function runSchedules(dependencies: ScheduleDependencies, project: string): Promise<Facts> {
  const { table, readConfigurationNow, dueShards, newId, now } = dependencies;
  const stored = await findTimetable(table, project);
  // In this order: a document that is applied in between has another timetable, and nothing is stored.
  const configuration = stored === undefined ? undefined : await readConfigurationNow(project);
  if (stored === undefined || configuration === undefined) return { project, outcome: 'unknown' };
  const { document } = configuration;
  const startedAt = now();
  const { due, next } = takeDue(stored.timetable, document, startedAt, maxDue);
  // An archived project lets its times pass.
  const isArchived = configuration.pointer.archivedAt !== undefined;
  const begun = isArchived ? [] : due.map((one): Begun => ({ ...one, run: newId() }));
  const entries = next.entries.map((entry) => {
    const run = begun.find(({ automation }) => automation.key === entry.automation)?.run;
    if (isArchived) {
      const before = stored.timetable.entries.find(({ automation }) => automation === entry.automation);
      return { ...entry, lastAt: before?.lastAt };
    }
    return run === undefined ? entry : { ...entry, lastRun: run };
  });
  const items = [
    timetableItem(table, { ...next, entries }, stored, dueShards),
    ...begun.flatMap((one) => describeRun(dependencies, document, one, startedAt)),
  ];
  const outcome = await transact(table, items, newId());
  if (outcome !== 'stored') return { project, outcome };
  const runs = await Promise.all(
    begun.map(async ({ automation, run, occurrence }) => {
      const unsent = await sendCount(dependencies, { project, id: run });
      return { automation: automation.key, run, occurrence, ...unsent };
    }),
  );
  return { project, outcome, runs };
}

function describeRun(
  { table, dueShards }: ScheduleDependencies,
  document: ProjectDocument,
  { automation, run }: Begun,
  now: number,
): TransactItem[] {
  const items = beginAutomationRun({ table, dueShards }, document, automation, { id: run, now });
  // Refused at apply time, so only a document stored by an older version has no such macro.
  if (items === undefined) return [];
  const project = document.project.key;
  const at = new Date(now).toISOString();
  return [...items, automationRunItem(table, { project, id: run }, { at, automation: automation.key, run })];
}
