import type { Automation, ProjectDocument } from '../document/schema.ts';
import { findWhere } from '../filters/find-where.ts';
import { matchesFilter } from '../filters/match-filter.ts';
import type { RecordContext } from '../tickets/record-values.ts';
import { recordSubject } from './record-subject.ts';

/** Whether a record fulfils the filter of a part, saved or given in place; where the part has none, every record does. */
export function passesFilter(
  document: ProjectDocument,
  filter: Automation['filter'],
  context: RecordContext,
  changedPaths?: ReadonlySet<string>,
): boolean {
  const found = findWhere(document, filter, context);
  if (found.outcome === 'none') return true;
  return found.outcome === 'where' && matchesFilter(found.where, recordSubject(document, context, changedPaths));
}
