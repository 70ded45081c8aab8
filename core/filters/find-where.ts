import type { Automation, ProjectDocument } from '../document/schema.ts';
import type { Where } from '../document/schema-filters.ts';
import type { RecordContext } from '../tickets/record-values.ts';

/** The conditions that a part asks of a record; `other-type` and `unknown` are fulfilled by none. */
export type FoundWhere =
  | { outcome: 'none' }
  | { outcome: 'where'; where: Where; key?: string }
  | { outcome: 'other-type'; key: string; feedbackType: string }
  | { outcome: 'unknown'; key: string };

/** Finds the conditions that a part holds in place, or names by the key of a saved filter. */
export function findWhere(
  { filters }: ProjectDocument,
  reference: Automation['filter'],
  context: RecordContext,
): FoundWhere {
  if (reference === undefined) return { outcome: 'none' };
  if (typeof reference !== 'string') return { outcome: 'where', where: reference };
  const saved = filters.find(({ key }) => key === reference);
  if (saved === undefined) return { outcome: 'unknown', key: reference };
  const { key, where, feedbackType } = saved;
  const type = 'ticket' in context ? context.ticket.feedbackType : undefined;
  if (feedbackType !== undefined && feedbackType !== type) return { outcome: 'other-type', key, feedbackType };
  return { outcome: 'where', where, key };
}
