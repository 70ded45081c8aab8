import { byteBudget } from './deliveries/byte-budget.ts';
import type { Delivery, DeliveryCause } from './deliveries/delivery.ts';
import type { Action, Automation, ProjectDocument } from './document/schema.ts';
import { matchesFilter } from './filters/match-filter.ts';
import { type ActionResult, actionKey, applyMacro } from './macros/apply-macro.ts';
import { scopeOfTickets } from './macros/tag-scopes.ts';
import { resolveTag, type TagScope } from './templates/tag-scope.ts';
import { readTicketValue, type TicketContext } from './tickets/record-values.ts';
import type { Ticket } from './tickets/ticket.ts';

/** A new ticket, and what is known when it is decided what follows from it. */
export type SubmissionInput = {
  document: ProjectDocument;
  runAutomations: boolean;
  context: TicketContext;
  newId: () => string;
};

/** The whole consequence of a new ticket: what is stored together, in one transaction. */
export type SubmissionDecision = {
  ticket: Ticket;
  deliveries: Delivery[];
  ran: { automation: string; actions: ActionResult[] }[];
};

/** Decides what a new ticket sets off: the automations it matches, and their macros' webhooks, already rendered. */
export function decideSubmission(input: SubmissionInput): SubmissionDecision {
  const { document, context } = input;
  const decision: SubmissionDecision = { ticket: context.ticket, deliveries: [], ran: [] };
  if (!input.runAutomations) return decision;
  const budget = byteBudget();
  const appliedMacros = new Set<string>();
  for (const automation of document.automations) {
    if (!isTriggered(document, automation, context)) continue;
    const macro = document.macros.find((candidate) => candidate.key === automation.macro);
    if (macro === undefined) continue;
    if (appliedMacros.has(macro.key)) {
      decision.ran.push({ automation: automation.key, actions: macro.actions.map(skipRepeated) });
      continue;
    }
    appliedMacros.add(macro.key);
    const cause: DeliveryCause = { kind: 'automation', key: automation.key };
    const applied = applyMacro({ document, macro, context, cause, budget, newId: input.newId });
    decision.deliveries.push(...applied.deliveries);
    decision.ran.push({ automation: automation.key, actions: applied.actions });
  }
  return decision;
}

/** A macro never runs twice on one record within a chain, however many automations name it. */
function skipRepeated(action: Action, place: number): ActionResult {
  const reason = 'another automation has run this macro already';
  return { kind: action.kind, action: actionKey(action, place), outcome: 'skipped', reason };
}

function isTriggered(document: ProjectDocument, automation: Automation, context: TicketContext): boolean {
  const { ticket } = context;
  if (!automation.enabled || automation.trigger !== 'submit') return false;
  if (automation.feedbackType !== undefined && automation.feedbackType !== ticket.feedbackType) return false;
  const macro = document.macros.find((candidate) => candidate.key === automation.macro);
  if (macro?.target !== 'feedback') return false;
  if (macro.feedbackType !== undefined && macro.feedbackType !== ticket.feedbackType) return false;
  return passesFilter(document, automation, context);
}

function passesFilter(document: ProjectDocument, automation: Automation, context: TicketContext): boolean {
  const { filter } = automation;
  if (filter === undefined) return true;
  const saved = typeof filter === 'string' ? document.filters.find((candidate) => candidate.key === filter) : undefined;
  if (saved?.feedbackType !== undefined && saved.feedbackType !== context.ticket.feedbackType) return false;
  const where = typeof filter === 'string' ? saved?.where : filter;
  if (where === undefined) return false;
  const scope = scopeOfTickets(document, context.ticket.feedbackType);
  const now = Date.parse(context.now);
  return matchesFilter(where, { read: (name) => readByName(scope, context, name), now });
}

function readByName(scope: TagScope, context: TicketContext, name: string) {
  const resolved = resolveTag(scope, name);
  return resolved.outcome === 'value' ? readTicketValue(context, resolved.path) : undefined;
}
