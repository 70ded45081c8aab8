import { leaseAttempt } from '../../adapters/dynamodb/attempts.ts';
import { cancelDelivery } from '../../adapters/dynamodb/cancellation.ts';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import type { LoadKeys } from '../../adapters/secrets/master-secret.ts';
import type { MailResult, SendMail } from '../../adapters/ses/mail.ts';
import { sendDelayed } from '../../adapters/sqs/queue.ts';
import { planAttempt, type SettledState, settleAttempt } from '../../core/deliveries/attempt-plan.ts';
import type { Attempt, Delivery } from '../../core/deliveries/delivery.ts';
import { DeliveryMessage } from '../../core/deliveries/message.ts';
import { addWayOut } from '../../core/notifications/way-out.ts';
import { delaySeconds } from '../kit/delay.ts';
import { describeAttempt } from '../kit/next-attempt.ts';
import type { MessageHandler } from '../kit/queue-consumer.ts';
import { judgeMail } from './judge-mail.ts';
import { type SettleMailDependencies, settleMail } from './settle-mail.ts';

/** How long a lease lives: the deadline of the exchange with SES, and time to settle. */
const leaseMs = 30_000;

/** Most addresses that one e-mail may go to, a quota of SES. */
const maxRecipients = 50;

/** What the handler is given. */
export type SendEmailDependencies = SettleMailDependencies & {
  sendMail: SendMail;
  /** The sender's address; empty where the stage sends no e-mail. */
  emailFrom: string;
  apiOrigin: string;
  loadKeys: LoadKeys;
  random: () => number;
  newId: () => string;
};

/** Sends an e-mail that is due, unless it is settled, not due, or in somebody else's hands. */
export function sendEmail(dependencies: SendEmailDependencies): MessageHandler {
  const { table, emailQueue, now, newId } = dependencies;
  return async (body) => {
    const { delivery: id, endpoint: group } = DeliveryMessage.parse(JSON.parse(body));
    const token = newId();
    const lease = await leaseAttempt(table, id, { now: now(), leaseMs, token });
    switch (lease.outcome) {
      case 'leased':
        return (
          (await cancelUnwanted(dependencies, lease.delivery, token)) ?? (await attempt(dependencies, lease.delivery))
        );
      case 'leased-elsewhere':
        // Whoever holds the lease may have died with it: this message comes back when it has lapsed.
        await sendDelayed(
          emailQueue,
          { body, ...(group === undefined ? {} : { group }) },
          delaySeconds(lease.until - now()),
        );
        return { delivery: id, outcome: lease.outcome };
      default:
        return { delivery: id, outcome: lease.outcome };
    }
  };
}

/** Cancels an e-mail to a team whose one recipient wants no more of them; undefined where it is to be sent. */
async function cancelUnwanted(
  { table, dueShards, deliveryRetentionDays, now }: SendEmailDependencies,
  delivery: Delivery,
  token: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { id, project, mail } = delivery;
  // Asked as it is sent: a retry and a replay may come long after the e-mail was made.
  if (mail?.wayOut !== true) return undefined;
  const [email = ''] = mail.to;
  const stored = (await findMembers(table, project, [email])).get(email);
  if (stored?.member.notifications !== 'off') return undefined;
  const cancellation = { reason: `${email} has turned these e-mails off`, leasedBy: token };
  const outcome = await cancelDelivery(table, delivery, cancellation, { dueShards, deliveryRetentionDays, now: now() });
  return { delivery: id, outcome: outcome === 'cancelled' ? 'cancelled' : 'not-ours' };
}

async function attempt(
  dependencies: SendEmailDependencies,
  delivery: Delivery,
): Promise<Readonly<Record<string, unknown>>> {
  const plan = planAttempt(delivery);
  const number = delivery.leases + 1;
  const { made, state } =
    plan.outcome === 'send'
      ? await makeAttempt(dependencies, delivery, number)
      : { made: undefined, state: { outcome: 'failed' as const, reason: plan.reason } };
  const attempts = made === undefined ? plan.interrupted : [...plan.interrupted, made];
  await settleMail(dependencies, delivery, number, { attempts, state });
  return describeAttempt(delivery, number, state, made);
}

/** Makes one attempt; none is made where the stage or the e-mail itself is not fit for it. */
async function makeAttempt(
  { sendMail, emailFrom, apiOrigin, loadKeys, now, random }: SendEmailDependencies,
  delivery: Delivery,
  number: number,
): Promise<{ made?: Attempt; state: SettledState }> {
  const { mail } = delivery;
  if (mail === undefined) throw new Error(`delivery ${delivery.id} is no e-mail`);
  const startedAt = now();
  const fault = faultOf(emailFrom, mail.to.length);
  if (fault !== undefined) {
    const error = { class: 'blocked' as const, message: fault };
    return { made: begun(number, startedAt, 0, { error }), state: { outcome: 'failed', reason: fault } };
  }
  // Made as it is sent: whoever reads the delivery's log must not be able to turn off another's e-mails.
  const outgoing =
    mail.wayOut === true ? addWayOut(mail, delivery.project, { apiOrigin, key: (await loadKeys()).wayOut }) : mail;
  const result = await sendMail(emailFrom, outgoing);
  const endedAt = now();
  const verdict = judgeMail(result, delivery.retry);
  const state = settleAttempt(verdict, { number, endedAt, retryAfter: undefined, random: random() });
  return { made: begun(number, startedAt, endedAt - startedAt, describeResult(result)), state };
}

function faultOf(emailFrom: string, recipients: number): string | undefined {
  if (emailFrom === '') return 'this stage sends no e-mail: set email.from in lib/settings.ts';
  if (recipients === 0) return 'the e-mail has no recipient';
  if (recipients <= maxRecipients) return undefined;
  return `the e-mail has ${recipients} recipients; SES takes at most ${maxRecipients}: split the list`;
}

function begun(number: number, startedAt: number, durationMs: number, rest: Partial<Attempt>): Attempt {
  return { number, startedAt: new Date(startedAt).toISOString(), durationMs: Math.round(durationMs), ...rest };
}

function describeResult(result: MailResult): Pick<Attempt, 'response' | 'error'> {
  if (result.outcome === 'failed') return { error: { class: result.class, message: result.message } };
  const answer = (body: string) => ({ status: result.status, headers: {}, body, truncated: false });
  if (result.outcome === 'sent') return { response: answer(result.messageId) };
  const message = `${result.error}: ${result.message}`;
  return { response: answer(message), error: { class: 'http', message } };
}
