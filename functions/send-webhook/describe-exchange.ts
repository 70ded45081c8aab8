import type { Exchange } from '../../adapters/http/outbound-client.ts';
import type { Attempt } from '../../core/deliveries/delivery.ts';
import { logBody, maskHeaders, maskSecrets } from '../../core/webhooks/masking.ts';
import type { Verdict } from '../../core/webhooks/response-verdict.ts';

/** An attempt as the log keeps it: masked before it is cut, and the verdict's reason masked as well. */
export function describeExchange(
  exchange: Exchange,
  verdict: Verdict,
  secretValues: readonly string[],
  attempt: { number: number; startedAt: number },
): { attempt: Attempt; verdict: Verdict } {
  const common = {
    number: attempt.number,
    startedAt: new Date(attempt.startedAt).toISOString(),
    durationMs: Math.round(exchange.timings.totalMs),
    ...(exchange.address === undefined ? {} : { address: exchange.address }),
    ...describeTimings(exchange.timings),
  };
  const masked: Verdict =
    verdict.outcome === 'delivered' ? verdict : { ...verdict, reason: maskSecrets(verdict.reason, secretValues) };
  if (exchange.outcome === 'failed') {
    const message = maskSecrets(exchange.message, secretValues);
    return { attempt: { ...common, error: { class: exchange.class, message } }, verdict: masked };
  }
  const body = logBody(exchange.body, secretValues);
  const response = {
    status: exchange.status,
    headers: maskHeaders(exchange.headers, secretValues),
    body: body.text,
    truncated: exchange.truncated || body.truncated,
  };
  if (masked.outcome === 'delivered') return { attempt: { ...common, response }, verdict: masked };
  return { attempt: { ...common, response, error: { class: 'http', message: masked.reason } }, verdict: masked };
}

/** The parts that did happen, in tenths of a millisecond: more digits would be noise, and each costs bytes of the item. */
function describeTimings({ totalMs: _, ...parts }: Exchange['timings']): Pick<Attempt, 'timings'> {
  const rounded = Object.entries(parts).map(([name, ms]) => [name, Math.round(ms * 10) / 10]);
  return rounded.length === 0 ? {} : { timings: Object.fromEntries(rounded) };
}
