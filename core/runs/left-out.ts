import type { Delivery } from '../deliveries/delivery.ts';

/**
 * Says why a bulk replay leaves a settled delivery out, which a person may still send again by itself; undefined where it does
 * not. `latest` is the delivery that the record names as the last one made for this endpoint, where it names one.
 */
export function whyLeftOut(delivery: Delivery, latest: string | undefined): string | undefined {
  const { id, cause, replayOf, mail, outcome, latestOnly } = delivery;
  if (replayOf !== undefined) return `it is itself a replay: ${replayOf} is what it was made of`;
  if (cause.kind === 'test') return 'it was sent as a test';
  if (mail?.wayOut === true) return 'it is an e-mail that told somebody of their team of a ticket, and is not repeated';
  if (latestOnly !== true) return undefined;
  if (latest !== undefined && latest !== id) return `${latest} is newer, and says how things are now`;
  return outcome === 'cancelled' ? 'it was superseded by a newer one' : undefined;
}
