import type { Exchange, OutboundClient } from '../../adapters/http/outbound-client.ts';
import { bearerHeader } from '../../core/deliveries/fill-auth.ts';
import type { FilledRequest } from '../../core/deliveries/fill-request.ts';
import type { TokenRequest } from '../../core/webhooks/oauth-token.ts';
import type { Verdict } from '../../core/webhooks/response-verdict.ts';
import type { Tokens } from './fetch-token.ts';

/** What calling comes to, its total with all that it took; `verdict` is there where it did not get as far as the receiver. */
export type Called = { exchange: Exchange; verdict?: Verdict; tokens: string[] };

/** Sends a filled request; one that needs a token gets it first, and a new one once where the receiver answers 401. */
export async function callReceiver(
  { outbound, tokens }: { outbound: OutboundClient; tokens: Tokens },
  { token, ...request }: FilledRequest,
  timeoutMs: number,
): Promise<Called> {
  if (token === undefined) return { exchange: await outbound.send({ ...request, timeoutMs }), tokens: [] };
  const first = await callWithToken({ outbound, tokens }, request, token, timeoutMs);
  if (first.used === undefined || first.exchange.outcome !== 'answered' || first.exchange.status !== 401) {
    const { exchange, verdict, used } = first;
    const called = { exchange, tokens: used === undefined ? [] : [used] };
    return verdict === undefined ? called : { ...called, verdict };
  }
  // One deadline over all of it: what the first call took is gone.
  const leftMs = Math.floor(timeoutMs - first.spentMs);
  if (leftMs <= 0) {
    const reason = 'the receiver answered 401, and no time was left to fetch a new token';
    return {
      exchange: first.exchange,
      verdict: { outcome: 'retry', reason },
      tokens: [first.used],
    };
  }
  const second = await callWithToken({ outbound, tokens }, request, token, leftMs, first.used);
  const used = second.used === undefined ? [first.used] : [first.used, second.used];
  return {
    exchange: withTotal(second.exchange, first.spentMs + second.spentMs),
    ...(second.verdict === undefined ? {} : { verdict: second.verdict }),
    tokens: used,
  };
}

/** One call with its token; the exchange's total is `spentMs`, fetching the token included. */
type CalledWithToken = { exchange: Exchange; verdict?: Verdict; used?: string; spentMs: number };

async function callWithToken(
  { outbound, tokens }: { outbound: OutboundClient; tokens: Tokens },
  request: Omit<FilledRequest, 'token'>,
  tokenRequest: TokenRequest,
  timeoutMs: number,
  refused?: string,
): Promise<CalledWithToken> {
  const fetched = await tokens.get(tokenRequest, timeoutMs, refused);
  if (fetched.outcome === 'failed') {
    const { exchange, verdict } = fetched;
    return { exchange, verdict, spentMs: exchange.timings.totalMs };
  }
  const leftMs = Math.max(1, Math.floor(timeoutMs - fetched.spentMs));
  const headers = [...request.headers, bearerHeader(fetched.token)];
  const exchange = await outbound.send({ ...request, headers, timeoutMs: leftMs });
  const spentMs = fetched.spentMs + exchange.timings.totalMs;
  return { exchange: withTotal(exchange, spentMs), used: fetched.token, spentMs };
}

function withTotal(exchange: Exchange, totalMs: number): Exchange {
  return { ...exchange, timings: { ...exchange.timings, totalMs } };
}
