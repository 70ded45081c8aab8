import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import { addedItems, recordItems, type TransactItem } from '../../adapters/dynamodb/consequences.ts';
import type { LargeBodies } from '../../adapters/s3/large-bodies.ts';
import { decideMacro } from '../../core/consequence.ts';
import type { Macro } from '../../core/document/schema.ts';
import type { EndpointHealth, EndpointNotice } from '../../core/endpoints/health.ts';
import { noticeTargets, noticeValues } from '../../core/endpoints/notice.ts';
import type { RecordContext } from '../../core/tickets/record-values.ts';
import { loadRecord, type RecordLoading } from '../kit/load-record.ts';

/** Items that a notice may add to its transaction. */
const maxItems = 90;

/** What telling by a macro needs. */
export type NoticeMacroDependencies = RecordLoading & {
  largeBodies: Pick<LargeBodies, 'store'>;
  dueShards: number;
  deliveryRetentionDays: number;
  newId: () => string;
};

/** A notice that a macro is to tell of. */
export type MacroNotice = {
  health: EndpointHealth;
  notice: EndpointNotice;
  configuration: Configuration;
  macro: Macro;
  managers: readonly string[];
};

/** What a macro comes to that tells of a notice; undefined where it has no record to run on, or far too many. */
export async function applyNoticeMacro(
  dependencies: NoticeMacroDependencies,
  { health, notice, configuration, macro, managers }: MacroNotice,
): Promise<TransactItem[] | undefined> {
  const { table, largeBodies, now, newId } = dependencies;
  const { document } = configuration;
  const items: TransactItem[] = [];
  for (const target of noticeTargets(notice.target, macro, managers)) {
    const loaded = await loadRecord(dependencies, configuration, target);
    if (loaded === undefined || !fits(macro, loaded.context)) continue;
    const { memberVersion } = loaded;
    const context = { ...loaded.context, request: noticeValues({ health, notice }) };
    const cause = { kind: 'notice' as const, key: health.endpoint };
    const changeCause = { kind: 'macro' as const, key: macro.key };
    const input = { document, context, memberVersion, newId, setsOffNothing: true as const };
    const consequence = decideMacro(input, { macro, cause, changeCause });
    const deliveries = await largeBodies.store(consequence.deliveries);
    const stored = { ...consequence, deliveries };
    const write = { before: context, memberVersion, consequence: stored, token: newId() };
    items.push(...recordItems(table, write), ...addedItems(table, stored, { ...dependencies, now: now() }));
  }
  return items.length === 0 || items.length > maxItems ? undefined : items;
}

function fits(macro: Macro, context: RecordContext): boolean {
  if (!('ticket' in context) || macro.feedbackType === undefined) return true;
  return macro.feedbackType === context.ticket.feedbackType;
}
