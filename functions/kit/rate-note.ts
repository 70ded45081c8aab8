import type { RateTurn } from '../../adapters/dynamodb/rate-windows.ts';
import type { HttpRequest } from './http.ts';

/** Tells the caller of a call's turns: where several rates count, of that with the fewest left. */
export type RateNote = (turn: RateTurn, maxPerMinute: number, now: number) => { seconds: string };

/** Opens what tells of the rates of one call, in the headers of its answer. */
export function openRateNote(request: Pick<HttpRequest, 'alsoAnswer'>): RateNote {
  let fewest = Number.POSITIVE_INFINITY;
  return ({ outcome, left, endsAt }, maxPerMinute, now) => {
    const seconds = String(Math.max(1, Math.ceil((endsAt - now) / 1_000)));
    const place = outcome === 'spent' ? -1 : left;
    if (place < fewest) {
      fewest = place;
      request.alsoAnswer({
        'ratelimit-limit': String(maxPerMinute),
        'ratelimit-remaining': String(left),
        'ratelimit-reset': seconds,
      });
    }
    return { seconds };
  };
}
