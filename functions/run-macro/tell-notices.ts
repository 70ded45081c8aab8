import type { ConfigurationReader } from '../../adapters/dynamodb/configuration.ts';
import type { TransactItem } from '../../adapters/dynamodb/consequences.ts';
import { deliveryItem } from '../../adapters/dynamodb/deliveries.ts';
import { type StoredEndpoint, storeNotice } from '../../adapters/dynamodb/endpoints.ts';
import { listAllMembers } from '../../adapters/dynamodb/memberships.ts';
import { isContention } from '../../adapters/dynamodb/table.ts';
import { nextRecipients } from '../../core/deliveries/next-recipients.ts';
import type { EndpointHealth, EndpointNotice } from '../../core/endpoints/health.ts';
import { makeNoticeMails, pickManagers } from '../../core/endpoints/notice.ts';
import { afterNotice, afterSomeMails } from '../../core/endpoints/tending.ts';
import { applyNoticeMacro, type NoticeMacroDependencies } from './notice-macro.ts';

/** What telling of endpoints needs. */
export type NoticeDependencies = NoticeMacroDependencies & {
  readConfiguration: ConfigurationReader;
  apiOrigin: string;
};

/** Managers who get their e-mails in one transaction, which takes 100 items. */
const managersAtOnce = 90;

/** What came of an endpoint's notices; `stored` is the endpoint afterwards, undefined where somebody else changed it. */
type Told = { stored: StoredEndpoint | undefined; told: number; untold: number; problem?: string | undefined };

/** How one notice is told; the health is that which goes with it. */
type Telling = { items: TransactItem[]; health: EndpointHealth };

/**
 * Passes on the notices that an endpoint holds, each in the transaction that takes it off the endpoint, so that nobody is
 * told twice. One that cannot be told stays, with those after it, and hinders nothing else; `problem` says why.
 */
export async function tellNotices(dependencies: NoticeDependencies, found: StoredEndpoint): Promise<Told> {
  let stored = found;
  let problem: string | undefined;
  const count = (untold: number) => ({ told: found.health.notices.length - untold, untold, problem });
  for (;;) {
    const [notice] = stored.health.notices;
    if (notice === undefined) return { stored, ...count(0) };
    const step = await tellOne(dependencies, stored, notice);
    problem = step.problem ?? problem;
    if (step.outcome !== 'told') {
      const isStill = step.outcome === 'failed';
      return { stored: isStill ? stored : undefined, ...count(stored.health.notices.length) };
    }
    stored = step.stored;
  }
}

/** By the macro of the project's choice; where there is none, or it fails, by e-mail. */
async function tellOne(
  dependencies: NoticeDependencies,
  stored: StoredEndpoint,
  notice: EndpointNotice,
): Promise<Step> {
  const byMacro = await attempt(dependencies, stored, () => tellByMacro(dependencies, stored, notice));
  if (byMacro.outcome !== 'none' && byMacro.outcome !== 'failed') return byMacro;
  const byMail = await attempt(dependencies, stored, () => tellByMail(dependencies, stored, notice));
  if (byMail.outcome === 'none') throw new Error('telling by e-mail decided nothing');
  return { ...byMail, problem: byMail.problem ?? byMacro.problem };
}

type Step =
  | { outcome: 'told'; stored: StoredEndpoint; problem?: string | undefined }
  | { outcome: 'changed-meanwhile' | 'failed'; problem?: string | undefined };

/** Whatever is wrong with a record, a macro or a list must not keep the endpoint from being seen to. */
async function attempt(
  { table, dueShards }: NoticeDependencies,
  stored: StoredEndpoint,
  describe: () => Promise<Telling | undefined>,
): Promise<Step | { outcome: 'none'; problem?: undefined }> {
  try {
    const telling = await describe();
    if (telling === undefined) return { outcome: 'none' };
    const outcome = await storeNotice(table, stored, telling.health, telling.items, dueShards);
    if (outcome === 'changed-meanwhile') return { outcome };
    return { outcome: 'told', stored: { health: telling.health, version: stored.version + 1 } };
  } catch (error) {
    // The endpoint is still due: the next tick finds it less busy.
    if (isContention(error)) return { outcome: 'changed-meanwhile' };
    // Its name alone: the message of a refused write may quote whole items.
    return { outcome: 'failed', problem: error instanceof Error ? error.name : 'Error' };
  }
}

async function tellByMacro(
  dependencies: NoticeDependencies,
  { health }: StoredEndpoint,
  notice: EndpointNotice,
): Promise<Telling | undefined> {
  const configuration = await dependencies.readConfiguration(health.project);
  const { project, macros = [] } = configuration?.document ?? {};
  const macro = macros.find(({ key }) => key === project?.notices?.macro);
  // Some have got their e-mails already.
  if (configuration === undefined || macro === undefined || notice.toldUpTo !== undefined) return undefined;
  const managers = pickManagers(await listAllMembers(dependencies.table, health.project));
  const items = await applyNoticeMacro(dependencies, { health, notice, configuration, macro, managers });
  return items === undefined ? undefined : { items, health: afterNotice(health) };
}

/** Nobody is told of an endpoint of a project that is gone, or that nobody manages. */
async function tellByMail(
  dependencies: NoticeDependencies,
  { health }: StoredEndpoint,
  notice: EndpointNotice,
): Promise<Telling> {
  const { table, readConfiguration, apiOrigin, now, newId } = dependencies;
  const configuration = await readConfiguration(health.project);
  if (configuration === undefined) return { items: [], health: afterNotice(health) };
  const { project, macros } = configuration.document;
  const managers = pickManagers(await listAllMembers(table, health.project));
  const { next, areLast } = nextRecipients(notice, managers, managersAtOnce);
  const macroName = macros.find(({ key }) => key === health.macro)?.name;
  const mails = makeNoticeMails({ health, notice, project, macroName, apiOrigin }, next, { newId, now: now() });
  const items = mails.map((delivery) => ({
    Put: {
      TableName: table.name,
      Item: deliveryItem(delivery, { ...dependencies, now: now() }),
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  }));
  return { items, health: areLast ? afterNotice(health) : afterSomeMails(health, next.at(-1)) };
}
