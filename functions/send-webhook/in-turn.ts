import { reserveTurn } from '../../adapters/dynamodb/turns.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { laneOf } from '../../core/deliveries/message.ts';
import type { CallResult } from '../../core/endpoints/breaker.ts';
import { rateReason } from '../../core/endpoints/rate.ts';
import { turnReason } from '../../core/endpoints/turn-taking.ts';
import type { Admitted, Turns } from './hold-back.ts';
import { type PostponeDependencies, postpone } from './postpone.ts';

/** Within this time a tick may be too late, so the queue brings a delivery back; how many follows from `maxPerSecond`. */
const nearMs = 75_000;

/** What taking turns needs; `wait` waits so many milliseconds. */
export type TurnDependencies = PostponeDependencies & { turns: Turns; wait: (milliseconds: number) => Promise<void> };

/** A leased delivery, the token of its lease, and its turn where its message named the endpoint. */
type LeasedInTurn = { delivery: Delivery; token: string; turn: Admitted | undefined };

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
  { delivery, token, turn }: LeasedInTurn,
): Promise<Admitted | { outcome: 'held-back' | 'not-ours' }> {
  const endpoint = laneOf(delivery);
  const heldBack = { id: delivery.id, endpoint, lease: { delivery, token } };
  const admission = turn ?? (await dependencies.turns.admit(endpoint));
  if (admission.outcome === 'hold') {
    return { outcome: await postpone(dependencies, heldBack, { ...admission, reason: turnReason }) };
  }
  const { maxPerSecond } = delivery;
  if (maxPerSecond === undefined) return admission;
  const now = dependencies.now();
  const returning = delivery.reason === rateReason;
  const rate = await reserveTurn(dependencies.table, endpoint, { maxPerSecond, now, returning });
  if (rate.outcome === 'go') {
    if (rate.at > now) await dependencies.wait(rate.at - now);
    return admission;
  }
  admission.release('none');
  const held = { until: rate.until, byQueue: rate.until - now <= nearMs, reason: rateReason };
  return { outcome: await postpone(dependencies, heldBack, held) };
}

/** How a call ended for its endpoint's turns. */
export function resultOf(
  exchange: { outcome: 'answered' } | { outcome: 'failed'; class: string } | undefined,
): CallResult {
  if (exchange === undefined) return 'none';
  return exchange.outcome === 'failed' && exchange.class === 'timeout' ? 'timeout' : 'answered';
}
