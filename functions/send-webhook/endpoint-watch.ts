import { changeEndpoint, findEndpoint, type StoredEndpoint } from '../../adapters/dynamodb/endpoints.ts';
import { bringBack, readDelivery, setAside } from '../../adapters/dynamodb/paused-deliveries.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { endpointId } from '../../core/deliveries/message.ts';
import { decideHealth, type HealthEvent } from '../../core/endpoints/health.ts';
import type { Attempted } from './make-attempt.ts';

/** Endpoints an instance remembers. */
const maxRemembered = 2_000;

/** What the watch needs; `healthFreshMs` is how long it goes on with what it has read of an endpoint. */
export type WatchDependencies = { table: Table; dueShards: number; healthFreshMs: number; now: () => number };

/** What came of an attempt, as far as the endpoint's health is concerned. */
type Made = Pick<Attempted, 'state'> & { exchange: Attempted['exchange'] | undefined };

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
  const remembered = new Map<string, { stored: StoredEndpoint | undefined; until: number }>();

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
    return remember(endpoint, await findEndpoint(table, endpoint));
  }

  /** Of an endpoint that is paused as far as is known: what is remembered may be old, so it is asked again afterwards. */
  async function hold(delivery: Delivery, endpoint: string): Promise<Admission> {
    const { outcome } = await setAside(table, delivery, endpoint, now());
    const stored = remember(endpoint, await findEndpoint(table, endpoint));
    // In somebody else's hands: the lease will say so.
    if (outcome === 'leased-elsewhere') return { outcome: 'open' };
    if (holdsBack(stored, delivery.id)) return { outcome: outcome === 'set-aside' ? 'paused' : outcome };
    if (outcome === 'set-aside') {
      const keepsAge = stored?.health.pausedAt !== undefined;
      await bringBack(table, { id: delivery.id, endpoint }, { at: now(), dueAt: now(), dueShards, keepsAge });
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
      // What was read before the attempt serves: whoever is wrong about it loses the write's condition, and reads again.
      const entry = remembered.get(endpoint);
      const changed = await changeEndpoint(
        table,
        endpoint,
        (before) => decideHealth({ endpoint, project, macro, action }, before, event, now()),
        { dueShards, ...(entry === undefined ? {} : { known: entry }) },
      );
      if (changed.outcome === 'changed' || entry === undefined) remember(endpoint, changed.stored);
    },
  };
}

function holdsBack(stored: StoredEndpoint | undefined, delivery: string): boolean {
  return stored?.health.pausedAt !== undefined && stored.health.probe !== delivery;
}

function describeEvent(delivery: Delivery, { state, exchange }: Made): HealthEvent {
  const { id, target, urlHasTag } = delivery;
  const answered = exchange?.outcome === 'answered' ? exchange : undefined;
  const failure = {
    delivery: id,
    target,
    reason: state.outcome === 'delivered' ? 'the receiver took it, and asked for no more' : state.reason,
    class: exchange === undefined ? 'template' : exchange.outcome === 'failed' ? exchange.class : 'http',
    isNotice: delivery.cause.kind === 'notice',
  };
  if (answered?.headers['webhook-delivery']?.trim().toLowerCase() === 'disable') return { kind: 'disable', ...failure };
  // Where the URL depends on the target, a 410 speaks of that target alone.
  if (answered?.status === 410 && urlHasTag === undefined) return { kind: 'gone', ...failure };
  return state.outcome === 'delivered' ? { kind: 'succeeded', delivery: id, target } : { kind: 'failed', ...failure };
}
