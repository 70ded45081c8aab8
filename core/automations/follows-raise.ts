import type { Automation, ProjectDocument } from '../document/schema.ts';
import type { Where } from '../document/schema-filters.ts';
import { findWhere } from '../filters/find-where.ts';
import { findPath } from '../macros/record-subject.ts';
import { findTriggered } from '../macros/triggered.ts';
import type { TicketContext } from '../tickets/record-values.ts';
import { listFollowing } from './may-follow.ts';

/** A ticket whose number is about to be raised by a report, with all that conditions can read of it. */
export type RaisedRecord = { context: TicketContext; ranOnce: ReadonlySet<string> };

/** Whether any automation could follow where a number of a ticket is raised, whatever else there is on the ticket. */
export function mayFollowRaise(document: ProjectDocument, context: TicketContext, field: string): boolean {
  return listFollowing(document, { context, isChanged: (path) => path === `field.${field}` }).length > 0;
}

/**
 * Whether an automation follows where a number of a ticket is raised, or may follow at some value of that number: reports that
 * are counted at once do not know the value.
 */
export function followsRaise(document: ProjectDocument, { context, ranOnce }: RaisedRecord, field: string): boolean {
  const path = `field.${field}`;
  const following = listFollowing(document, { context, isChanged: (changed) => changed === path });
  const changedPaths = new Set([path]);
  const triggered = findTriggered(document, context, { kind: 'modify', changedPaths });
  return following.some((automation) => {
    if (automation.limit === 'oncePerTicket' && ranOnce.has(automation.key)) return false;
    return dependsOn(document, context, automation, path) || triggered.some((one) => one.automation === automation);
  });
}

/** Whether what a filter comes to depends on what a raise changes, beyond that it was changed. */
function dependsOn(document: ProjectDocument, context: TicketContext, { filter }: Automation, path: string): boolean {
  const found = findWhere(document, filter, context);
  if (found.outcome !== 'where') return false;
  return listConditions(found.where).some(({ field, op }) => {
    const read = findPath(document, context, field);
    return (read === path && op !== 'changed') || read === 'ticket.updatedAt';
  });
}

function listConditions(where: Where): { field: string; op: string }[] {
  if ('all' in where) return where.all.flatMap(listConditions);
  if ('any' in where) return where.any.flatMap(listConditions);
  return 'not' in where ? listConditions(where.not) : [where];
}
