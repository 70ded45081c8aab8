import { leaseAttempt } from '../../adapters/dynamodb/attempts.ts';
import { sendDelayed } from '../../adapters/sqs/queue.ts';
import { planAttempt } from '../../core/deliveries/attempt-plan.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { DeliveryMessage } from '../../core/deliveries/message.ts';
import { delaySeconds } from '../kit/delay.ts';
import { loadMatchExpression } from '../kit/match-expression.ts';
import { describeAttempt } from '../kit/next-attempt.ts';
import { captureAnswer } from './capture-answer.ts';
import type { EndpointWatch } from './endpoint-watch.ts';
import { type Admitted, freeTurn } from './hold-back.ts';
import { admitMessage, resultOf, type TurnDependencies, takeTurnOf } from './in-turn.ts';
import { type AttemptDependencies, makeAttempt } from './make-attempt.ts';
import { type SettleDependencies, settleDelivery } from './settle-delivery.ts';
import { takePlaceOfOlder } from './supersede.ts';

/** How long a lease lives: the waits for a turn, the longest deadline a webhook may have, and time around it. */
const leaseMs = 50_000;
/** What settling needs, at worst: a call is over so long before its lease and its invocation are. */
const settleMs = 5_000;

/** What the handler is given. */
export type SendDependencies = AttemptDependencies & SettleDependencies & TurnDependencies & { watch: EndpointWatch };

type Facts = Readonly<Record<string, unknown>>;

/**
 * Makes the next attempt of a delivery, unless it is settled, not due, not its turn, in somebody else's hands, or its longest
 * call would not end by `endsBy`.
 */
export function sendWebhook(dependencies: SendDependencies) {
  return async (body: string, { endsBy = Number.POSITIVE_INFINITY }: { endsBy?: number } = {}): Promise<Facts> => {
    const message = DeliveryMessage.parse(JSON.parse(body));
    const { delivery: id, endpoint } = message;
    const standing = await dependencies.watch.admit(message);
    if (standing.outcome !== 'open') return { delivery: id, outcome: standing.outcome };
    if (endpoint === undefined) return await takeUp(dependencies, message, { turn: undefined, endsBy });
    const turn = message.isTest ? freeTurn : await admitMessage(dependencies, id, endpoint);
    if (turn.outcome !== 'go') return { delivery: id, outcome: turn.outcome };
    try {
      return await takeUp(dependencies, message, { turn, endsBy });
    } finally {
      turn.release('none');
    }
  };
}

/** The turn of a message that named its endpoint, and when the call must be over and settled. */
type Chance = { turn: Admitted | undefined; endsBy: number };

async function takeUp(
  dependencies: SendDependencies,
  message: DeliveryMessage,
  { turn, endsBy }: Chance,
): Promise<Facts> {
  const { table, webhookQueue, now, newId } = dependencies;
  const { delivery: id, endpoint: group } = message;
  const token = newId();
  const leasedAt = now();
  const lease = await leaseAttempt(table, id, { now: leasedAt, leaseMs, token });
  switch (lease.outcome) {
    case 'leased':
      return await attemptInTurn(dependencies, lease.delivery, token, {
        turn,
        endsBy: Math.min(endsBy, leasedAt + leaseMs) - settleMs,
      });
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
  chance: Chance,
): Promise<Facts> {
  const place = await takePlaceOfOlder(dependencies, delivery, token);
  if (place.outcome !== 'go') return { delivery: delivery.id, outcome: place.outcome };
  const turn = await takeTurnOf(dependencies, { delivery, token, ...chance });
  if (turn.outcome !== 'go') return { delivery: delivery.id, outcome: turn.outcome };
  try {
    return await attempt(dependencies, delivery, { turn, endsBy: chance.endsBy });
  } finally {
    turn.release('none');
  }
}

async function attempt(
  dependencies: SendDependencies,
  delivery: Delivery,
  { turn, endsBy }: { turn: Admitted; endsBy: number },
): Promise<Facts> {
  const plan = planAttempt(delivery);
  const number = delivery.leases + 1;
  // Before the call: what could not be loaded after it would leave it unsettled, and so repeat it.
  const matchFirstGroup = await loadMatchExpression(delivery.capture);
  turn.called();
  const attempted =
    plan.outcome === 'send'
      ? await makeAttempt(dependencies, delivery, { number, endsBy })
      : {
          attempt: undefined,
          state: { outcome: 'failed' as const, reason: plan.reason },
          exchange: undefined,
          endpoint: undefined,
          secretValues: [],
        };
  const { attempt: made, state, exchange, endpoint } = attempted;
  turn.release(resultOf(exchange));
  const attempts = made === undefined ? plan.interrupted : [...plan.interrupted, made];
  const answer = captureAnswer(delivery, attempted, { matchFirstGroup, observer: dependencies.observer });
  await settleDelivery(dependencies, delivery, number, { attempts, state }, answer);
  if (made !== undefined) await dependencies.watch.note(delivery, { state, exchange, endpoint });
  return describeAttempt(delivery, number, state, made);
}
