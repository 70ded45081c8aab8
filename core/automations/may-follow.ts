import type { Automation, ProjectDocument } from '../document/schema.ts';
import type { Where } from '../document/schema-filters.ts';
import { findPath } from '../macros/record-subject.ts';
import type { RecordContext } from '../tickets/record-values.ts';

/** What would be captured: the group of external data, for a record, in a chain that began through a listener or did not. */
export type Capturing = { group: string; context: RecordContext; listener?: string | undefined };

/**
 * Whether any automation could follow from captured values. Most cannot, because they ask for a change of something else, and
 * so the sender need not have anybody look for them.
 */
export function mayFollow(document: ProjectDocument, { group, context, listener }: Capturing): boolean {
  const isChanged = (path: string) => path.startsWith(`external.${group}.`);
  return listFollowing(document, { isChanged, context, listener }).length > 0;
}

/** A change of a record that is about to be made, by the paths that it touches. */
type Changing = { isChanged: (path: string) => boolean; context: RecordContext; listener?: string | undefined };

/** The automations that could follow from a change, whatever else of the record is changed by others meanwhile. */
export function listFollowing(document: ProjectDocument, { isChanged, context, listener }: Changing): Automation[] {
  const [target, type] =
    'ticket' in context ? (['feedback', context.ticket.feedbackType] as const) : (['member', undefined] as const);
  return document.automations.filter(({ enabled, trigger, macro: key, feedbackType, unless, filter }) => {
    if (!enabled || trigger !== 'modify') return false;
    if (unless !== undefined && unless.listener === listener) return false;
    const macro = document.macros.find((candidate) => candidate.key === key);
    if (macro?.target !== target) return false;
    if ([feedbackType, macro.feedbackType].some((wanted) => wanted !== undefined && wanted !== type)) return false;
    return neededChanges(document, filter).every((name) => {
      const path = findPath(document, context, name);
      return path !== undefined && isChanged(path);
    });
  });
}

/** The names of what must have changed for a filter to match at all. */
function neededChanges(document: ProjectDocument, filter: Automation['filter']): string[] {
  const where = typeof filter === 'string' ? document.filters.find(({ key }) => key === filter)?.where : filter;
  return where === undefined ? [] : neededBy(where);
}

function neededBy(where: Where): string[] {
  if ('all' in where) return where.all.flatMap(neededBy);
  if ('any' in where || 'not' in where) return [];
  return where.op === 'changed' ? [where.field] : [];
}
