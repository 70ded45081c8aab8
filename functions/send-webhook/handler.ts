import { leaseAttempt } from '../../adapters/dynamodb/attempts.ts';
import { sendDelayed } from '../../adapters/sqs/queue.ts';
import { planAttempt } from '../../core/deliveries/attempt-plan.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { DeliveryMessage } from '../../core/deliveries/message.ts';
import type { MessageHandler } from '../kit/queue-consumer.ts';
import { captureAnswer } from './capture-answer.ts';
import { delaySeconds } from './delay.ts';
import type { EndpointWatch } from './endpoint-watch.ts';
import type { Admitted } from './hold-back.ts';
import { admitMessage, resultOf, type TurnDependencies, takeTurnOf } from './in-turn.ts';
import { type AttemptDependencies, makeAttempt } from './make-attempt.ts';
import { loadMatchExpression } from './match-expression.ts';
import { type SettleDependencies, settleDelivery } from './settle-delivery.ts';
import { takePlaceOfOlder } from './supersede.ts';

/** How long a lease lives: the longest deadline a webhook may have, and time to load secrets and to settle. */
const leaseMs = 40_000;

/** What the handler is given. */
export type SendDependencies = AttemptDependencies & SettleDependencies & TurnDependencies & { watch: EndpointWatch };

type Facts = Readonly<Record<string, unknown>>;

/** Makes the next attempt of a delivery, unless it is settled, not due, not its turn, or in somebody else's hands. */
export function sendWebhook(dependencies: SendDependencies): MessageHandler {
  return async (body) => {
    const message = DeliveryMessage.parse(JSON.parse(body));
    const { delivery: id, endpoint } = message;
    const standing = await dependencies.watch.admit(message);
    if (standing.outcome !== 'open') return { delivery: id, outcome: standing.outcome };
    if (endpoint === undefined) return await takeUp(dependencies, message, undefined);
    const turn = await admitMessage(dependencies, id, endpoint);
    if (turn.outcome !== 'go') return { delivery: id, outcome: turn.outcome };
    try {
      return await takeUp(dependencies, message, turn);
    } finally {
      turn.release('none');
    }
  };
}

async function takeUp(
  dependencies: SendDependencies,
  message: DeliveryMessage,
  turn: Admitted | undefined,
): Promise<Facts> {
  const { table, webhookQueue, now, newId } = dependencies;
  const { delivery: id, endpoint: group } = message;
  const token = newId();
  const lease = await leaseAttempt(table, id, { now: now(), leaseMs, token });
  switch (lease.outcome) {
    case 'leased':
      return await attemptInTurn(dependencies, lease.delivery, token, turn);
    case 'leased-elsewhere': {
      // Whoever holds the lease may have died with it: this message comes back when it has lapsed.
      const again = { body: JSON.stringify(message), ...(group === undefined ? {} : { group }) };
      await sendDelayed(webhookQueue, again, delaySeconds(lease.until - now()));
      return { delivery: id, outcome: lease.outcome };
    }
    default:
      return { delivery: id, outcome: lease.outcome };
  }
}

async function attemptInTurn(
  dependencies: SendDependencies,
  delivery: Delivery,
  token: string,
  given: Admitted | undefined,
): Promise<Facts> {
  const place = await takePlaceOfOlder(dependencies, delivery, token);
  if (place.outcome !== 'go') return { delivery: delivery.id, outcome: place.outcome };
  const turn = await takeTurnOf(dependencies, { delivery, token, turn: given });
  if (turn.outcome !== 'go') return { delivery: delivery.id, outcome: turn.outcome };
  try {
    return await attempt(dependencies, delivery, turn);
  } finally {
    turn.release('none');
  }
}

async function attempt(dependencies: SendDependencies, delivery: Delivery, turn: Admitted): Promise<Facts> {
  const plan = planAttempt(delivery);
  const number = delivery.leases + 1;
  // Before the call: what could not be loaded after it would leave it unsettled, and so repeat it.
  const matchFirstGroup = await loadMatchExpression(delivery.capture);
  turn.called();
  const attempted =
    plan.outcome === 'send'
      ? await makeAttempt(dependencies, delivery, number)
      : {
          attempt: undefined,
          state: { outcome: 'failed' as const, reason: plan.reason },
          exchange: undefined,
          secretValues: [],
        };
  const { attempt: made, state, exchange } = attempted;
  turn.release(resultOf(exchange));
  const attempts = made === undefined ? plan.interrupted : [...plan.interrupted, made];
  const answer = captureAnswer(delivery, attempted, matchFirstGroup);
  await settleDelivery(dependencies, delivery, number, { attempts, state }, answer);
  if (made !== undefined) await dependencies.watch.note(delivery, { state, exchange });
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
