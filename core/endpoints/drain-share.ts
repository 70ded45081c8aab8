/** Deliveries of one lane that one drain of a shard always takes, oldest first: of an endpoint that takes them, and of one that fails. */
const share = { healthy: 2_500, failing: 100 };
/** Up to so many it does not matter how the endpoint is doing. */
export const freeShare = share.failing;
/** How many are taken, by chance, of each e-fold of those behind. */
const perFold = 10;

/**
 * Whether one drain takes the delivery at a place (from 1) in its lane. An endpoint that fails would otherwise have all of its
 * backlog carried to the queue and back every minute, while one that takes what it gets works it off. Behind the share chance
 * takes some, ever fewer: deliveries that never settle must not stand in the way of those behind them for ever.
 */
export function isDrained({
  place,
  isFailing,
  random,
}: {
  place: number;
  isFailing: boolean;
  random: number;
}): boolean {
  return place <= (isFailing ? share.failing : share.healthy) || random < perFold / place;
}
