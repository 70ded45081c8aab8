import type { ConfigurationReader } from '../../adapters/dynamodb/configuration.ts';
import type { TransactItem } from '../../adapters/dynamodb/consequences.ts';
import { deliveryItem } from '../../adapters/dynamodb/deliveries.ts';
import { type StoredEndpoint, storeNotice } from '../../adapters/dynamodb/endpoints.ts';
import { listAllMembers } from '../../adapters/dynamodb/memberships.ts';
import type { EndpointNotice } from '../../core/endpoints/health.ts';
import { makeNoticeMails, pickManagers } from '../../core/endpoints/notice.ts';
import { afterNotice } from '../../core/endpoints/tending.ts';
import { applyNoticeMacro, type NoticeMacroDependencies } from './notice-macro.ts';

/** What telling of endpoints needs. */
export type NoticeDependencies = NoticeMacroDependencies & {
  readConfiguration: ConfigurationReader;
  apiOrigin: string;
};

/**
 * Passes on the notices that an endpoint holds, each in the transaction that takes it off the endpoint, so that nobody is
 * told twice. `stored` is the endpoint afterwards; undefined where somebody else changed it meanwhile.
 */
export async function tellNotices(
  dependencies: NoticeDependencies,
  found: StoredEndpoint,
): Promise<{ stored: StoredEndpoint | undefined; told: number }> {
  const { table, dueShards } = dependencies;
  let stored = found;
  let told = 0;
  for (const notice of found.health.notices) {
    const telling = await describeTelling(dependencies, stored, notice);
    const health = afterNotice(stored.health);
    const outcome = await storeNotice(table, stored, health, telling, dueShards);
    if (outcome === 'changed-meanwhile') return { stored: undefined, told };
    stored = { health, version: stored.version + 1 };
    told += 1;
  }
  return { stored, told };
}

/** Nobody is told of an endpoint of a project that is gone, or that nobody manages. */
async function describeTelling(
  dependencies: NoticeDependencies,
  { health }: StoredEndpoint,
  notice: EndpointNotice,
): Promise<TransactItem[]> {
  const { table, readConfiguration, apiOrigin, now, newId } = dependencies;
  const configuration = await readConfiguration(health.project);
  if (configuration === undefined) return [];
  const { project, macros } = configuration.document;
  const managers = pickManagers(await listAllMembers(table, health.project));
  const macro = macros.find(({ key }) => key === project.notices?.macro);
  const byMacro = macro && (await applyNoticeMacro(dependencies, { health, notice, configuration, macro, managers }));
  if (byMacro !== undefined) return byMacro;
  const macroName = macros.find(({ key }) => key === health.macro)?.name;
  const telling = { health, notice, project, macroName, apiOrigin };
  return makeNoticeMails(telling, managers, { newId, now: now() }).map((delivery) => ({
    Put: {
      TableName: table.name,
      Item: deliveryItem(delivery, { ...dependencies, now: now() }),
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  }));
}
