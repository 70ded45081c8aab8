import type { Automation, Macro, ProjectDocument } from '../document/schema.ts';
import { matchesFilter } from '../filters/match-filter.ts';
import { resolveTag, type TagScope } from '../templates/tag-scope.ts';
import { type RecordContext, readRecordValue } from '../tickets/record-values.ts';
import { scopeOfMembers, scopeOfTickets } from './tag-scopes.ts';

/** An automation that something sets off, with its macro. */
export type Triggered = { automation: Automation; macro: Macro };

/** What happened to a record: it was submitted, or some of its values changed. */
export type Trigger =
  | { kind: 'submit' }
  | { kind: 'modify'; changedPaths: ReadonlySet<string>; listener?: string | undefined };

/** The automations that a record sets off, in the document's order. */
export function findTriggered(document: ProjectDocument, context: RecordContext, trigger: Trigger): Triggered[] {
  const target = 'ticket' in context ? 'feedback' : 'member';
  return document.automations.flatMap((automation) => {
    if (!automation.enabled || automation.trigger !== trigger.kind) return [];
    if (trigger.kind === 'modify' && isEcho(automation, trigger.listener)) return [];
    const macro = document.macros.find(({ key }) => key === automation.macro);
    if (macro?.target !== target || !meetsType(automation, macro, context)) return [];
    return passesFilter(document, automation, context, trigger) ? [{ automation, macro }] : [];
  });
}

/** A change that came through the listener an automation excludes would only go back to where it came from. */
function isEcho({ unless }: Automation, listener: string | undefined): boolean {
  return unless !== undefined && unless.listener === listener;
}

function meetsType(automation: Automation, macro: Macro, context: RecordContext): boolean {
  if (!('ticket' in context)) return true;
  const { feedbackType } = context.ticket;
  return [automation.feedbackType, macro.feedbackType].every(
    (wanted) => wanted === undefined || wanted === feedbackType,
  );
}

function passesFilter(
  document: ProjectDocument,
  { filter }: Automation,
  context: RecordContext,
  trigger: Trigger,
): boolean {
  if (filter === undefined) return true;
  const saved = typeof filter === 'string' ? document.filters.find(({ key }) => key === filter) : undefined;
  const type = 'ticket' in context ? context.ticket.feedbackType : undefined;
  if (saved?.feedbackType !== undefined && saved.feedbackType !== type) return false;
  const where = typeof filter === 'string' ? saved?.where : filter;
  if (where === undefined) return false;
  const scope = 'ticket' in context ? scopeOfTickets(document, type) : scopeOfMembers(document);
  return matchesFilter(where, {
    now: Date.parse(context.now),
    read: (name) => {
      const path = pathOf(scope, name);
      return path === undefined ? undefined : readRecordValue(context, path);
    },
    changed: (name) => {
      const path = pathOf(scope, name);
      return path !== undefined && trigger.kind === 'modify' && trigger.changedPaths.has(path);
    },
  });
}

/** The canonical path that a name of a filter stands for; undefined where it stands for none. */
export function pathOf(scope: TagScope, name: string): string | undefined {
  const resolved = resolveTag(scope, name);
  return resolved.outcome === 'value' ? resolved.path : undefined;
}
