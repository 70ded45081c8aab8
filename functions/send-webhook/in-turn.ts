import { reserveTurn } from '../../adapters/dynamodb/turns.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { laneOf } from '../../core/deliveries/message.ts';
import type { CallResult } from '../../core/endpoints/breaker.ts';
import { maxRateWaitMs, rateReason } from '../../core/endpoints/rate.ts';
import { maxTurnWaitMs, turnReason } from '../../core/endpoints/turn-taking.ts';
import { type Admitted, freeTurn, type Turns } from './hold-back.ts';
import { type PostponeDependencies, postpone } from './postpone.ts';

/** Within this time a tick may be too late, so the queue brings a delivery back; how many follows from `maxPerSecond`. */
const nearMs = 75_000;

/** What taking turns needs; `wait` waits so many milliseconds. */
export type TurnDependencies = PostponeDependencies & { turns: Turns; wait: (milliseconds: number) => Promise<void> };

/** What the log says of a delivery that came so late in an invocation that its call might have been cut off. */
const noTimeReason = 'waits for a sender that has time for it';

/** A leased delivery, the token of its lease, its turn where its message named the endpoint, and when its call must be over. */
type LeasedInTurn = { delivery: Delivery; token: string; turn: Admitted | undefined; endsBy: number };

/** Lets a message of an endpoint go, or holds its delivery back before anything of it is read or leased. */
export async function admitMessage(
  dependencies: TurnDependencies,
  id: string,
  endpoint: string,
): Promise<Admitted | { outcome: 'held-back' | 'not-ours' }> {
  const admission = await dependencies.turns.admit(endpoint);
  if (admission.outcome === 'go') return admission;
  return { outcome: await postpone(dependencies, { id, endpoint }, { ...admission, reason: turnReason }) };
}

/** Gives a leased delivery its turn by slot, breaker and rate; or gives the lease back, and no attempt is counted. */
export async function takeTurnOf(
  dependencies: TurnDependencies,
  { delivery, token, turn, endsBy }: LeasedInTurn,
): Promise<Admitted | { outcome: 'held-back' | 'not-ours' }> {
  const endpoint = laneOf(delivery);
  const heldBack = { id: delivery.id, endpoint, lease: { delivery, token } };
  if (dependencies.now() + longestMs(delivery, turn) > endsBy) {
    const soon = { until: dependencies.now(), byQueue: true, reason: noTimeReason };
    return { outcome: await postpone(dependencies, heldBack, soon) };
  }
  const isTest = delivery.cause.kind === 'test';
  const admission = turn ?? (isTest ? freeTurn : await dependencies.turns.admit(endpoint));
  if (admission.outcome === 'hold') {
    return { outcome: await postpone(dependencies, heldBack, { ...admission, reason: turnReason }) };
  }
  const { maxPerSecond } = delivery;
  if (maxPerSecond === undefined) return admission;
  const now = dependencies.now();
  const returning = delivery.rateTurnAt !== undefined && delivery.rateTurnAt === delivery.nextAttemptAt;
  const rate = await reserveTurn(dependencies.table, endpoint, { maxPerSecond, now, returning });
  if (rate.outcome === 'go') {
    if (rate.at > now) await dependencies.wait(rate.at - now);
    return admission;
  }
  admission.release('none');
  const held = { until: rate.until, byQueue: rate.until - now <= nearMs, reason: rateReason, isRateTurn: true };
  return { outcome: await postpone(dependencies, heldBack, held) };
}

/** How long a call may take from here on, with what it may have to wait for before. */
function longestMs({ request, maxPerSecond }: Delivery, turn: Admitted | undefined): number {
  const turnMs = turn === undefined ? maxTurnWaitMs : 0;
  const rateMs = maxPerSecond === undefined ? 0 : maxRateWaitMs;
  return turnMs + rateMs + (request?.timeoutMs ?? 0);
}

/** How a call ended for its endpoint's turns. */
export function resultOf(
  exchange: { outcome: 'answered' } | { outcome: 'failed'; class: string } | undefined,
): CallResult {
  if (exchange === undefined) return 'none';
  return exchange.outcome === 'failed' && exchange.class === 'timeout' ? 'timeout' : 'answered';
}
