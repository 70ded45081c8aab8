import { changeEndpoint, findEndpoint, type StoredEndpoint } from '../../adapters/dynamodb/endpoints.ts';
import { bringBack, readDelivery, setAside } from '../../adapters/dynamodb/paused-deliveries.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { endpointId } from '../../core/deliveries/message.ts';
import { decideHealth } from '../../core/endpoints/decide-health.ts';
import type { EndpointHealth, HealthEvent, HealthTransition } from '../../core/endpoints/health.ts';
import type { Attempted } from './make-attempt.ts';

/** Endpoints an instance remembers. */
const maxRemembered = 2_000;

/** What the watch needs; `healthFreshMs` is how long it goes on with what it has read of an endpoint. */
export type WatchDependencies = { table: Table; dueShards: number; healthFreshMs: number; now: () => number };

/** What came of an attempt, as far as the endpoint's health is concerned. */
type Made = Pick<Attempted, 'state'> & {
  exchange: Attempted['exchange'] | undefined;
  endpoint: Attempted['endpoint'] | undefined;
};

/** What an instance remembers of an endpoint; `unheard` is a success that seemed to change nothing, and when it was. */
type Memory = { stored: StoredEndpoint | undefined; until: number; unheard?: { event: HealthEvent; at: number } };

/** Whether a delivery may go on to its lease: `open`, or why not now. */
type Admission = { outcome: 'open' | 'paused' | 'not-due' | 'settled' };

/** Knows how the endpoints are doing: holds back what is for a paused one, and takes note of what came of attempts. */
export type EndpointWatch = {
  /** Before the lease: sets a delivery of a paused endpoint aside. `endpoint` is absent in messages of older versions. */
  admit(message: { delivery: string; endpoint?: string | undefined }): Promise<Admission>;
  /** After the settlement; a healthy endpoint's success costs no write. */
  note(delivery: Delivery, attempted: Made): Promise<void>;
};

/** Makes the watch of one instance. */
export function watchEndpoints(dependencies: WatchDependencies): EndpointWatch {
  const { table, dueShards, healthFreshMs, now } = dependencies;
  const remembered = new Map<string, Memory>();

  function remember(endpoint: string, stored: StoredEndpoint | undefined): StoredEndpoint | undefined {
    remembered.delete(endpoint);
    const [oldest] = remembered.keys();
    if (remembered.size >= maxRemembered && oldest !== undefined) remembered.delete(oldest);
    remembered.set(endpoint, { stored, until: now() + healthFreshMs });
    return stored;
  }

  async function read(endpoint: string): Promise<StoredEndpoint | undefined> {
    const entry = remembered.get(endpoint);
    if (entry !== undefined && entry.until > now()) return entry.stored;
    const stored = await findEndpoint(table, endpoint);
    const { failingSince } = stored?.health ?? {};
    const unheard = entry?.unheard;
    // It failed and delivered again while it was still remembered as healthy: it is failing no more.
    if (stored === undefined || failingSince === undefined || unheard === undefined) return remember(endpoint, stored);
    if (unheard.at < Date.parse(failingSince)) return remember(endpoint, stored);
    const decide = (before: EndpointHealth | undefined): HealthTransition =>
      before?.failingSince === failingSince
        ? decideHealth(before, before, unheard.event, unheard.at)
        : { outcome: 'unchanged' };
    const changed = await changeEndpoint(table, endpoint, decide, { dueShards, known: { stored } });
    return remember(endpoint, changed.stored);
  }

  /** Of an endpoint that is paused as far as is known: what is remembered may be old, so it is asked again afterwards. */
  async function hold(delivery: Delivery, endpoint: string): Promise<Admission> {
    const { pausedAt } = remembered.get(endpoint)?.stored?.health ?? {};
    const { outcome } = await setAside(table, delivery, endpoint, { now: now(), pausedAt });
    const stored = remember(endpoint, await findEndpoint(table, endpoint));
    // In somebody else's hands: the lease will say so.
    if (outcome === 'leased-elsewhere') return { outcome: 'open' };
    if (holdsBack(stored, delivery.id)) return { outcome: outcome === 'set-aside' ? 'paused' : outcome };
    if (outcome === 'set-aside') {
      await bringBack(table, { id: delivery.id, endpoint }, { at: now(), dueAt: now(), dueShards });
    }
    return { outcome: 'open' };
  }

  return {
    async admit({ delivery: id, endpoint: given }) {
      if (given !== undefined && !holdsBack(await read(given), id)) return { outcome: 'open' };
      const delivery = await readDelivery(table, id);
      if (delivery === undefined) return { outcome: 'open' };
      const endpoint = endpointId(delivery);
      // Whoever tries an endpoint out wants to see what it says.
      if (delivery.cause.kind === 'test' || !holdsBack(await read(endpoint), id)) return { outcome: 'open' };
      return await hold(delivery, endpoint);
    },

    async note(delivery, attempted) {
      if (delivery.cause.kind === 'test') return;
      const endpoint = endpointId(delivery);
      const { project, macro, action } = delivery;
      const event = describeEvent(delivery, attempted);
      // What was read before the attempt serves: whoever is wrong about it loses the write's condition, and reads again. A
      // success writes nothing where the endpoint seems healthy, so that of a retry, which follows a failure, reads anew.
      const isRetried = event.kind === 'succeeded' && delivery.attemptsMade > 0;
      const entry = isRetried ? undefined : remembered.get(endpoint);
      const changed = await changeEndpoint(
        table,
        endpoint,
        (before) => decideHealth({ endpoint, project, macro, action }, before, event, now()),
        { dueShards, ...(entry === undefined ? {} : { known: entry }) },
      );
      if (changed.outcome === 'changed' || entry === undefined) remember(endpoint, changed.stored);
      else if (event.kind === 'succeeded') entry.unheard = { event, at: now() };
    },
  };
}

function holdsBack(stored: StoredEndpoint | undefined, delivery: string): boolean {
  return stored?.health.pausedAt !== undefined && stored.health.probe !== delivery;
}

function describeEvent(delivery: Delivery, { state, exchange, endpoint }: Made): HealthEvent {
  const { id, target, urlHasTag } = delivery;
  const isDelivered = state.outcome === 'delivered';
  const failure = {
    delivery: id,
    target,
    reason: state.outcome === 'delivered' ? 'the receiver took it, and asked for no more' : state.reason,
    class: exchange === undefined ? 'template' : exchange.outcome === 'failed' ? exchange.class : 'http',
    isNotice: delivery.cause.kind === 'notice',
  };
  if (endpoint === 'disable') return { kind: 'disable', isDelivered, ...failure };
  // Where the URL depends on the target, a 410 speaks of that target alone.
  if (endpoint === 'gone' && urlHasTag === undefined) return { kind: 'gone', ...failure };
  return isDelivered ? { kind: 'succeeded', delivery: id, target } : { kind: 'failed', ...failure };
}
