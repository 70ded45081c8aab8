import * as z from 'zod';
import { Role } from '../access/role.ts';
import type { Macro, ProjectDocument } from '../document/schema.ts';
import { Where } from '../document/schema-filters.ts';
import { listConditions } from '../filters/list-conditions.ts';
import { matchesFilter } from '../filters/match-filter.ts';
import { recordSubject } from '../macros/record-subject.ts';
import { scopeOfTickets } from '../macros/tag-scopes.ts';
import { resolveTag } from '../templates/tag-scope.ts';
import type { RecordContext } from '../tickets/record-values.ts';

/** Which of a project's records a run is over, frozen with the run: later changes of a saved filter do not touch it. */
export const RecordScope = z.object({
  kind: z.literal('records'),
  target: z.enum(['ticket', 'member']),
  /** The types whose tickets are looked through, in the document's order. */
  feedbackTypes: z.array(z.string()).optional(),
  /** The key of the saved filter. */
  filter: z.string().optional(),
  where: Where.optional(),
});
export type RecordScope = z.infer<typeof RecordScope>;

/** Which of a project's deliveries a run sends again; times are of their creation. */
export const DeliveryScope = z.object({
  kind: z.literal('deliveries'),
  outcome: z.enum(['delivered', 'failed', 'cancelled']).optional(),
  ticket: z.string().optional(),
  member: z.string().optional(),
  macro: z.string().optional(),
  action: z.string().optional(),
  from: z.string().optional(),
  to: z.string(),
});
export type DeliveryScope = z.infer<typeof DeliveryScope>;

/** Which of a project's kept submissions a run takes after all: those that wait and came up to an instant. */
const QuarantineScope = z.object({
  kind: z.literal('quarantine'),
  source: z.string().optional(),
  /** All keys that the source has had when the run began. */
  sources: z.array(z.string()).optional(),
  to: z.string(),
});
export type QuarantineScope = z.infer<typeof QuarantineScope>;

/** What is erased: a ticket that was deleted, with all that speaks of it; a project that was, with everything; or a person, wherever the project speaks of them. */
export const ErasureScope = z.object({
  kind: z.literal('erasure'),
  of: z.enum(['ticket', 'member', 'project']),
  ticket: z.string().optional(),
  /** When the ticket was created: no delivery of it is older. */
  from: z.string().optional(),
  pseudonym: z.string().optional().describe("What takes the place of the person's address."),
  /** The types whose tickets are looked through, and what else is, beside the lists of the project. */
  feedbackTypes: z.array(z.string()).optional(),
  named: z.array(z.string()).optional(),
});
export type ErasureScope = z.infer<typeof ErasureScope>;

/** The lines of a file of members; roles are given by whoever has this one. */
const ImportScope = z.object({ kind: z.literal('import'), giver: Role });

/** What a run is over: a list that was given with it, or what a filter finds, or what is left to erase. */
export const RunScope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('list'), target: z.enum(['ticket', 'member', 'submission']) }),
  RecordScope,
  DeliveryScope,
  QuarantineScope,
  ErasureScope,
  ImportScope,
]);
export type RunScope = z.infer<typeof RunScope>;

/** What chooses records besides the macro: a saved filter by its key or conditions, and a feedback type. */
export type RecordChoice = { filter?: string | Where | undefined; feedbackType?: string | undefined };

/** Freezes the records that a macro is to run over; a filter that is not there finds nothing. */
export function freezeScope(document: ProjectDocument, macro: Macro, choice: RecordChoice): RecordScope {
  const target = macro.target === 'member' ? ('member' as const) : ('ticket' as const);
  const key = typeof choice.filter === 'string' ? choice.filter : undefined;
  const saved = key === undefined ? undefined : document.filters.find((filter) => filter.key === key);
  const where = typeof choice.filter === 'object' ? choice.filter : saved?.where;
  const isMissing = key !== undefined && saved === undefined;
  const wanted = [macro.feedbackType, choice.feedbackType, saved?.feedbackType];
  const fits = (type: string) => !isMissing && wanted.every((one) => one === undefined || one === type);
  return {
    kind: 'records',
    target,
    ...(target === 'ticket'
      ? { feedbackTypes: document.feedbackTypes.map((type) => type.key).filter((type) => fits(type)) }
      : {}),
    ...(key === undefined ? {} : { filter: key }),
    ...(where === undefined ? (isMissing ? { where: { any: [] } } : {}) : { where }),
  };
}

/** Whether a record is one of those that a run is over. */
export function matchesScope(document: ProjectDocument, { where }: RecordScope, context: RecordContext): boolean {
  if (where === undefined) return true;
  return matchesFilter(where, recordSubject(document, context));
}

/** Whether conditions read anything of tickets' submitters, who are then to be loaded. */
export function readsSubmitter(document: ProjectDocument, where: Where): boolean {
  const scope = scopeOfTickets(document, undefined);
  return listConditions(where).some(({ field }) => {
    const resolved = resolveTag(scope, field);
    return resolved.outcome !== 'value' || resolved.path.startsWith('submitter.');
  });
}
