import type { ProjectDocument } from '../document/schema.ts';
import type { FilterSubject } from '../filters/match-filter.ts';
import { resolveTag } from '../templates/tag-scope.ts';
import { type RecordContext, readRecordValue } from '../tickets/record-values.ts';
import { isThere } from '../uploads/attached-file.ts';
import { scopeOfMembers, scopeOfTickets } from './tag-scopes.ts';

/** A record as filters see it; without the paths that a modification touched, nothing can be said of what changed. */
export function recordSubject(
  document: ProjectDocument,
  context: RecordContext,
  changedPaths?: ReadonlySet<string>,
): FilterSubject {
  const seen = withFilesThere(context);
  const subject: FilterSubject = {
    now: Date.parse(context.now),
    read: (name) => {
      const path = findPath(document, context, name);
      return path === undefined ? undefined : readRecordValue(seen, path);
    },
  };
  if (changedPaths === undefined) return subject;
  return {
    ...subject,
    changed: (name) => {
      const path = findPath(document, context, name);
      return path !== undefined && changedPaths.has(path);
    },
  };
}

/** A file that is expected, or was rejected, is no file to a condition. */
function withFilesThere(context: RecordContext): RecordContext {
  if (!('ticket' in context) || context.files === undefined) return context;
  return { ...context, files: context.files.filter(isThere) };
}

/** The canonical path that a filter means by a name, for one record. */
export function findPath(document: ProjectDocument, context: RecordContext, name: string): string | undefined {
  const scope = 'ticket' in context ? scopeOfTickets(document, context.ticket.feedbackType) : scopeOfMembers(document);
  const resolved = resolveTag(scope, name);
  return resolved.outcome === 'value' ? resolved.path : undefined;
}
