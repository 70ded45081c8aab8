import type { ByteBudget } from '../deliveries/byte-budget.ts';
import type { Delivery, DeliveryCause } from '../deliveries/delivery.ts';
import { freezeWebhook } from '../deliveries/freeze-webhook.ts';
import { endpointId } from '../deliveries/message.ts';
import type { Macro, ProjectDocument, WebhookAction } from '../document/schema.ts';
import { freezeCapture } from '../external-data/freeze-capture.ts';
import { canonicalEmail } from '../members.ts';
import { type RecordContext, readRecordValue } from '../tickets/record-values.ts';
import type { ActionOf } from './action-effect.ts';
import { renderText, type TextRendering } from './render-text.ts';
import { scopeOfMacro } from './tag-scopes.ts';

/** Most recipients of one e-mail: what SES takes. */
const maxRecipients = 50;
/** Longest subject, in code units: RFC 5322 allows 998 octets in a line. */
const maxSubjectLength = 200;
/** Longest text of an e-mail, in code units: it lies in the table until it is sent. */
const maxMailTextLength = 30_000;

/** An action that sends something, and what it is part of. */
export type Sending = {
  document: ProjectDocument;
  macro: Macro;
  /** The action's key, or its kind and place. */
  action: string;
  context: RecordContext;
  cause: DeliveryCause;
  budget: ByteBudget;
  newId: () => string;
};

/** A webhook that cannot be rendered is a delivery as well: it failed, with its reason and no attempt. */
export function deliverWebhook(sending: Sending, webhook: WebhookAction): Delivery {
  const { document, macro, context, budget } = sending;
  const frozen = freezeWebhook(webhook, scopeOfMacro(document, macro), (path) => readRecordValue(context, path));
  const common = { ...describe(sending), retry: webhook.retry };
  if (frozen.outcome === 'failed') return { ...common, outcome: 'failed', reason: frozen.reason };
  const tooLarge = budget.take(frozen.request);
  if (tooLarge !== undefined) return { ...common, outcome: 'failed', reason: tooLarge };
  const capture = webhook.capture === undefined ? undefined : freezeCapture(document, webhook.capture);
  const delivery: Delivery = {
    ...common,
    ...frozen.terms,
    ...(capture === undefined ? {} : { capture }),
    outcome: 'pending',
    request: frozen.request,
    nextAttemptAt: context.now,
  };
  const supersedes = delivery.latestOnly === true ? latestOf(context, endpointId(delivery)) : undefined;
  return supersedes === undefined ? delivery : { ...delivery, supersedes };
}

/** An e-mail that cannot be rendered is a delivery as well. */
export function deliverMail(sending: Sending, email: ActionOf<'email'>, rendering: TextRendering): Delivery {
  const common = { ...describe(sending), retry: 'standard' as const };
  const fail = (reason: string): Delivery => ({ ...common, outcome: 'failed', reason });
  const to = renderText(rendering, 'to', email.to);
  if (to.outcome === 'failed') return fail(to.reason);
  const subject = renderText(rendering, 'subject', email.subject);
  if (subject.outcome === 'failed') return fail(subject.reason);
  const text = renderText(rendering, 'text', email.text);
  if (text.outcome === 'failed') return fail(text.reason);
  const given = to.text
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
  if (given.length === 0) return fail(`${email.to} is empty: there is nobody to send to`);
  const addresses = given.flatMap((address) => canonicalEmail(address) ?? []);
  if (addresses.length < given.length) return fail(`${email.to} is not a list of e-mail addresses`);
  if (addresses.length > maxRecipients) return fail(`an e-mail goes to ${maxRecipients} addresses at most`);
  const mail = {
    to: [...new Set(addresses)],
    // A line break would begin another header.
    subject: subject.text
      .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
      .slice(0, maxSubjectLength)
      .toWellFormed(),
    text: text.text.slice(0, maxMailTextLength).toWellFormed(),
  };
  return { ...common, outcome: 'pending', mail, nextAttemptAt: sending.context.now };
}

function describe({ macro, action, context, cause, newId }: Sending) {
  return {
    id: newId(),
    project: context.project.key,
    macro: macro.key,
    action,
    target: 'ticket' in context ? { ticket: context.ticket.id } : { member: context.member.email },
    cause,
    attemptsMade: 0,
    leases: 0,
    createdAt: context.now,
  };
}

/** The delivery that was made last for an endpoint and this record. */
function latestOf(context: RecordContext, endpoint: string): string | undefined {
  const latest = ('ticket' in context ? context.ticket : context.member).latestDeliveries ?? {};
  return Object.hasOwn(latest, endpoint) ? latest[endpoint] : undefined;
}
