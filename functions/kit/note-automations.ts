import { putAutomationRun } from '../../adapters/dynamodb/automation-log.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { listAutomationRuns } from '../../core/automations/automation-run.ts';
import type { Consequence } from '../../core/consequence.ts';

/**
 * Notes which automations have run with a change that is stored, for the list of automations. It is done after the commit and
 * best effort: the history of the record is what counts.
 */
export async function noteAutomations(
  { table, newId }: { table: Table; newId: () => string },
  consequence: Pick<Consequence, 'ran' | 'context'>,
): Promise<void> {
  const project = consequence.context.project.key;
  const notes = listAutomationRuns(consequence).map((run) => putAutomationRun(table, { project, id: newId() }, run));
  await Promise.allSettled(notes);
}
