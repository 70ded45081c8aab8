import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect } from 'vitest';
import { leaseAttempt } from '../../adapters/dynamodb/attempts.ts';
import { deliveryItem } from '../../adapters/dynamodb/deliveries.ts';
import { memberKey, ticketKey } from '../../adapters/dynamodb/keys.ts';
import { readDelivery } from '../../adapters/dynamodb/paused-deliveries.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { endpointId } from '../../core/deliveries/message.ts';
import { type TestEngines, test } from '../engines.ts';
import { startReceivingServer } from '../receiving-server.ts';
import { fixedClock } from '../seeded.ts';
import { sender } from '../send.ts';

let places = 0;

/** A project of its own with deliveries of one endpoint and one record, each made after the one before. */
async function latestOnlyIn(engines: TestEngines, answer?: Parameters<typeof startReceivingServer>[0]) {
  places += 1;
  const project = `latest-${process.pid}-${places}`;
  const clock = fixedClock();
  const server = await startReceivingServer(answer);
  const parts = sender(engines, project, clock);
  const endpoint = endpointId({ project, macro: 'update-jira', action: 'webhook-1' });

  /** Stores a delivery as a macro would commit it. */
  const store = async (name: string, changes: Partial<Delivery> = {}) => {
    const at = new Date(clock.now()).toISOString();
    const delivery: Delivery = {
      id: `${project}-${name}`,
      project,
      macro: 'update-jira',
      action: 'webhook-1',
      target: { ticket: 'BUG-0001' },
      cause: { kind: 'automation', key: 'all' },
      outcome: 'pending',
      request: {
        method: 'PUT',
        url: [{ text: `${server.origin}/issue` }],
        headers: [],
        body: [{ text: name }],
        timeoutMs: 5_000,
      },
      retry: 'standard',
      latestOnly: true,
      attemptsMade: 0,
      leases: 0,
      nextAttemptAt: at,
      createdAt: at,
      ...changes,
    };
    const Item = deliveryItem(delivery, { dueShards: 4, deliveryRetentionDays: 30, now: clock.now() });
    const ConditionExpression = 'attribute_not_exists(pk)';
    await engines.table.client.send(new PutCommand({ TableName: engines.table.name, Item, ConditionExpression }));
    return delivery.id;
  };

  /** Has the record say which delivery was made last. */
  const noteLatest = async (id: string, key = ticketKey(project, 'BUG-0001')) => {
    const Item = { ...key, type: 'record', version: 1, latestDeliveries: { [endpoint]: id } };
    await engines.table.client.send(new PutCommand({ TableName: engines.table.name, Item }));
  };

  const read = async (id: string) => await readDelivery(engines.table, id);
  const bodies = () => server.received.map(({ body }) => body);
  const close = async () => {
    parts.close();
    await server.stop();
  };
  return { ...parts, project, clock, store, noteLatest, read, bodies, close };
}

describe('a delivery with latestOnly', () => {
  test('cancels older ones for its target that are pending, and only the newest arrives', async ({ engines }) => {
    const { store, noteLatest, deliver, read, bodies, close } = await latestOnlyIn(engines);
    const first = await store('first');
    const second = await store('second', { supersedes: first });
    const third = await store('third', { supersedes: second });
    await noteLatest(third);
    expect(await deliver(third)).toMatchObject({ outcome: 'delivered' });
    for (const [older, newer] of [
      [first, third],
      [second, third],
    ] as const) {
      const cancelled = await read(older);
      expect(cancelled).toMatchObject({ outcome: 'cancelled', reason: `superseded by ${newer}`, attemptsMade: 0 });
      expect(cancelled?.nextAttemptAt).toBeUndefined();
      expect(await deliver(older)).toMatchObject({ outcome: 'settled' });
    }
    expect(bodies()).toEqual(['third']);
    await close();
  });

  test('that comes up for its retry after a newer one was made is cancelled, so that it never overwrites newer data', async ({
    engines,
  }) => {
    const { store, noteLatest, deliver, read, bodies, clock, close } = await latestOnlyIn(
      engines,
      (response, place) => {
        response.writeHead(place === 1 ? 503 : 200).end();
      },
    );
    const older = await store('older');
    await noteLatest(older);
    expect(await deliver(older)).toMatchObject({ outcome: 'pending' });
    const newer = await store('newer', { supersedes: older });
    await noteLatest(newer);
    clock.advance(5_000);
    expect(await deliver(older)).toMatchObject({ outcome: 'cancelled' });
    expect(await read(older)).toMatchObject({
      outcome: 'cancelled',
      reason: `superseded by ${newer}`,
      attemptsMade: 1,
      leases: 1,
      firstAttempt: { response: { status: 503 } },
    });
    expect(await deliver(newer)).toMatchObject({ outcome: 'delivered' });
    expect(bodies()).toEqual(['older', 'newer']);
    await close();
  });

  test('waits while an older one is being sent, and goes once that has settled', async ({ engines }) => {
    const { store, noteLatest, deliver, read, bodies, clock, close } = await latestOnlyIn(engines);
    const older = await store('older');
    const newer = await store('newer', { supersedes: older });
    await noteLatest(newer);
    const lease = { now: clock.now(), leaseMs: 40_000, token: 'another sender' };
    expect(await leaseAttempt(engines.table, older, lease)).toMatchObject({ outcome: 'leased' });
    expect(await deliver(newer)).toMatchObject({ outcome: 'held-back' });
    expect(await read(newer)).toMatchObject({ outcome: 'pending', leases: 0, reason: expect.stringContaining(older) });
    expect(bodies()).toEqual([]);
    clock.advance(40_000);
    expect(await deliver(newer)).toMatchObject({ outcome: 'delivered' });
    expect(await read(older)).toMatchObject({
      outcome: 'cancelled',
      attemptsMade: 1,
      firstAttempt: { error: { class: 'interrupted' } },
    });
    expect(bodies()).toEqual(['newer']);
    await close();
  });

  test('follows the chain of older ones no further than one that is settled', async ({ engines }) => {
    const { store, deliver, read, bodies, close } = await latestOnlyIn(engines);
    const before = await store('before');
    const settled = await store('settled', { supersedes: before, outcome: 'delivered' });
    const newest = await store('newest', { supersedes: settled });
    expect(await deliver(newest)).toMatchObject({ outcome: 'delivered' });
    expect(await read(before)).toMatchObject({ outcome: 'pending' });
    expect(bodies()).toEqual(['newest']);
    await close();
  });

  test('is sent where its record is gone or names none, and is cancelled for a member as for a ticket', async ({
    engines,
  }) => {
    const { store, noteLatest, deliver, bodies, project, close } = await latestOnlyIn(engines);
    expect(await deliver(await store('alone'))).toMatchObject({ outcome: 'delivered' });
    const member = 'ann@example.com';
    await noteLatest('another', memberKey(project, member));
    expect(await deliver(await store('stale', { target: { member } }))).toMatchObject({ outcome: 'cancelled' });
    expect(bodies()).toEqual(['alone']);
    await close();
  });

  test('of a test or a replay is sent as asked, and cancels nothing', async ({ engines }) => {
    const { store, noteLatest, deliver, read, bodies, close } = await latestOnlyIn(engines);
    const pending = await store('pending');
    await noteLatest(pending);
    const tried = await store('test', { cause: { kind: 'test', key: 'ann@example.com' }, supersedes: pending });
    const replayed = await store('replay', { cause: { kind: 'replay', key: 'ann@example.com' }, replayOf: 'earlier' });
    expect(await deliver(tried)).toMatchObject({ outcome: 'delivered' });
    expect(await deliver(replayed)).toMatchObject({ outcome: 'delivered' });
    expect(await read(pending)).toMatchObject({ outcome: 'pending' });
    expect(bodies()).toEqual(['test', 'replay']);
    await close();
  });

  test.for([false, true])(
    'reaches the receiver in the order of making, however the messages come (reversed: %s)',
    async (isReversed, { engines }) => {
      const { store, noteLatest, deliver, deliveries, bodies, clock, close } = await latestOnlyIn(engines);
      const ids: string[] = [];
      for (const name of ['1', '2', '3', '4', '5']) {
        const before = ids.at(-1);
        ids.push(await store(name, before === undefined ? {} : { supersedes: before }));
      }
      await noteLatest(ids.at(-1) ?? '');
      const order = isReversed ? ids.toReversed() : ids;
      await Promise.all(order.map((id) => deliver(id)));
      clock.advance(60_000);
      for (const id of order) await deliver(id);
      const settled = await deliveries();
      expect(settled.map(({ outcome }) => outcome).toSorted()).toEqual([
        ...Array.from({ length: 4 }, () => 'cancelled'),
        'delivered',
      ]);
      expect(bodies()).toEqual(['5']);
      await close();
    },
  );
});
