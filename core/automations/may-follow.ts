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
export function mayFollow(document: ProjectDocument, capturing: Capturing): boolean {
  const target = 'ticket' in capturing.context ? 'feedback' : 'member';
  return document.automations.some(({ enabled, trigger, macro, unless, filter }) => {
    if (!enabled || trigger !== 'modify') return false;
    if (unless !== undefined && unless.listener === capturing.listener) return false;
    if (document.macros.find(({ key }) => key === macro)?.target !== target) return false;
    return neededChanges(document, filter).every((name) => isCaptured(document, capturing, name));
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

function isCaptured(document: ProjectDocument, { group, context }: Capturing, name: string): boolean {
  return findPath(document, context, name)?.startsWith(`external.${group}.`) === true;
}
