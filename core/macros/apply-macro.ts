import type { ByteBudget } from '../deliveries/byte-budget.ts';
import type { Delivery, DeliveryCause } from '../deliveries/delivery.ts';
import { freezeWebhook } from '../deliveries/freeze-webhook.ts';
import type { Action, Macro, ProjectDocument, WebhookAction } from '../document/schema.ts';
import { readTicketValue, type TicketContext } from '../tickets/record-values.ts';
import { scopeOfMacro } from './tag-scopes.ts';

/** What became of one action of a macro. */
export type ActionResult = {
  kind: Action['kind'];
  action: string;
  outcome: 'queued' | 'failed' | 'skipped';
  reason?: string;
  delivery?: string;
};

/** A macro about to be applied to one ticket. */
export type MacroApplication = {
  document: ProjectDocument;
  macro: Macro;
  context: TicketContext;
  cause: DeliveryCause;
  /** The room for webhooks of the whole change that this macro is part of. */
  budget: ByteBudget;
  newId: () => string;
};

/** Applies a macro to a ticket: what became of each action, and the deliveries to be stored with it. */
export function applyMacro(application: MacroApplication): { actions: ActionResult[]; deliveries: Delivery[] } {
  const deliveries: Delivery[] = [];
  const actions = application.macro.actions.map((action, place): ActionResult => {
    const name = actionKey(action, place);
    if (action.kind !== 'webhook') {
      return { kind: action.kind, action: name, outcome: 'skipped', reason: `${action.kind} actions do not run yet` };
    }
    const delivery = makeDelivery(application, action, name);
    deliveries.push(delivery);
    const { id, outcome, reason } = delivery;
    const queued = { kind: action.kind, action: name, delivery: id };
    if (outcome === 'pending') return { ...queued, outcome: 'queued' };
    return { ...queued, outcome: 'failed', ...(reason === undefined ? {} : { reason }) };
  });
  return { actions, deliveries };
}

/** The key of an action: the given one, else its kind and place, counted from 1. */
export function actionKey(action: Pick<Action, 'kind' | 'key'>, place: number): string {
  return action.key ?? `${action.kind}-${place + 1}`;
}

/** A webhook that cannot be rendered is a delivery as well: it failed, with its reason and no attempt. */
function makeDelivery(application: MacroApplication, action: WebhookAction, name: string): Delivery {
  const { document, macro, context, cause, budget, newId } = application;
  const frozen = freezeWebhook(action, scopeOfMacro(document, macro), (path) => readTicketValue(context, path));
  const common = {
    id: newId(),
    project: context.project.key,
    macro: macro.key,
    action: name,
    target: { ticket: context.ticket.id },
    cause,
    retry: action.retry,
    attemptsMade: 0,
    leases: 0,
    createdAt: context.now,
  };
  if (frozen.outcome === 'failed') return { ...common, outcome: 'failed', reason: frozen.reason };
  const tooLarge = budget.take(frozen.request);
  if (tooLarge !== undefined) return { ...common, outcome: 'failed', reason: tooLarge };
  return { ...common, outcome: 'pending', request: frozen.request, nextAttemptAt: context.now };
}
