import { mayFollow } from '../automations/may-follow.ts';
import { type ByteBudget, takeDelivery } from '../deliveries/byte-budget.ts';
import type { Delivery, DeliveryCause } from '../deliveries/delivery.ts';
import { freezeWebhook } from '../deliveries/freeze-webhook.ts';
import { endpointId } from '../deliveries/message.ts';
import type { Macro, ProjectDocument, WebhookAction } from '../document/schema.ts';
import { freezeCapture } from '../external-data/freeze-capture.ts';
import { canonicalEmail } from '../members.ts';
import { tokenise } from '../templates/tokenise.ts';
import { isList, plainText } from '../templates/values.ts';
import { countCodePoints } from '../tickets/field-value.ts';
import { type RecordContext, readRecordValue } from '../tickets/record-values.ts';
import type { ActionOf } from './action-effect.ts';
import { identify } from './chained-records.ts';
import { renderText, renderValue, type TextRendering } from './render-text.ts';
import { scopeOfMacro } from './tag-scopes.ts';

/** Most recipients of one e-mail: what SES takes. */
const maxRecipients = 50;
/** Longest subject, in code points: encoded as UTF-8 it stays within the 998 octets that RFC 5322 allows in a line. */
const maxSubjectLength = 200;
/** Longest text of an e-mail, in code points: as long as a comment; it lies in the table until it is sent. */
const maxMailTextLength = 30_000;
/** Marks that part addresses or begin other ones in a header; the few addresses that have them quoted are not sent to. */
const partingMark = /[,;:<>()[\]"\\]/;

/** An action that sends something, and what it is part of. */
export type Sending = {
  document: ProjectDocument;
  macro: Macro;
  /** The action's key, or its kind and place. */
  action: string;
  context: RecordContext;
  cause: DeliveryCause;
  /** The macros that led to this one, and the listener through which the first was run. */
  chain: readonly string[];
  listener?: string | undefined;
  budget: ByteBudget;
  newId: () => string;
};

/** A webhook that cannot be rendered is a delivery as well: it failed, with its reason and no attempt. */
export function deliverWebhook(sending: Sending, webhook: WebhookAction): Delivery {
  const { document, macro, context, budget } = sending;
  const frozen = freezeWebhook(webhook, scopeOfMacro(document, macro), (path) => readRecordValue(context, path));
  const common = { ...describe(sending), retry: webhook.retry };
  if (frozen.outcome === 'failed') return { ...common, outcome: 'failed', reason: frozen.reason };
  const capture = webhook.capture === undefined ? undefined : freezeCapture(document, webhook.capture);
  const delivery: Delivery = {
    ...common,
    ...frozen.terms,
    ...(capture === undefined ? {} : { capture, ...describeFollowing(sending, capture.group, common.id) }),
    outcome: 'pending',
    request: frozen.request,
    nextAttemptAt: context.now,
  };
  const supersedes = delivery.latestOnly === true ? latestOf(context, endpointId(delivery)) : undefined;
  const made = supersedes === undefined ? delivery : { ...delivery, supersedes };
  const tooLarge = takeDelivery(budget, made);
  return tooLarge === undefined ? made : { ...common, outcome: 'failed', reason: tooLarge };
}

/**
 * What the values that come back are followed with; a test leaves the record as it is, and a notice sets nothing off. The
 * chain knows its id, and what else ran in it, once it is decided (chain.ts).
 */
function describeFollowing(
  { document, macro, context, cause, chain, listener }: Sending,
  group: string,
  id: string,
): Pick<Delivery, 'follow'> {
  if (cause.kind === 'test' || cause.kind === 'notice' || !mayFollow(document, { group, context, listener })) return {};
  const follow = { id, chain: [...chain, macro.key], applied: [identify(macro)] };
  return { follow: { ...follow, ...(listener === undefined ? {} : { listener }) } };
}

/** An e-mail that cannot be rendered is a delivery as well. */
export function deliverMail(sending: Sending, email: ActionOf<'email'>, rendering: TextRendering): Delivery {
  const common = { ...describe(sending), retry: 'standard' as const };
  const fail = (reason: string): Delivery => ({ ...common, outcome: 'failed', reason });
  const recipients = readRecipients(email.to, rendering);
  if (recipients.outcome === 'failed') return fail(recipients.reason);
  const subject = renderText(rendering, 'subject', email.subject);
  if (subject.outcome === 'failed') return fail(subject.reason);
  const text = renderText(rendering, 'text', email.text);
  if (text.outcome === 'failed') return fail(text.reason);
  // A line break would begin another header.
  const line = subject.text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  const tooLong = sayTooLong('subject', line, maxSubjectLength) ?? sayTooLong('text', text.text, maxMailTextLength);
  if (tooLong !== undefined) return fail(tooLong);
  const mail = { to: recipients.addresses, subject: line, text: text.text };
  const delivery: Delivery = { ...common, outcome: 'pending', mail, nextAttemptAt: sending.context.now };
  const tooLarge = takeDelivery(sending.budget, delivery);
  return tooLarge === undefined ? delivery : fail(tooLarge);
}

function sayTooLong(what: string, text: string, most: number): string | undefined {
  const length = countCodePoints(text);
  return length > most ? `the ${what} has ${length} characters; at most ${most} can be sent` : undefined;
}

type Recipients = { outcome: 'read'; addresses: string[] } | { outcome: 'failed'; reason: string };

/** The addresses of an e-mail: only commas that the author wrote part them, since values come from outside. */
function readRecipients(template: string, rendering: TextRendering): Recipients {
  const addresses: string[] = [];
  for (const part of splitAtCommas(template)) {
    const rendered = renderValue(rendering, `to ${part}`, part);
    if (rendered.outcome === 'failed') return rendered;
    const values = isList(rendered.value) ? rendered.value : [rendered.value];
    const given = values.map((value) => plainText(value).trim()).filter((address) => address !== '');
    const read = given.flatMap((address) => (partingMark.test(address) ? [] : (canonicalEmail(address) ?? [])));
    if (read.length < given.length) return { outcome: 'failed', reason: `${part} is not an e-mail address` };
    addresses.push(...read);
  }
  if (addresses.length === 0) {
    return { outcome: 'failed', reason: `${template} is empty: there is nobody to send to` };
  }
  if (addresses.length > maxRecipients) {
    return { outcome: 'failed', reason: `an e-mail goes to ${maxRecipients} addresses at most` };
  }
  return { outcome: 'read', addresses: [...new Set(addresses)] };
}

/** The parts of a template between commas; a comma within a tag, as of its filter, parts nothing. */
function splitAtCommas(template: string): string[] {
  const parts = [''];
  for (const token of tokenise(template).tokens) {
    const source = template.slice(token.offset, token.end);
    const [first = '', ...others] = token.kind === 'text' ? source.split(',') : [source];
    parts.push((parts.pop() ?? '') + first, ...others);
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
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
