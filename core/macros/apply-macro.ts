import { type ByteBudget, countJson } from '../deliveries/byte-budget.ts';
import type { Delivery, DeliveryCause } from '../deliveries/delivery.ts';
import { endpointId } from '../deliveries/message.ts';
import type { Action, Macro, ProjectDocument } from '../document/schema.ts';
import type { ActionResult } from '../records/action-result.ts';
import { type Comment, maxCommentLength } from '../records/comment.ts';
import { countCodePoints } from '../tickets/field-value.ts';
import { type RecordContext, readRecordValue } from '../tickets/record-values.ts';
import type { ActionEffect, ActionOf } from './action-effect.ts';
import { changeFields } from './change-fields.ts';
import { changeScore, changeTeams } from './change-member.ts';
import { changeState } from './change-state.ts';
import { deliverMail, deliverWebhook } from './make-delivery.ts';
import { renderText, type TextRendering } from './render-text.ts';
import { scopeOfMacro } from './tag-scopes.ts';

/** A macro about to be applied to one record. */
export type MacroApplication = {
  document: ProjectDocument;
  macro: Macro;
  context: RecordContext;
  cause: DeliveryCause;
  /** The macros that led to this one, and the listener through which the first was run. */
  chain: readonly string[];
  listener?: string | undefined;
  /** The room for what this macro adds to the change that it is part of. */
  budget: ByteBudget;
  newId: () => string;
};

/** What a macro comes to: `failed` means that one of its changes cannot be made, so that nothing of it is. */
export type AppliedMacro = {
  outcome: 'applied' | 'failed';
  reason?: string;
  /** The records as they are afterwards. */
  context: RecordContext;
  actions: ActionResult[];
  comments: Comment[];
  deliveries: Delivery[];
};

type Progress = Omit<AppliedMacro, 'outcome' | 'reason'>;

/**
 * Applies a macro's actions in their order; each sees what those before it changed. Its record changes are made all or
 * none; a webhook or e-mail that cannot be rendered fails alone.
 */
export function applyMacro(application: MacroApplication): AppliedMacro {
  const { macro, context } = application;
  const progress: Progress = { context, actions: [], comments: [], deliveries: [] };
  const conditional: Comment[] = [];
  for (const [place, action] of macro.actions.entries()) {
    const key = actionKey(action, place);
    const result = applyAction(application, progress, conditional, action, key);
    progress.actions.push({ kind: action.kind, action: key, ...result });
    if (result.outcome === 'failed' && result.delivery === undefined) {
      return giveUp(application, place, `${key}: ${result.reason ?? 'it failed'}`);
    }
  }
  dropIdleComments(application, progress, conditional);
  return { outcome: 'applied', ...progress };
}

/** The key of an action: the given one, else its kind and place, counted from 1. */
export function actionKey(action: Pick<Action, 'kind' | 'key'>, place: number): string {
  return action.key ?? `${action.kind}-${place + 1}`;
}

function applyAction(
  application: MacroApplication,
  progress: Progress,
  conditional: Comment[],
  action: Action,
  key: string,
): Omit<ActionResult, 'kind' | 'action'> {
  const { document, macro } = application;
  const { context } = progress;
  const values = (path: string) => readRecordValue(context, path);
  const rendering = { action, scope: scopeOfMacro(document, macro), values };
  switch (action.kind) {
    case 'webhook':
      return queue(progress, deliverWebhook({ ...application, context, action: key }, action));
    case 'email':
      return queue(progress, deliverMail({ ...application, context, action: key }, action, rendering));
    case 'comment':
      return addComment(application, progress, conditional, action, rendering);
    case 'workflow':
      return take(
        progress,
        'ticket' in context ? changeState(document, context, action, rendering) : forTickets(action),
      );
    case 'setFields':
      return take(
        progress,
        'ticket' in context ? changeFields(document, context, action, rendering) : forTickets(action),
      );
    case 'score':
      return take(progress, changeScore(context, action));
    case 'teams':
      return take(progress, changeTeams(context, action));
  }
}

/** Refused at apply time, so only a document stored by an older version can get here. */
function forTickets({ kind }: Action): ActionEffect {
  return { outcome: 'failed', reason: `${kind} changes tickets, and this macro is for members` };
}

function take(progress: Progress, effect: ActionEffect): Omit<ActionResult, 'kind' | 'action'> {
  if (effect.outcome !== 'applied') return effect;
  progress.context = effect.context;
  return { outcome: 'applied', ...(effect.reason === undefined ? {} : { reason: effect.reason }) };
}

function queue(progress: Progress, delivery: Delivery): Omit<ActionResult, 'kind' | 'action'> {
  progress.deliveries.push(delivery);
  const { id, outcome, reason } = delivery;
  if (outcome !== 'pending') return { outcome: 'failed', delivery: id, ...(reason === undefined ? {} : { reason }) };
  if (delivery.latestOnly === true) progress.context = withLatest(progress.context, endpointId(delivery), id);
  return { outcome: 'queued', delivery: id };
}

function withLatest(context: RecordContext, endpoint: string, delivery: string): RecordContext {
  if ('ticket' in context) {
    const latestDeliveries = { ...context.ticket.latestDeliveries, [endpoint]: delivery };
    return { ...context, ticket: { ...context.ticket, latestDeliveries } };
  }
  const latestDeliveries = { ...context.member.latestDeliveries, [endpoint]: delivery };
  return { ...context, member: { ...context.member, latestDeliveries } };
}

function addComment(
  application: MacroApplication,
  progress: Progress,
  conditional: Comment[],
  action: ActionOf<'comment'>,
  rendering: TextRendering,
): Omit<ActionResult, 'kind' | 'action'> {
  const { macro, context, newId, budget } = application;
  const rendered = renderText(rendering, 'text', action.text);
  if (rendered.outcome === 'failed') return rendered;
  const { text } = rendered;
  if (text.trim() === '') return { outcome: 'skipped', reason: 'the comment is empty' };
  const length = countCodePoints(text);
  if (length > maxCommentLength) {
    return {
      outcome: 'failed',
      reason: `the comment has ${length} characters; at most ${maxCommentLength} are allowed`,
    };
  }
  const by = { kind: 'macro' as const, key: macro.key };
  const comment: Comment = { id: newId(), text, visibility: action.visibility, by, createdAt: context.now };
  const tooLarge = budget.take(countJson(comment));
  if (tooLarge !== undefined) return { outcome: 'failed', reason: tooLarge };
  progress.comments.push(comment);
  if (action.onlyIfChanged) conditional.push(comment);
  return { outcome: 'applied' };
}

/** A comment with `onlyIfChanged` waits for the end: what is after it in the macro counts as well. */
function dropIdleComments({ macro }: MacroApplication, progress: Progress, conditional: readonly Comment[]): void {
  if (conditional.length === 0) return;
  const changed = progress.actions.some(({ kind, outcome }) => kind !== 'comment' && outcome === 'applied');
  if (changed) return;
  progress.comments = progress.comments.filter((comment) => !conditional.includes(comment));
  const isConditional = (place: number) => {
    const action = macro.actions[place];
    return action?.kind === 'comment' && action.onlyIfChanged;
  };
  progress.actions = progress.actions.map((result, place) =>
    isConditional(place) && result.outcome === 'applied'
      ? { kind: result.kind, action: result.action, outcome: 'skipped', reason: 'the macro changed nothing' }
      : result,
  );
}

/** Nothing of the macro is done: neither its changes, nor its webhooks, which might tell of them. */
function giveUp({ macro, context }: MacroApplication, failedAt: number, reason: string): AppliedMacro {
  const actions = macro.actions.map((action, place): ActionResult => {
    const result = { kind: action.kind, action: actionKey(action, place) };
    if (place === failedAt) return { ...result, outcome: 'failed', reason: reason.slice(result.action.length + 2) };
    return { ...result, outcome: 'skipped', reason: `not done, because ${reason}` };
  });
  return { outcome: 'failed', reason, context, actions, comments: [], deliveries: [] };
}
