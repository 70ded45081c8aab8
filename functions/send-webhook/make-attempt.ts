import type { Exchange, OutboundClient } from '../../adapters/http/outbound-client.ts';
import { type SettledState, settleAttempt } from '../../core/deliveries/attempt-plan.ts';
import type { Attempt, Delivery } from '../../core/deliveries/delivery.ts';
import { fillRequest, secretNames, type UsableSecret } from '../../core/deliveries/fill-request.ts';
import { judgeExchange, type Verdict } from '../../core/webhooks/response-verdict.ts';
import { describeExchange } from './describe-exchange.ts';

/** What an attempt needs. */
export type AttemptDependencies = {
  outbound: OutboundClient;
  readSecrets: (project: string, names: readonly string[]) => Promise<ReadonlyMap<string, UsableSecret>>;
  now: () => number;
  random: () => number;
};

/** One attempt and what follows from it; without an exchange where nothing was sent. */
export type Attempted = { attempt: Attempt; state: SettledState; exchange?: Exchange };

/** Makes one attempt: puts secrets in, sends, judges the answer and describes it for the log. */
export async function makeAttempt(
  dependencies: AttemptDependencies,
  delivery: Delivery,
  number: number,
): Promise<Attempted> {
  const { request } = delivery;
  if (request === undefined) throw new Error(`delivery ${delivery.id} is pending without a request`);
  const startedAt = dependencies.now();
  const secrets = await dependencies.readSecrets(delivery.project, secretNames(request));
  const filled = fillRequest(request, secrets);
  if (filled.outcome !== 'filled') {
    const verdict: Verdict =
      filled.outcome === 'missing'
        ? { outcome: delivery.retry === 'standard' ? 'retry' : 'failed', reason: filled.reason, errorClass: 'blocked' }
        : { outcome: 'failed', reason: filled.reason, errorClass: 'blocked' };
    const error = { class: 'template' as const, message: filled.reason };
    return conclude(dependencies, { number, startedAt: iso(startedAt), durationMs: 0, error }, verdict, undefined);
  }
  const exchange = await dependencies.outbound.send({
    ...filled.request,
    headers: [...filled.request.headers, ...webhookHeaders(delivery, startedAt)],
    timeoutMs: request.timeoutMs,
  });
  const verdict = judgeExchange(exchange, delivery.retry);
  const values = [...secrets.values()].map(({ value }) => value);
  const described = describeExchange(exchange, verdict, values, { number, startedAt });
  const retryAfter = exchange.outcome === 'answered' ? exchange.headers['retry-after'] : undefined;
  return { ...conclude(dependencies, described.attempt, described.verdict, retryAfter), exchange };
}

function conclude(
  { now, random }: AttemptDependencies,
  attempt: Attempt,
  verdict: Verdict,
  retryAfter: string | undefined,
): Attempted {
  const endedAt = now();
  const state = settleAttempt(verdict, { number: attempt.number, endedAt, retryAfter, random: random() });
  return { attempt, state };
}

/** Standard Webhooks' id and timestamp: the id is the same on every attempt, the timestamp is the attempt's own. */
function webhookHeaders(delivery: Delivery, startedAt: number): [string, string][] {
  return [
    ['webhook-id', delivery.id],
    ['webhook-timestamp', String(Math.floor(startedAt / 1000))],
  ];
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
