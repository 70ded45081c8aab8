import { leaseAttempt } from '../../adapters/dynamodb/attempts.ts';
import { sendDelayed } from '../../adapters/sqs/queue.ts';
import { planAttempt } from '../../core/deliveries/attempt-plan.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { DeliveryMessage } from '../../core/deliveries/message.ts';
import type { MessageHandler } from '../kit/queue-consumer.ts';
import { delaySeconds } from './delay.ts';
import { type AttemptDependencies, makeAttempt } from './make-attempt.ts';
import { type SettleDependencies, settleDelivery } from './settle-delivery.ts';

/** How long a lease lives: the longest deadline a webhook may have, and time to load secrets and to settle. */
const leaseMs = 40_000;

/** What the handler is given. */
export type SendDependencies = AttemptDependencies & SettleDependencies & { newId: () => string };

/** Makes the next attempt of a delivery, unless it is settled, not due, or in somebody else's hands. */
export function sendWebhook(dependencies: SendDependencies): MessageHandler {
  const { table, now, newId } = dependencies;
  return async (body) => {
    const { delivery: id } = DeliveryMessage.parse(JSON.parse(body));
    const lease = await leaseAttempt(table, id, { now: now(), leaseMs, token: newId() });
    switch (lease.outcome) {
      case 'leased':
        return await attempt(dependencies, lease.delivery);
      case 'leased-elsewhere':
        // Whoever holds the lease may have died with it: this message comes back when it has lapsed.
        await sendDelayed(dependencies.webhookQueue, { body }, delaySeconds(lease.until - now()));
        return { delivery: id, outcome: lease.outcome };
      default:
        return { delivery: id, outcome: lease.outcome };
    }
  };
}

async function attempt(dependencies: SendDependencies, delivery: Delivery): Promise<Readonly<Record<string, unknown>>> {
  const plan = planAttempt(delivery);
  const number = delivery.leases + 1;
  const { attempt: made, state } =
    plan.outcome === 'send'
      ? await makeAttempt(dependencies, delivery, number)
      : { attempt: undefined, state: { outcome: 'failed' as const, reason: plan.reason } };
  const attempts = made === undefined ? plan.interrupted : [...plan.interrupted, made];
  await settleDelivery(dependencies, delivery, number, { attempts, state });
  return {
    delivery: delivery.id,
    project: delivery.project,
    macro: delivery.macro,
    action: delivery.action,
    attempt: number,
    outcome: state.outcome,
    status: made?.response?.status,
    errorClass: made?.error?.class,
  };
}
