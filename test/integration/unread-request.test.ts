import { describe, expect, onTestFinished } from 'vitest';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { type TestEngines, test } from '../engines.ts';
import { storeDelivery } from '../pending-mail.ts';
import { startReceivingServer } from '../receiving-server.ts';
import { fixedClock } from '../seeded.ts';
import { sender } from '../send.ts';

let places = 0;

/** A delivery whose secret cannot be read at its first attempt. */
async function unreadAtFirst(engines: TestEngines, changes: Partial<Delivery>) {
  places += 1;
  const id = `unread-${process.pid}-${places}`;
  const clock = fixedClock();
  const server = await startReceivingServer();
  onTestFinished(server.stop);
  const at = new Date(clock.now()).toISOString();
  const url = [{ text: `${server.origin}/` }, { secret: 'word', encoding: 'url-component' as const }];
  const delivery: Delivery = {
    ...{ id, project: id, macro: 'tell', action: 'webhook-1', target: { ticket: 'BUG-0001' }, outcome: 'pending' },
    cause: { kind: 'automation', key: 'all' },
    request: { method: 'POST', url, headers: [], timeoutMs: 5_000 },
    ...{ retry: 'standard', attemptsMade: 0, leases: 0, nextAttemptAt: at, createdAt: at },
    ...changes,
  };
  await storeDelivery(engines.table, delivery, clock.now());
  let isBroken = true;
  const readSecrets = async () => {
    if (isBroken) throw Object.assign(new Error('the details of the fault'), { name: 'ThrottlingException' });
    return new Map([['word', { value: 'the-word-of-ours', hosts: undefined }]]);
  };
  const { deliver, deliveries, close } = sender(engines, id, clock, { readSecrets });
  onTestFinished(close);
  const facts = await deliver(id);
  return {
    facts,
    server,
    find: async () => (await deliveries())[0],
    again: async () => {
      isBroken = false;
      clock.advance(5_000);
      return await deliver(id);
    },
  };
}

describe('a webhook of which something cannot be read now', () => {
  test.for(['standard', 'none'] as const)(
    'is sent by its next attempt, for nothing was sent (retry: %s)',
    async (retry, { engines }) => {
      const { facts, find, again, server } = await unreadAtFirst(engines, { retry });
      expect(facts).toMatchObject({ outcome: 'pending', errorClass: 'template' });
      const reason = 'secret.word could not be read (ThrottlingException); nothing was sent';
      expect(await find()).toMatchObject({ outcome: 'pending', reason, attemptsMade: 1 });
      expect(server.received).toEqual([]);
      expect(await again()).toMatchObject({ outcome: 'delivered' });
      expect(server.received).toHaveLength(1);
    },
  );

  test('fails where it is a replay that must not come late', async ({ engines }) => {
    const { facts, find } = await unreadAtFirst(engines, { retry: 'none', replayOf: 'the-first', latestOnly: true });
    expect(facts).toMatchObject({ outcome: 'failed' });
    expect(await find()).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('nothing was sent') });
  });
});
