import { cancelDelivery } from '../../adapters/dynamodb/cancellation.ts';
import { findLatestDelivery } from '../../adapters/dynamodb/latest-deliveries.ts';
import { readDelivery } from '../../adapters/dynamodb/paused-deliveries.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { laneOf } from '../../core/deliveries/message.ts';
import { type PostponeDependencies, postpone } from './postpone.ts';

/** Older deliveries that are looked at; those beyond cancel themselves when their time comes. */
const maxOlder = 20;
/** How long a delivery waits before it looks again whether an older one is still being sent: most answer sooner. */
const lookAgainMs = 5_000;

/** What superseding needs. */
export type SupersedeDependencies = PostponeDependencies & { deliveryRetentionDays: number };

/** Whether a leased delivery may be sent now: `go`, or what has become of it instead. */
export type Succession = { outcome: 'go' | 'cancelled' | 'held-back' | 'not-ours' };

/**
 * Sees to it that of deliveries with latestOnly for one endpoint and record none lands after a newer one:
 *
 *   older ones, oldest first:  pending -> cancelled;  being sent right now -> this one waits and gives its lease back
 *   then this one itself:      the record names a newer one -> cancelled
 *
 * It is called after the lease, not before: only the leased item says that it is latestOnly, so others pay nothing, and while
 * the lease lives a newer delivery waits for this one, so that nothing changes between the look and the call. Since the
 * oldest is cancelled first, a settled delivery has nothing pending behind it and ends the chain.
 */
export async function takePlaceOfOlder(
  dependencies: SupersedeDependencies,
  delivery: Delivery,
  token: string,
): Promise<Succession> {
  // A person who tries an endpoint out or sends something again wants that very request.
  if (delivery.latestOnly !== true || delivery.cause.kind === 'test' || delivery.replayOf !== undefined) {
    return { outcome: 'go' };
  }
  const busy = await retireOlder(dependencies, delivery);
  if (busy !== undefined) return await waitFor(dependencies, delivery, token, busy);
  const { table } = dependencies;
  const latest = await findLatestDelivery(table, delivery, laneOf(delivery));
  if (latest === undefined || latest === delivery.id) return { outcome: 'go' };
  const cancellation = { reason: supersededBy(latest), leasedBy: token };
  const outcome = await cancelDelivery(table, delivery, cancellation, storageOf(dependencies));
  return { outcome: outcome === 'cancelled' ? 'cancelled' : 'not-ours' };
}

/** An older delivery that somebody is sending, and until when at most. */
type Busy = { id: string; until: number };

/** Cancels the older deliveries that are still pending, oldest first; returns the first that is being sent instead. */
async function retireOlder(dependencies: SupersedeDependencies, delivery: Delivery): Promise<Busy | undefined> {
  const { table, now } = dependencies;
  for (const older of await readOlder(dependencies, delivery)) {
    const leaseUntil = older.leaseUntil === undefined ? 0 : Date.parse(older.leaseUntil);
    if (leaseUntil > now()) return { id: older.id, until: leaseUntil };
    const cancellation = { reason: supersededBy(delivery.id) };
    const outcome = await cancelDelivery(table, older, cancellation, storageOf(dependencies));
    if (outcome === 'moved-on') return { id: older.id, until: now() + lookAgainMs };
  }
  return undefined;
}

/** The older deliveries that are pending, oldest first. */
async function readOlder({ table }: SupersedeDependencies, delivery: Delivery): Promise<Delivery[]> {
  const older: Delivery[] = [];
  let id = delivery.supersedes;
  while (id !== undefined && older.length < maxOlder) {
    const found = await readDelivery(table, id);
    if (found?.outcome !== 'pending') break;
    older.unshift(found);
    id = found.supersedes;
  }
  return older;
}

async function waitFor(
  dependencies: SupersedeDependencies,
  delivery: Delivery,
  token: string,
  busy: Busy,
): Promise<Succession> {
  const until = Math.min(busy.until, dependencies.now() + lookAgainMs);
  const heldBack = { id: delivery.id, endpoint: laneOf(delivery), lease: { delivery, token } };
  const reason = `waits for ${busy.id}, an older delivery that is being sent`;
  return { outcome: await postpone(dependencies, heldBack, { until, byQueue: true, reason }) };
}

function supersededBy(newer: string): string {
  return `superseded by ${newer}`;
}

function storageOf({ dueShards, deliveryRetentionDays, now }: SupersedeDependencies) {
  return { dueShards, deliveryRetentionDays, now: now() };
}
