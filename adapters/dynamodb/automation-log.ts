import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { AutomationRun } from '../../core/automations/automation-run.ts';
import type { TransactItem } from './consequences.ts';
import { automationRunKey } from './keys.ts';
import type { Table } from './table.ts';

/** How long it is kept that an automation has run, in seconds: 30 days. */
const keptSeconds = 30 * 24 * 60 * 60;

/** Names one run of an automation. */
export type AutomationRunName = { project: string; id: string };

/** Stores that an automation has run. */
export async function putAutomationRun(table: Table, name: AutomationRunName, run: AutomationRun): Promise<void> {
  await table.client.send(new PutCommand({ TableName: table.name, Item: itemOf(name, run) }));
}

/** The part of a transaction that says that an automation has begun a run. */
export function automationRunItem(table: Table, name: AutomationRunName, run: AutomationRun): TransactItem {
  return {
    Put: { TableName: table.name, Item: itemOf(name, run), ConditionExpression: 'attribute_not_exists(pk)' },
  };
}

/** Lists the last runs of an automation, newest first. */
export async function listLastRuns(
  table: Table,
  project: string,
  automation: string,
  limit: number,
): Promise<AutomationRun[]> {
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': automationRunKey(project, automation, '', '').pk },
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  return Items.map((item) => AutomationRun.parse(item));
}

function itemOf({ project, id }: AutomationRunName, run: AutomationRun): Record<string, unknown> {
  return {
    ...automationRunKey(project, run.automation, run.at, id),
    ...run,
    type: 'automation-run',
    version: 1,
    expiresAt: Math.floor(Date.parse(run.at) / 1000) + keptSeconds,
  };
}
