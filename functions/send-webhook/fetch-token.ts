import { setTimeout } from 'node:timers/promises';
import type { Exchange, OutboundClient } from '../../adapters/http/outbound-client.ts';
import { readTokenAnswer, type Token, type TokenRequest, tokenKey } from '../../core/webhooks/oauth-token.ts';
import { judgeExchange, type Verdict } from '../../core/webhooks/response-verdict.ts';

/** Tokens an instance remembers. */
const maxRemembered = 1_000;
/** How long a fetch may take: as long as the longest deadline of whoever waits for it. */
const maxFetchMs = 30_000;

/** What asking for a token comes to, and how long it took; without a token, the exchange and what follows from it. */
type FetchedToken =
  | { outcome: 'token'; token: string; spentMs: number }
  | { outcome: 'failed'; exchange: Exchange & { outcome: 'failed' }; verdict: Verdict };

/** The tokens of one instance: each is fetched once for all attempts that need it, and used until it expires. */
export type Tokens = {
  /** Gives a token; never the one that the receiver has just refused. */
  get(request: TokenRequest, timeoutMs: number, refused?: string): Promise<FetchedToken>;
};

/** What fetching needs; `elapsed` is a clock in milliseconds that only goes forward. */
type TokenDependencies = { outbound: OutboundClient; now: () => number; elapsed: () => number };

/** Opens the tokens of one instance. */
export function openTokens({ outbound, now, elapsed }: TokenDependencies): Tokens {
  const known = new Map<string, Token>();
  const underWay = new Map<string, Promise<Fetch>>();

  async function fetchToken(key: string, request: TokenRequest): Promise<Fetch> {
    try {
      const exchange = await outbound.send({ ...request, method: 'POST', timeoutMs: maxFetchMs });
      const fetched = readFetch(exchange, new URL(request.url).host, now());
      const [oldest] = known.keys();
      if (fetched.outcome === 'token' && known.size >= maxRemembered && oldest !== undefined) known.delete(oldest);
      if (fetched.outcome === 'token') known.set(key, fetched.token);
      return fetched;
    } finally {
      underWay.delete(key);
    }
  }

  return {
    async get(request, timeoutMs, refused) {
      const key = tokenKey(request);
      const token = known.get(key);
      // Another attempt may have renewed it already.
      if (token !== undefined && token.value !== refused && token.usableUntil > now()) {
        return { outcome: 'token', token: token.value, spentMs: 0 };
      }
      if (token?.value === refused) known.delete(key);
      const startedAt = elapsed();
      const fetching = underWay.get(key) ?? fetchToken(key, request);
      underWay.set(key, fetching);
      const fetched = await within(fetching, timeoutMs);
      const spentMs = elapsed() - startedAt;
      if (fetched === 'late') return giveUp(new URL(request.url).host, timeoutMs, spentMs);
      return fetched.outcome === 'token' ? { outcome: 'token', token: fetched.token.value, spentMs } : fetched;
    },
  };
}

/** What one fetch comes to, for all who wait for it. */
type Fetch = { outcome: 'token'; token: Token } | Extract<FetchedToken, { outcome: 'failed' }>;

function readFetch(exchange: Exchange, host: string, at: number): Fetch {
  if (exchange.outcome === 'failed') {
    const failed = { ...exchange, message: `no token from ${host}: ${exchange.message}` };
    return { outcome: 'failed', exchange: failed, verdict: judgeExchange(failed) };
  }
  const answer = readTokenAnswer(exchange, host, at);
  if (answer.outcome === 'token') return answer;
  const { timings, address } = exchange;
  const failed = { outcome: 'failed' as const, class: 'http' as const, message: answer.reason, timings, address };
  const outcome = answer.isPassing ? ('retry' as const) : ('failed' as const);
  return { outcome: 'failed', exchange: failed, verdict: { outcome, reason: answer.reason } };
}

function giveUp(host: string, timeoutMs: number, totalMs: number): FetchedToken {
  const message = `no token from ${host} within ${timeoutMs / 1000} s`;
  const failed = { outcome: 'failed' as const, class: 'timeout' as const, message, timings: { totalMs } };
  return { outcome: 'failed', exchange: failed, verdict: judgeExchange(failed) };
}

/** Attempts that share a fetch have deadlines of their own. */
async function within<Value>(work: Promise<Value>, timeoutMs: number): Promise<Value | 'late'> {
  const waiting = new AbortController();
  try {
    const late = setTimeout(timeoutMs, 'late' as const, { signal: waiting.signal });
    // Called off below, which is what it is rejected for.
    late.catch(() => undefined);
    return await Promise.race([work, late]);
  } finally {
    waiting.abort();
  }
}
