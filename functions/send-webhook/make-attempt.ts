import type { Exchange, OutboundClient } from '../../adapters/http/outbound-client.ts';
import { type SettledState, settleAttempt } from '../../core/deliveries/attempt-plan.ts';
import type { Attempt, Delivery, FrozenRequest } from '../../core/deliveries/delivery.ts';
import { type FilledRequest, fillRequest, secretNames, type UsableSecret } from '../../core/deliveries/fill-request.ts';
import type { TemplatePart } from '../../core/templates/parts.ts';
import { judgeExchange, type Verdict } from '../../core/webhooks/response-verdict.ts';
import { signWebhook } from '../../core/webhooks/signature.ts';
import { callReceiver } from './call-receiver.ts';
import { describeExchange } from './describe-exchange.ts';
import type { Tokens } from './fetch-token.ts';

/** How long an attempt may take from its start: a stored body may be slow to read, and settling must end within the lease. */
const maxAttemptMs = 36_000;

/** What an attempt needs. */
export type AttemptDependencies = {
  outbound: OutboundClient;
  tokens: Tokens;
  readSecrets: (project: string, names: readonly string[]) => Promise<ReadonlyMap<string, UsableSecret>>;
  /** Reads a body that lies in S3; undefined where it is gone, or may not be read. */
  readBody: (bodyAt: NonNullable<FrozenRequest['bodyAt']>) => Promise<TemplatePart[] | undefined>;
  now: () => number;
  random: () => number;
};

/** One attempt and what follows from it; without an exchange where nothing was sent. */
export type Attempted = {
  attempt: Attempt;
  state: SettledState;
  exchange?: Exchange;
  /** What the answer says of the endpoint itself. */
  endpoint?: Verdict['endpoint'];
  /** What must not appear in a log: secrets and tokens. */
  secretValues: readonly string[];
};

/** Makes one attempt: puts secrets in, signs, sends, judges the answer and describes it for the log. */
export async function makeAttempt(
  dependencies: AttemptDependencies,
  delivery: Delivery,
  number: number,
): Promise<Attempted> {
  const startedAt = dependencies.now();
  const prepared = await prepare(dependencies, delivery, startedAt);
  if (prepared.outcome !== 'prepared') {
    const isWorthRepeating = prepared.outcome === 'missing' && delivery.retry === 'standard';
    const { reason } = prepared;
    const verdict: Verdict = { outcome: isWorthRepeating ? 'retry' : 'failed', reason, errorClass: 'blocked' };
    const error = { class: 'template' as const, message: reason };
    const attempt = { number, startedAt: iso(startedAt), durationMs: 0, error };
    return { ...conclude(dependencies, attempt, verdict, undefined), secretValues: [] };
  }
  const called = await callReceiver(dependencies, prepared.request, prepared.timeoutMs);
  const { exchange } = called;
  const verdict = withRetry(called.verdict ?? judgeExchange(exchange, 'standard', delivery.success), delivery.retry);
  const secretValues = [...prepared.secretValues, ...called.tokens];
  const described = describeExchange(exchange, verdict, secretValues, { number, startedAt });
  const retryAfter = exchange.outcome === 'answered' ? exchange.headers['retry-after'] : undefined;
  const concluded = conclude(dependencies, described.attempt, described.verdict, retryAfter);
  const endpoint = verdict.endpoint === undefined ? {} : { endpoint: verdict.endpoint };
  return { ...concluded, exchange, ...endpoint, secretValues };
}

type Prepared =
  | { outcome: 'prepared'; request: FilledRequest; timeoutMs: number; secretValues: string[] }
  | { outcome: 'missing' | 'failed'; reason: string };

/** The request as it goes out: its body at hand, its secrets in it, signed. */
async function prepare(
  { readSecrets, readBody, now }: AttemptDependencies,
  delivery: Delivery,
  startedAt: number,
): Promise<Prepared> {
  const { request } = delivery;
  if (request === undefined) throw new Error(`delivery ${delivery.id} is pending without a request`);
  const { bodyAt } = request;
  const body = bodyAt === undefined ? request.body : await readBody(bodyAt);
  if (bodyAt !== undefined && body === undefined) {
    return { outcome: 'failed', reason: `the stored body of ${bodyAt.bytes} bytes is gone: run the macro again` };
  }
  const whole = body === undefined ? request : { ...request, body };
  const secrets = await readSecrets(delivery.project, secretNames(whole));
  const filled = fillRequest(whole, secrets);
  if (filled.outcome !== 'filled') return filled;
  const signing = request.sign === undefined ? undefined : secrets.get(request.sign);
  const headers = [
    ...filled.request.headers,
    ...webhookHeaders(delivery, startedAt, filled.request.body ?? '', signing),
  ];
  const secretValues = [...secrets.values()].flatMap(({ value, previous }) =>
    previous === undefined ? [value] : [value, previous],
  );
  return {
    outcome: 'prepared',
    request: { ...filled.request, headers },
    timeoutMs: Math.max(1, Math.min(request.timeoutMs, maxAttemptMs - (now() - startedAt))),
    secretValues,
  };
}

function withRetry(verdict: Verdict, retry: Delivery['retry']): Verdict {
  if (verdict.outcome !== 'retry' || retry === 'standard') return verdict;
  return { ...verdict, outcome: 'failed', reason: `${verdict.reason}; this call is never repeated` };
}

function conclude(
  { now, random }: Pick<AttemptDependencies, 'now' | 'random'>,
  attempt: Attempt,
  verdict: Verdict,
  retryAfter: string | undefined,
): Pick<Attempted, 'attempt' | 'state'> {
  const endedAt = now();
  const state = settleAttempt(verdict, { number: attempt.number, endedAt, retryAfter, random: random() });
  return { attempt, state };
}

/** Standard Webhooks' headers: the id is the same on every attempt and replay, timestamp and signature are the attempt's own. */
function webhookHeaders(
  delivery: Delivery,
  startedAt: number,
  body: string,
  signing: UsableSecret | undefined,
): [string, string][] {
  const id = delivery.replayOf ?? delivery.id;
  const timestamp = Math.floor(startedAt / 1000);
  const headers: [string, string][] = [
    ['webhook-id', id],
    ['webhook-timestamp', String(timestamp)],
  ];
  if (delivery.replayOf !== undefined) headers.push(['webhook-replay', 'true']);
  if (signing === undefined) return headers;
  const secrets = signing.previous === undefined ? [signing.value] : [signing.value, signing.previous];
  return [...headers, ['webhook-signature', signWebhook({ id, timestamp, body }, secrets)]];
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
