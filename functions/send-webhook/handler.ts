import { leaseAttempt, settleLease } from '../../adapters/dynamodb/attempts.ts';
import { fastPathMs } from '../../adapters/dynamodb/deliveries.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import type { OutboundClient } from '../../adapters/http/outbound-client.ts';
import { type Queue, sendDelayed } from '../../adapters/sqs/queue.ts';
import { planAttempt, type SettledState, settleAttempt } from '../../core/deliveries/attempt-plan.ts';
import type { Attempt, Delivery } from '../../core/deliveries/delivery.ts';
import { fillRequest, secretNames, type UsableSecret } from '../../core/deliveries/fill-request.ts';
import { DeliveryMessage, endpointId } from '../../core/deliveries/message.ts';
import { judgeExchange, type Verdict } from '../../core/webhooks/response-verdict.ts';
import type { Observer } from '../kit/observer.ts';
import type { MessageHandler } from '../kit/queue-consumer.ts';
import { describeExchange } from './describe-exchange.ts';

/** Waits up to this long are the queue's own delay, the most it can do; longer ones lie in the due index. */
const maxQueueDelayMs = 900_000;
/** How long a lease lives: the longest deadline a webhook may have, and time to load secrets and to settle. */
const leaseMs = 40_000;

/** What the handler is given. */
export type SendDependencies = {
  table: Table;
  webhookQueue: Queue;
  outbound: OutboundClient;
  readSecrets: (project: string, names: readonly string[]) => Promise<ReadonlyMap<string, UsableSecret>>;
  dueShards: number;
  deliveryRetentionDays: number;
  observer: Observer;
  now: () => number;
  random: () => number;
  newId: () => string;
};

/** One attempt and what follows from it. */
type Attempted = { attempt: Attempt; state: SettledState };

/** Makes the next attempt of a delivery, unless it is settled, not due, or in somebody else's hands. */
export function sendWebhook(dependencies: SendDependencies): MessageHandler {
  const { table, now, newId } = dependencies;
  return async (body) => {
    const { delivery: id } = DeliveryMessage.parse(JSON.parse(body));
    const lease = await leaseAttempt(table, id, { now: now(), leaseMs, token: newId() });
    switch (lease.outcome) {
      case 'leased':
        return await attempt(dependencies, lease.delivery);
      case 'leased-elsewhere':
        // Whoever holds the lease may have died with it: this message comes back when it has lapsed.
        await sendDelayed(dependencies.webhookQueue, { body }, delaySeconds(lease.until - now()));
        return { delivery: id, outcome: lease.outcome };
      default:
        return { delivery: id, outcome: lease.outcome };
    }
  };
}

async function attempt(dependencies: SendDependencies, delivery: Delivery): Promise<Readonly<Record<string, unknown>>> {
  const plan = planAttempt(delivery);
  const number = delivery.leases + 1;
  const { attempt: made, state } =
    plan.outcome === 'send'
      ? await send(dependencies, delivery, number)
      : { attempt: undefined, state: { outcome: 'failed' as const, reason: plan.reason } };
  const attempts = made === undefined ? plan.interrupted : [...plan.interrupted, made];
  await settle(dependencies, delivery, number, { attempts, state });
  return {
    delivery: delivery.id,
    project: delivery.project,
    macro: delivery.macro,
    action: delivery.action,
    attempt: number,
    outcome: state.outcome,
    status: made?.response?.status,
    errorClass: made?.error?.class,
  };
}

async function send(dependencies: SendDependencies, delivery: Delivery, number: number): Promise<Attempted> {
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
  return conclude(dependencies, described.attempt, described.verdict, retryAfter);
}

function conclude(
  { now, random }: SendDependencies,
  attempt: Attempt,
  verdict: Verdict,
  retryAfter: string | undefined,
): Attempted {
  const endedAt = now();
  const state = settleAttempt(verdict, { number: attempt.number, endedAt, retryAfter, random: random() });
  return { attempt, state };
}

async function settle(
  dependencies: SendDependencies,
  delivery: Delivery,
  number: number,
  settled: { attempts: readonly Attempt[]; state: SettledState },
): Promise<void> {
  const { table, webhookQueue, dueShards, deliveryRetentionDays, observer, now } = dependencies;
  const { state } = settled;
  const waitMs = state.outcome === 'pending' ? state.nextAttemptAt - now() : 0;
  const byQueue = state.outcome === 'pending' && waitMs <= maxQueueDelayMs;
  // Where the queue brings the delivery back, the due entry is only the net below it.
  const dueAt = state.outcome === 'pending' ? state.nextAttemptAt + (byQueue ? fastPathMs : 0) : now();
  const outcome = await settleLease(table, { delivery, number }, settled, {
    dueAt,
    dueShards,
    deliveryRetentionDays,
    now: now(),
  });
  if (outcome === 'lease-lost') return;
  observer.measure('Attempts', 1, 'Count', { project: delivery.project, outcome: state.outcome });
  if (state.outcome === 'delivered') {
    const ageMs = now() - Date.parse(delivery.createdAt);
    observer.measure('IntentToDelivered', ageMs, 'Milliseconds', { project: delivery.project });
  }
  if (!byQueue) return;
  const endpoint = endpointId(delivery);
  const message: DeliveryMessage = { delivery: delivery.id, endpoint };
  await sendDelayed(webhookQueue, { body: JSON.stringify(message), group: endpoint }, delaySeconds(waitMs));
}

/** Standard Webhooks' id and timestamp: the id is the same on every attempt, the timestamp is the attempt's own. */
function webhookHeaders(delivery: Delivery, startedAt: number): [string, string][] {
  return [
    ['webhook-id', delivery.id],
    ['webhook-timestamp', String(Math.floor(startedAt / 1000))],
  ];
}

/** The queue counts whole seconds. One more than that, since clocks differ: a message that comes early is dropped. */
function delaySeconds(waitMs: number): number {
  return Math.min(900, Math.max(0, Math.ceil(waitMs / 1000)) + 1);
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
