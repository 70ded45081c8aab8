import * as z from 'zod';

/** Where an exchange broke off; `blocked` means that we refused to make it. */
export const ExchangeFailure = z.enum(['dns', 'connect', 'tls', 'timeout', 'blocked', 'http']);
export type ExchangeFailure = z.infer<typeof ExchangeFailure>;

/** Why an attempt did not deliver: the exchange broke off, or the answer was a redirect, a 410 (`gone`) or another status. */
const AttemptFailure = z.enum([...ExchangeFailure.options, 'redirect', 'gone', 'status']);
type AttemptFailure = z.infer<typeof AttemptFailure>;

/** What a verdict needs to know of an exchange. */
export type ExchangeResult =
  | { readonly outcome: 'answered'; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  | { readonly outcome: 'failed'; readonly class: ExchangeFailure; readonly message: string };

/** What follows from an attempt; the reason may quote the receiver, so it is masked before it is stored. */
export type Verdict =
  | { outcome: 'delivered' }
  | { outcome: 'retry'; reason: string; errorClass: AttemptFailure }
  | { outcome: 'failed'; reason: string; errorClass: AttemptFailure };

/** Decides whether an attempt delivered, is to be repeated, or failed for good; with `retry: none` nothing is repeated. */
export function judgeExchange(result: ExchangeResult, retry: 'standard' | 'none'): Verdict {
  const verdict = result.outcome === 'answered' ? judgeAnswer(result.status, result.headers) : judgeFailure(result);
  if (verdict.outcome !== 'retry' || retry === 'standard') return verdict;
  return { ...verdict, outcome: 'failed', reason: `${verdict.reason}; this call is never repeated` };
}

function judgeFailure(failure: { readonly class: ExchangeFailure; readonly message: string }): Verdict {
  const outcome = failure.class === 'blocked' ? 'failed' : 'retry';
  return { outcome, reason: failure.message, errorClass: failure.class };
}

/** Statuses below 500 that say "later": timeout, too early, too many requests. */
const passingStatuses: ReadonlySet<number> = new Set([408, 425, 429]);

function judgeAnswer(status: number, headers: Readonly<Record<string, string>>): Verdict {
  if (status >= 200 && status < 300) return { outcome: 'delivered' };
  if (status >= 300 && status < 400) {
    const target = redirectTarget(headers.location);
    return { outcome: 'failed', reason: `a redirect (${status}${target}) is not followed`, errorClass: 'redirect' };
  }
  if (status === 410)
    return { outcome: 'failed', reason: 'the receiver answered 410: it is gone for good', errorClass: 'gone' };
  if (status >= 500 || passingStatuses.has(status)) {
    return { outcome: 'retry', reason: `the receiver answered ${status}`, errorClass: 'status' };
  }
  return { outcome: 'failed', reason: `the receiver answered ${status}, which is not retried`, errorClass: 'status' };
}

/** The origin alone: the whole location is among the logged headers, and its path or query may hold a credential. */
function redirectTarget(location: string | undefined): string {
  const url = location === undefined ? null : URL.parse(location);
  return url === null || url.origin === 'null' ? '' : ` to ${url.origin}`;
}
