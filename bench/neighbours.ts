import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { deliveryItem } from '../adapters/dynamodb/deliveries.ts';
import { sendAll } from '../adapters/sqs/queue.ts';
import type { Delivery } from '../core/deliveries/delivery.ts';
import { type DeliveryMessage, endpointId } from '../core/deliveries/message.ts';
import { stages } from '../lib/settings.ts';
import { againstBar, type Figure, withoutBar } from './figure.ts';
import { openPlace, type Place } from './place.ts';
import { type Handler, loadHandler, poll, toBatch } from './queue-function.ts';
import type { Setting } from './setting.ts';

const healthyEndpoints = 20;
/** Deliveries a second of each healthy endpoint; the hanging one gets 50 times as many. */
const healthyPerSecond = 1;
const hangingPerSecond = 50 * healthyPerSecond;
const hangMs = 15_000;
const warmUpMs = 3_000;
const { dueShards, deliveryRetentionDays, concurrency } = stages.dev;
const Seen = z.object({ delivery: z.string(), hangs: z.boolean(), at: z.number().optional() });

/** One healthy delivery: the instant of its intent, and how long it took until the receiver had answered. */
type Timed = { second: number; tookMs: number };
type Outcome = { times: Timed[]; stored: number; hangingStored: number; hangingCalls: number };

/** Times healthy endpoints beside one that hangs, and without it, on as many instances as the stage has. */
export async function measureNeighbours({ assemblyDir, quick }: Setting): Promise<Figure[]> {
  const seconds = quick ? 25 : 75;
  const without = await run(assemblyDir, seconds, false);
  const beside = await run(assemblyDir, seconds, true);
  const ratio = percentile(beside.times, 0.99) / percentile(without.times, 0.99);
  const figure = `${ratio.toFixed(2)}x; ${describe(beside)} against ${describe(without)}`;
  const how =
    `From intent to answer, ${healthyEndpoints} endpoints that take 100 ms at ${healthyPerSecond}/s each, for ${seconds} s; the hanging ` +
    `one gets ${hangingPerSecond}/s and never answers within its ${hangMs / 1_000} s. ${concurrency.sendWebhook} instances of the ` +
    'function as deployed, each with a poller that waits for its whole batch, in one process.';
  const early = (outcome: Outcome) =>
    percentile(
      outcome.times.filter(({ second }) => second < hangMs / 1_000),
      0.99,
    );
  const calls = `${beside.hangingCalls} calls of ${beside.hangingStored} deliveries`;
  return [
    againstBar({ subject: 'neighbours', value: ratio, figure, how }, { atMost: 1.2, unit: 'x' }),
    withoutBar({
      subject: 'neighbours, before the first timeout',
      figure: `${(early(beside) / early(without)).toFixed(2)}x; p99 ${early(beside).toFixed(0)} ms against ${early(without).toFixed(0)} ms`,
      how,
    }),
    withoutBar({ subject: 'neighbours, calls of the hanging endpoint', figure: calls, how }),
  ];
}

async function run(assemblyDir: string, seconds: number, hanging: boolean): Promise<Outcome> {
  const place = await openPlace(assemblyDir);
  const receiver = new Worker(new URL('neighbour-receiver.ts', import.meta.url));
  const [address] = await once(receiver, 'message');
  const origin = `http://127.0.0.1:${z.object({ port: z.number() }).parse(address).port}`;
  const stop = new AbortController();
  const name = hanging ? 'beside' : 'without';
  const pollers: Promise<void>[] = [];
  for (let instance = 0; instance < concurrency.sendWebhook; instance += 1) {
    const handler = await loadHandler(place, 'send-webhook', `${name}-${instance}`);
    pollers.push(poll(place.webhookQueue, handler, stop.signal));
  }
  const runMacro = await loadHandler(place, 'run-macro', name);
  const created = new Map<string, number>();
  const outcome: Outcome = { times: [], stored: 0, hangingStored: 0, hangingCalls: 0 };
  let startedAt = Number.POSITIVE_INFINITY;
  receiver.on('message', (message) => {
    const { delivery, hangs, at } = Seen.parse(message);
    const createdAt = created.get(delivery);
    if (hangs) outcome.hangingCalls += 1;
    if (at === undefined || createdAt === undefined || createdAt < startedAt) return;
    outcome.times.push({ second: (createdAt - startedAt) / 1_000, tookMs: at - createdAt });
  });
  const storing: Promise<void>[] = [];
  const add = (macro: string, url: string) => {
    const id = `${name}-${macro}-${storing.length}`;
    created.set(id, Date.now());
    storing.push(storeAndQueue(place, { id, macro, url }));
  };
  const ticks = every(60_000, stop.signal, () => drain(runMacro));
  const healthy = every(1_000 / (healthyPerSecond * healthyEndpoints), stop.signal, (turn) => {
    if (Date.now() >= startedAt) outcome.stored += 1;
    add(`healthy-${turn % healthyEndpoints}`, `${origin}/ok`);
  });
  await sleep(warmUpMs);
  startedAt = Date.now();
  const hangingLoad = hanging
    ? every(1_000 / hangingPerSecond, stop.signal, () => {
        outcome.hangingStored += 1;
        add('hanging', `${origin}/hang`);
      })
    : undefined;
  await sleep(seconds * 1_000);
  stop.abort();
  await Promise.all([healthy, hangingLoad, ticks]);
  await Promise.all(storing);
  await Promise.all(pollers);
  await receiver.terminate();
  await place.stop();
  if (outcome.times.length < outcome.stored)
    throw new Error(`${outcome.times.length} of ${outcome.stored} were answered`);
  const parts = Map.groupBy(outcome.times, ({ second }) => Math.floor(second / 5) * 5);
  const p99s = [...parts].map(([from, times]) => `${from} s ${percentile(times, 0.99).toFixed(0)} ms`);
  console.error(`  ${name}, p99 from: ${p99s.join(', ')}`);
  return outcome;
}

/** Does something at even intervals by the clock, so that a late turn is made up for. */
async function every(ms: number, stopped: AbortSignal, work: (turn: number) => unknown): Promise<void> {
  const startedAt = Date.now();
  for (let turn = 0; !stopped.aborted; turn += 1) {
    await sleep(Math.max(0, startedAt + (turn + 1) * ms - Date.now()), undefined, { signal: stopped }).catch(() => {});
    if (!stopped.aborted) await work(turn);
  }
}

async function drain(runMacro: Handler): Promise<void> {
  for (let shard = 0; shard < dueShards; shard += 1) {
    const body = JSON.stringify({ kind: 'drain-due', shard });
    await runMacro(toBatch([{ id: `shard-${shard}`, receipt: '', body, attributes: {} }]));
  }
}

async function storeAndQueue({ table, webhookQueue }: Place, one: { id: string; macro: string; url: string }) {
  const now = Date.now();
  const at = new Date(now).toISOString();
  const delivery: Delivery = {
    id: one.id,
    project: 'apollo',
    macro: one.macro,
    action: 'webhook-1',
    target: { ticket: 'BUG-0001' },
    cause: { kind: 'automation', key: 'escalate' },
    outcome: 'pending',
    request: {
      method: 'POST',
      url: [{ text: one.url }],
      headers: [['Content-Type', [{ text: 'application/json' }]]],
      body: [{ text: '{"text":"It happens every time."}' }],
      timeoutMs: hangMs,
    },
    retry: 'standard',
    attemptsMade: 0,
    leases: 0,
    nextAttemptAt: at,
    createdAt: at,
  };
  const Item = deliveryItem(delivery, { dueShards, deliveryRetentionDays, now });
  await table.client.send(new PutCommand({ TableName: table.name, Item }));
  const endpoint = endpointId(delivery);
  const message: DeliveryMessage = { delivery: delivery.id, endpoint };
  await sendAll(webhookQueue, [{ body: JSON.stringify(message), group: endpoint }]);
}

function describe(outcome: Outcome): string {
  const { times, stored } = outcome;
  const p = (share: number) => percentile(times, share).toFixed(0);
  return `p50 ${p(0.5)} ms, p99 ${p(0.99)} ms, longest ${p(1)} ms (${times.length} of ${stored} answered)`;
}

function percentile(times: readonly Timed[], share: number): number {
  const sorted = times.map(({ tookMs }) => tookMs).toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
