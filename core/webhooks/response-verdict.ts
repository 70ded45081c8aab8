import * as z from 'zod';
import type { FrozenSuccess } from '../deliveries/delivery.ts';
import type { MaskText } from './quote-value.ts';
import { countsAsSuccess, judgeBody } from './success.ts';

/** Where an exchange broke off; `blocked` means that we refused to make it. */
export const ExchangeFailure = z.enum(['dns', 'connect', 'tls', 'timeout', 'blocked', 'http']);
export type ExchangeFailure = z.infer<typeof ExchangeFailure>;

/** What a verdict needs to know of an exchange. */
export type ExchangeResult =
  | {
      readonly outcome: 'answered';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: Uint8Array;
      readonly truncated?: boolean;
    }
  | { readonly outcome: 'failed'; readonly class: ExchangeFailure; readonly message: string };

/** What the answer says of the endpoint itself: that it is gone (410), or that it wants no more webhooks. */
type EndpointWish = { endpoint?: 'gone' | 'disable' };

/** What follows from an attempt; the reason may quote the receiver, so it is masked before it is stored. */
export type Verdict = EndpointWish & ({ outcome: 'delivered' } | { outcome: 'retry' | 'failed'; reason: string });

/** Decides whether an attempt delivered, is to be repeated, or failed for good; what reasons quote of a body is masked. */
export function judgeExchange(
  result: ExchangeResult,
  success?: FrozenSuccess | undefined,
  mask: MaskText = (text) => text,
): Verdict {
  return result.outcome === 'answered' ? judgeAnswer(result, success, mask) : judgeFailure(result);
}

/** Keeps a call that must not repeat from being repeated. */
export function limitToOnce(verdict: Verdict, retry: 'standard' | 'none'): Verdict {
  if (verdict.outcome !== 'retry' || retry === 'standard') return verdict;
  return { ...verdict, outcome: 'failed', reason: `${verdict.reason}; this call is never repeated` };
}

function judgeFailure(failure: { readonly class: ExchangeFailure; readonly message: string }): Verdict {
  const outcome = failure.class === 'blocked' ? 'failed' : 'retry';
  return { outcome, reason: failure.message };
}

/** Statuses below 500 that say "later": timeout, too early, too many requests. */
const passingStatuses: ReadonlySet<number> = new Set([408, 425, 429]);

type Answer = Extract<ExchangeResult, { outcome: 'answered' }>;

function judgeAnswer(answer: Answer, success: FrozenSuccess | undefined, mask: MaskText): Verdict {
  const { status, headers } = answer;
  const counts = countsAsSuccess(success, status);
  const verdict = counts ? judgeCounted(answer, success, mask) : judgeStatus(status, headers);
  const wish = headers['webhook-delivery']?.trim().toLowerCase();
  const stopped = wish === 'abort-message' || wish === 'disable' ? stop(verdict, wish) : verdict;
  if (wish === 'disable') return { ...stopped, endpoint: 'disable' };
  return status === 410 && !counts ? { ...stopped, endpoint: 'gone' } : stopped;
}

/** What would be repeated is not, at the receiver's wish. */
function stop(verdict: Verdict, wish: string): Verdict {
  if (verdict.outcome !== 'retry') return verdict;
  const reason = `${verdict.reason}; it asks to stop (webhook-delivery: ${wish})`;
  return { ...verdict, outcome: 'failed', reason };
}

function judgeCounted(
  { status, body, truncated }: Answer,
  success: FrozenSuccess | undefined,
  mask: MaskText,
): Verdict {
  if (success?.where === undefined) return { outcome: 'delivered' };
  const judged = judgeBody(success.where, { body: body ?? new Uint8Array(), truncated: truncated ?? false }, mask);
  if (judged.outcome === 'success') return { outcome: 'delivered' };
  const reason = `the receiver answered ${status}, but ${judged.reason}`;
  return { outcome: success.retry ? 'retry' : 'failed', reason };
}

function judgeStatus(status: number, headers: Readonly<Record<string, string>>): Verdict {
  if (status >= 300 && status < 400) {
    const target = redirectTarget(headers.location);
    return { outcome: 'failed', reason: `a redirect (${status}${target}) is not followed` };
  }
  if (status === 410) return { outcome: 'failed', reason: 'the receiver answered 410: it is gone for good' };
  if (status >= 500 || passingStatuses.has(status)) {
    return { outcome: 'retry', reason: `the receiver answered ${status}` };
  }
  return { outcome: 'failed', reason: `the receiver answered ${status}, which is not retried` };
}

/** The origin alone: the whole location is among the logged headers, and its path or query may hold a credential. */
function redirectTarget(location: string | undefined): string {
  const url = location === undefined ? null : URL.parse(location);
  return url === null || url.origin === 'null' ? '' : ` to ${url.origin}`;
}
