import type { ExchangeFailure } from '../../core/webhooks/response-verdict.ts';
import { assertCidrs } from './addresses.ts';
import { createConnectionPool } from './connection-pool.ts';
import { type Exchange, runExchange } from './exchange.ts';
import { type OutboundRequest, prepareRequest } from './outbound-request.ts';
import { type Stopwatch, startStopwatch } from './stopwatch.ts';
import { createSystemResolver, type Resolve, vetHost } from './vetted-host.ts';

export type { Exchange } from './exchange.ts';

/** What a stage's settings allow, and what the client takes from outside. */
export type OutboundSettings = {
  readonly allowHttp: boolean;
  /** Networks that requests may go to although they are not public. */
  readonly allowedCidrs: readonly string[];
  readonly now: () => number;
  readonly resolve?: Resolve;
  /** Certificates (PEM) to trust in place of the well-known ones, for receivers behind an authority of one's own. */
  readonly ca?: string;
};

/** The only way out: every request that a user can influence goes through it. */
export type OutboundClient = {
  /** Sends one request; what the network does ends in the result, never in an exception. */
  send(request: OutboundRequest): Promise<Exchange>;
  /** Closes idle connections and whatever is under way. */
  close(): void;
};

/** Makes the guarded client; throws where an entry of `allowedCidrs` is no CIDR. */
export function createOutboundClient(settings: OutboundSettings): OutboundClient {
  assertCidrs(settings.allowedCidrs);
  const resolve = settings.resolve ?? createSystemResolver();
  const pool = createConnectionPool(settings);

  async function sendWithin(request: OutboundRequest, deadline: AbortSignal, stopwatch: Stopwatch): Promise<Exchange> {
    const prepared = prepareRequest(request, settings.allowHttp);
    if (prepared.outcome === 'refused') return failed('blocked', prepared.reason, stopwatch);
    const { timeoutMs } = request;
    const host = await untilDeadline(vetHost(prepared.request.url, resolve, settings.allowedCidrs), deadline);
    stopwatch.lap('dnsMs');
    if (host === 'expired')
      return failed('timeout', `the name was not resolved within ${timeoutMs / 1000} s`, stopwatch);
    if (host.outcome === 'unresolved') return failed('dns', host.reason, stopwatch);
    if (host.outcome === 'refused') return { ...failed('blocked', host.reason, stopwatch), address: host.address };
    return runExchange({ request: prepared.request, addresses: host.addresses, pool, deadline, timeoutMs, stopwatch });
  }

  return {
    async send(request) {
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), request.timeoutMs);
      try {
        return await sendWithin(request, deadline.signal, startStopwatch(settings.now));
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => pool.close(),
  };
}

function failed(failure: ExchangeFailure, message: string, stopwatch: Stopwatch): Exchange & { outcome: 'failed' } {
  return { outcome: 'failed', class: failure, message, timings: stopwatch.read() };
}

/** What the work comes to, or `expired` where the deadline passes first. */
function untilDeadline<Result>(work: Promise<Result>, deadline: AbortSignal): Promise<Result | 'expired'> {
  return new Promise((resolve, reject) => {
    deadline.addEventListener('abort', () => resolve('expired'), { once: true });
    work.then(resolve, reject);
  });
}
