import { isUtf8 } from 'node:buffer';
import type { Exchange } from '../../adapters/http/outbound-client.ts';
import type { Attempt, Delivery } from '../../core/deliveries/delivery.ts';
import { type CapturedValues, captureValues, type MatchFirstGroup } from '../../core/external-data/read-values.ts';
import { maskSecrets } from '../../core/webhooks/masking.ts';
import type { Observer } from '../kit/observer.ts';
import type { Attempted } from './make-attempt.ts';

/** What was captured of an answer; logs mask the secret values in it, the record gets it as it is. */
export type CapturedAnswer = CapturedValues & { secretValues: readonly string[] };

/** Longest reason that is kept for a value, in UTF-16 units: it may name a pointer and an expression. */
const maxReason = 300;

/** Reads the values that a delivery is to capture; undefined where it captures none or was not delivered. */
export function captureAnswer(
  { id, capture }: Pick<Delivery, 'id' | 'capture'>,
  { state, exchange, secretValues }: Pick<Attempted, 'state' | 'secretValues'> & { exchange?: Exchange | undefined },
  { matchFirstGroup, observer }: { matchFirstGroup: MatchFirstGroup; observer: Observer },
): CapturedAnswer | undefined {
  if (capture === undefined || state.outcome !== 'delivered' || exchange?.outcome !== 'answered') return undefined;
  const { status, headers, body, truncated } = exchange;
  const answer = { status, headers, truncated, text: new TextDecoder().decode(body), hasBadBytes: !isUtf8(body) };
  const mask = (text: string) => maskSecrets(text, secretValues);
  try {
    return { ...captureValues(capture, answer, matchFirstGroup, mask), secretValues };
  } catch (error) {
    // The request has been sent: what was thrown further would keep the delivery from settling, and send it once more.
    observer.fault('values of an answer could not be read', error, { delivery: id });
    const reason = 'the answer could not be read';
    return { captured: {}, uncaptured: capture.fields.map(({ key }) => ({ field: key, reason })), secretValues };
  }
}

/** The attempts of a lease, the last of which tells what was captured and what was not. */
export function describeCaptured(
  attempts: readonly Attempt[],
  { captured, uncaptured, secretValues }: CapturedAnswer,
): Attempt[] {
  const mask = (text: string) => maskSecrets(text, secretValues);
  const shown = Object.entries(captured).map(([field, value]) => [
    field,
    typeof value === 'string' ? mask(value) : value,
  ]);
  const reasons = uncaptured.map(({ field, reason }) => ({ field, reason: cut(mask(reason)) }));
  // What is empty is left out: the item pays by the kilobyte, in a transaction twice.
  const told = {
    ...(shown.length === 0 ? {} : { captured: Object.fromEntries(shown) }),
    ...(reasons.length === 0 ? {} : { uncaptured: reasons }),
  };
  return attempts.map((attempt, place) => (place < attempts.length - 1 ? attempt : { ...attempt, ...told }));
}

/** What was captured, but for the values that the record did not take. */
export function withoutLeft(
  answer: CapturedAnswer,
  left: readonly { field: string; reason: string }[],
): CapturedAnswer {
  if (left.length === 0) return answer;
  const leftFields = new Set(left.map(({ field }) => field));
  const kept = Object.entries(answer.captured).filter(([field]) => !leftFields.has(field));
  return { ...answer, captured: Object.fromEntries(kept), uncaptured: [...answer.uncaptured, ...left] };
}

function cut(reason: string): string {
  return reason.length > maxReason ? `${reason.slice(0, maxReason).toWellFormed()}…` : reason;
}
