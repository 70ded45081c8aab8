import { fastPathMs } from '../../adapters/dynamodb/deliveries.ts';
import { changeEndpoint, findEndpoint, type StoredEndpoint, writeEndpoint } from '../../adapters/dynamodb/endpoints.ts';
import { bringBack, failWaiting, readWaiting } from '../../adapters/dynamodb/paused-deliveries.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { type Message, type Queue, sendAll } from '../../adapters/sqs/queue.ts';
import type { DeliveryMessage, MacroMessage } from '../../core/deliveries/message.ts';
import { type EndpointHealth, maxPausedMs } from '../../core/endpoints/health.ts';
import {
  afterProbe,
  afterReturn,
  afterWatch,
  planTending,
  slotMs,
  takeSlots,
  whileReturning,
} from '../../core/endpoints/tending.ts';
import { delaySeconds, maxQueueDelayMs } from '../kit/delay.ts';
import { type NoticeDependencies, tellNotices } from './tell-notices.ts';

/** How long one message works at most, in milliseconds: the function is stopped after 60 s. */
const maxTendMs = 45_000;
const pageSize = 100;
const tooLong = 'Its webhook was paused for 14 days: resume the webhook and replay the delivery.';

/** What seeing to an endpoint needs. */
export type TendDependencies = NoticeDependencies & {
  webhookQueue: Queue;
  macroQueue: Queue;
  random: () => number;
};

type TendMessage = Extract<MacroMessage, { kind: 'tend-endpoint' }>;
type Facts = Readonly<Record<string, unknown>>;

/**
 * Sees to an endpoint: passes its notices on; while it is paused, fails what has waited too long and lets one delivery an
 * hour through; once it is resumed, brings back what waits. Whatever happens to this message, the endpoint's own due entry
 * brings the next one.
 */
export async function tendEndpoint(dependencies: TendDependencies, message: TendMessage): Promise<Facts> {
  const { table, now } = dependencies;
  const { endpoint } = message;
  const startedAt = now();
  const found = await findEndpoint(table, endpoint);
  if (found === undefined) return { endpoint, outcome: 'unknown' };
  const { stored, ...notices } = await tellNotices(dependencies, found);
  if (stored === undefined) return { endpoint, ...notices, outcome: 'changed-meanwhile' };
  const plan = planTending(stored.health, startedAt);
  switch (plan.kind) {
    case 'nothing':
      return { endpoint, ...notices, outcome: 'told' };
    case 'watch':
      return { endpoint, ...notices, ...(await watch(dependencies, stored, plan.probe, startedAt)) };
    case 'return':
      return { endpoint, ...notices, ...(await returnAll(dependencies, stored, message, startedAt)) };
  }
}

async function watch(
  dependencies: TendDependencies,
  stored: StoredEndpoint,
  probeIsDue: boolean,
  startedAt: number,
): Promise<Facts> {
  const { table, now, deliveryRetentionDays } = dependencies;
  const { endpoint } = stored.health;
  const since = startedAt - maxPausedMs;
  const storage = () => ({ deliveryRetentionDays, now: now() });
  let failed = 0;
  for await (const page of readWaiting(table, endpoint, { pageSize, createdBefore: since })) {
    for (const id of page) {
      const outcome = await failWaiting(table, { id, endpoint }, { since, reason: tooLong }, storage());
      if (outcome === 'failed') failed += 1;
    }
    // The entry of the endpoint is still due: the next tick goes on.
    if (now() - startedAt > maxTendMs) return { outcome: 'watched', failed };
  }
  if (!probeIsDue) return await conclude(dependencies, stored, afterWatch(stored.health, now()), { failed });
  const probe = await findOldest(table, endpoint);
  // First the mark that lets it pass, then the delivery: the other way round it would be set aside again.
  const facts = await conclude(dependencies, stored, afterProbe(stored.health, probe, now()), { failed, probe });
  if (facts.outcome === 'watched' && probe !== undefined)
    await letThrough(dependencies, endpoint, [probe], { firstAt: now(), apartMs: 0 });
  return facts;
}

async function conclude(
  { table, dueShards }: TendDependencies,
  stored: StoredEndpoint,
  health: EndpointHealth,
  facts: Facts,
): Promise<Facts> {
  // Whoever changed it meanwhile has left it due as it needs to be, or it is due still.
  const outcome = await writeEndpoint(table, stored, health, dueShards);
  return { outcome: outcome === 'written' ? 'watched' : outcome, ...facts };
}

async function findOldest(table: Table, endpoint: string): Promise<string | undefined> {
  for await (const [oldest] of readWaiting(table, endpoint, { pageSize: 1 })) return oldest;
  return undefined;
}

async function returnAll(
  dependencies: TendDependencies,
  stored: StoredEndpoint,
  message: TendMessage,
  startedAt: number,
): Promise<Facts> {
  const { table, dueShards, now, macroQueue } = dependencies;
  const { endpoint, tendAt } = stored.health;
  const isInHand = message.slot === undefined && tendAt !== undefined && Date.parse(tendAt) > startedAt;
  if (isInHand) return { outcome: 'in-hand' };
  const health = whileReturning(stored.health, startedAt);
  if ((await writeEndpoint(table, stored, health, dueShards)) !== 'written') return { outcome: 'changed-meanwhile' };
  let claimed = { health, version: stored.version + 1 };
  let returned = 0;
  for await (const page of readWaiting(table, endpoint, { pageSize })) {
    if (page.length === 0) continue;
    const taken = await takeNextSlots(dependencies, claimed, page.length);
    // Paused again, or in other hands: what is left is theirs.
    if (taken === undefined) return { outcome: 'changed-meanwhile', returned };
    claimed = taken.stored;
    returned += await letThrough(dependencies, endpoint, page, { firstAt: taken.firstAt, apartMs: slotMs });
    if (now() - startedAt > maxTendMs) {
      const next: TendMessage = { kind: 'tend-endpoint', endpoint, slot: taken.firstAt + page.length * slotMs };
      await sendAll(macroQueue, [{ body: JSON.stringify(next) }]);
      return { outcome: 'returning', returned };
    }
  }
  const outcome = await writeEndpoint(table, claimed, afterReturn(claimed.health, returned, now()), dueShards);
  return { outcome: outcome === 'written' ? 'returned' : outcome, returned };
}

/** Takes slots in the endpoint's item, where they stay taken whatever becomes of this message. */
async function takeNextSlots(
  { table, dueShards, now }: TendDependencies,
  claimed: StoredEndpoint,
  count: number,
): Promise<{ stored: StoredEndpoint; firstAt: number } | undefined> {
  let firstAt = 0;
  const { outcome, stored } = await changeEndpoint(
    table,
    claimed.health.endpoint,
    (health) => {
      const taken = takeSlots(claimed.health, health, { count, now: now() });
      if (taken === undefined) return { outcome: 'unchanged' };
      firstAt = taken.firstAt;
      return { outcome: 'changed', health: taken.health };
    },
    { dueShards, known: { stored: claimed } },
  );
  return outcome === 'unchanged' || stored === undefined ? undefined : { stored, firstAt };
}

/** Brings deliveries back, one a slot, and has the queue hand them out where their slots are near. */
async function letThrough(
  dependencies: TendDependencies,
  endpoint: string,
  ids: readonly string[],
  slots: { firstAt: number; apartMs: number },
): Promise<number> {
  const { table, webhookQueue, dueShards, now, random } = dependencies;
  const brought = await Promise.all(
    ids.map(async (id, place) => {
      const at = Math.round(slots.firstAt + (place + random()) * slots.apartMs);
      const waitMs = at - now();
      const byQueue = waitMs <= maxQueueDelayMs;
      const dueAt = at + (byQueue ? fastPathMs : 0);
      const outcome = await bringBack(table, { id, endpoint }, { at, dueAt, dueShards });
      return { id, outcome, byQueue, waitMs };
    }),
  );
  const back = brought.filter(({ outcome }) => outcome === 'brought-back');
  const messages = back.filter(({ byQueue }) => byQueue).map(({ id, waitMs }) => describeMessage(endpoint, id, waitMs));
  // What the queue does not take, the tick sends.
  await sendAll(webhookQueue, messages);
  return back.length;
}

function describeMessage(endpoint: string, delivery: string, waitMs: number): Message {
  const message: DeliveryMessage = { delivery, endpoint };
  return { body: JSON.stringify(message), group: endpoint, delaySeconds: delaySeconds(waitMs) };
}
