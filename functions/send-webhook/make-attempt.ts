import type { Exchange, OutboundClient } from '../../adapters/http/outbound-client.ts';
import { type SettledState, settleAttempt } from '../../core/deliveries/attempt-plan.ts';
import type { Attempt, Delivery, FrozenRequest } from '../../core/deliveries/delivery.ts';
import { type FilledRequest, fillRequest, secretNames, type UsableSecret } from '../../core/deliveries/fill-request.ts';
import type { TemplatePart } from '../../core/templates/parts.ts';
import { maskSecrets } from '../../core/webhooks/masking.ts';
import { judgeExchange, limitToOnce, type Verdict } from '../../core/webhooks/response-verdict.ts';
import { signWebhook } from '../../core/webhooks/signature.ts';
import type { Observer } from '../kit/observer.ts';
import { callReceiver } from './call-receiver.ts';
import { describeExchange } from './describe-exchange.ts';
import type { Tokens } from './fetch-token.ts';

/** What an attempt needs. */
export type AttemptDependencies = {
  outbound: OutboundClient;
  tokens: Tokens;
  readSecrets: (project: string, names: readonly string[]) => Promise<ReadonlyMap<string, UsableSecret>>;
  /** Reads a body that lies in S3; undefined where it is gone, or may not be read. */
  readBody: (bodyAt: NonNullable<FrozenRequest['bodyAt']>) => Promise<TemplatePart[] | undefined>;
  observer: Observer;
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

/** Makes one attempt, which is over by `endsBy`: puts secrets in, signs, sends, judges the answer and describes it for the log. */
export async function makeAttempt(
  dependencies: AttemptDependencies,
  delivery: Delivery,
  { number, endsBy }: { number: number; endsBy: number },
): Promise<Attempted> {
  const startedAt = dependencies.now();
  const prepared = await prepare(dependencies, delivery, { startedAt, endsBy });
  if (prepared.outcome !== 'prepared') {
    const { reason } = prepared;
    const verdict: Verdict = { outcome: isWorthRepeating(prepared.outcome, delivery) ? 'retry' : 'failed', reason };
    const error = { class: 'template' as const, message: reason };
    const attempt = { number, startedAt: iso(startedAt), durationMs: 0, error };
    return { ...conclude(dependencies, attempt, verdict, undefined), secretValues: [] };
  }
  const called = await callReceiver(dependencies, prepared.request, prepared.timeoutMs);
  const { exchange } = called;
  const secretValues = [...prepared.secretValues, ...called.tokens];
  const judged = called.verdict ?? judgeExchange(exchange, delivery.success, (text) => maskSecrets(text, secretValues));
  const verdict = limitToOnce(judged, delivery.retry);
  const described = describeExchange(exchange, verdict, secretValues, { number, startedAt });
  const retryAfter = exchange.outcome === 'answered' ? exchange.headers['retry-after'] : undefined;
  const concluded = conclude(dependencies, described.attempt, described.verdict, retryAfter);
  const endpoint = verdict.endpoint === undefined ? {} : { endpoint: verdict.endpoint };
  return { ...concluded, exchange, ...endpoint, secretValues };
}

type Prepared =
  | { outcome: 'prepared'; request: FilledRequest; timeoutMs: number; secretValues: string[] }
  | { outcome: NotPrepared; reason: string };

/** Why there is no request: `missing` may be set yet, `unread` could not be read now, `failed` never can be sent. */
type NotPrepared = 'missing' | 'unread' | 'failed';

/** Where something could not be read, another try repeats no call; but a replay is not to come late (docs/decisions/0018). */
function isWorthRepeating(outcome: NotPrepared, { retry, replayOf }: Delivery): boolean {
  if (retry === 'standard') return outcome !== 'failed';
  return outcome === 'unread' && replayOf === undefined;
}

/** The request as it goes out: its body at hand, its secrets in it, signed. */
async function prepare(
  dependencies: AttemptDependencies,
  delivery: Delivery,
  { startedAt, endsBy }: { startedAt: number; endsBy: number },
): Promise<Prepared> {
  const { request } = delivery;
  if (request === undefined) throw new Error(`delivery ${delivery.id} is pending without a request`);
  const { bodyAt } = request;
  const stored =
    bodyAt === undefined
      ? { outcome: 'read' as const, value: request.body }
      : await readOrTell(dependencies, delivery, 'the stored body', async () => await dependencies.readBody(bodyAt));
  if (stored.outcome === 'unread') return stored;
  const body = stored.value;
  if (bodyAt !== undefined && body === undefined) {
    const what = `the stored body of ${bodyAt.bytes} bytes cannot be read`;
    return { outcome: 'missing', reason: `${what}: it is gone, or may not be read; run the macro again` };
  }
  const whole = body === undefined ? request : { ...request, body };
  const names = secretNames(whole);
  const usable = await readOrTell(
    dependencies,
    delivery,
    names.map((name) => `secret.${name}`).join(', '),
    async () => await dependencies.readSecrets(delivery.project, names),
  );
  if (usable.outcome === 'unread') return usable;
  const secrets = usable.value;
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
    // A stored body may be slow to read.
    timeoutMs: Math.max(1, Math.min(request.timeoutMs, endsBy - dependencies.now())),
    secretValues,
  };
}

/** Reads what a request needs; one that cannot be read is no surprise to the delivery, since nothing has been sent. */
async function readOrTell<Value>(
  { observer }: AttemptDependencies,
  { id, project }: Delivery,
  what: string,
  read: () => Promise<Value>,
): Promise<{ outcome: 'read'; value: Value } | { outcome: 'unread'; reason: string }> {
  try {
    return { outcome: 'read', value: await read() };
  } catch (error) {
    observer.fault('what a webhook needs could not be read', error, { delivery: id, project });
    const name = error instanceof Error ? error.name : 'Error';
    return { outcome: 'unread', reason: `${what} could not be read (${name}); nothing was sent` };
  }
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
