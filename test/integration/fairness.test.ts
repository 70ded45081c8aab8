import { CreateQueueCommand, DeleteQueueCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect } from 'vitest';
import * as z from 'zod';
import { deliveryItem } from '../../adapters/dynamodb/deliveries.ts';
import { readDue } from '../../adapters/dynamodb/due.ts';
import { writeEndpoint } from '../../adapters/dynamodb/endpoints.ts';
import { reserveTurn } from '../../adapters/dynamodb/turns.ts';
import { type Queue, sendAll } from '../../adapters/sqs/queue.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { endpointId, type MacroMessage } from '../../core/deliveries/message.ts';
import { queueConsumer } from '../../functions/kit/queue-consumer.ts';
import { runMacro } from '../../functions/run-macro/handler.ts';
import { fillSlots, toRecord } from '../../functions/send-webhook/fill-slots.ts';
import { testKeys } from '../admin.ts';
import { openTestBucket } from '../bucket.ts';
import { type TestEngines, test } from '../engines.ts';
import { recordingObserver } from '../gateway.ts';
import { startReceivingServer } from '../receiving-server.ts';
import { fixedClock, seededIds, type TestClock } from '../seeded.ts';
import { sender } from '../send.ts';

const dueShards = 4;
const Drained = z.object({ drained: z.int() });
let projects = 0;

describe('an endpoint at its share', () => {
  test('has further deliveries wait inside the instance while it answers', async ({ engines }) => {
    const answers: (() => void)[] = [];
    const server = await startReceivingServer((response) => answers.push(() => response.end('ok')));
    const { take, store, deliveries, close } = busyEndpoint(engines, `${server.origin}/`);
    const messages = await store(5);
    const taken = messages.map(async (message) => await take(message));
    for (let place = 1; place <= 5; place += 1) {
      await server.until((received) => received.length >= Math.min(5, place + 1));
      expect(server.received.length).toBe(Math.min(5, place + 1));
      answers[place - 1]?.();
    }
    await Promise.all(taken);
    expect((await deliveries()).map(({ outcome, leases }) => [outcome, leases])).toEqual(
      Array.from({ length: 5 }, () => ['delivered', 1]),
    );
    close();
    await server.stop();
  });

  test('that hangs has them held back, which is no attempt, and they are sent later', async ({ engines }) => {
    const answers: (() => void)[] = [];
    const server = await startReceivingServer((response) => answers.push(() => response.end('ok')));
    const { clock, take, store, deliveries, close } = busyEndpoint(engines, `${server.origin}/`);
    const [first = '', second = '', third = '', fourth = ''] = await store(4);
    const running = [take(first), take(second)];
    await server.until((received) => received.length === 2);
    clock.advance(1_000);
    expect(await take(third)).toMatchObject({ outcome: 'held-back' });
    // A message of an older version does not name its endpoint: its lease is given back.
    expect(await take(withoutEndpoint(fourth))).toMatchObject({ outcome: 'held-back' });
    const held = (await deliveries()).filter(({ reason }) => reason === "waits for its endpoint's turn");
    expect(held).toHaveLength(2);
    for (const delivery of held) {
      expect(delivery).toMatchObject({ outcome: 'pending', leases: 0, attemptsMade: 0, attempts: [] });
      expect(delivery.leaseUntil).toBeUndefined();
    }
    expect(held.map(({ nextAttemptAt }) => Date.parse(nextAttemptAt ?? '') - clock.now()).toSorted()).toEqual([
      5_000, 5_500,
    ]);
    for (const answer of answers) answer();
    await Promise.all(running);
    clock.advance(10_000);
    const later = [take(third), take(fourth)];
    await server.until((received) => received.length === 4);
    for (const answer of answers.slice(2)) answer();
    await Promise.all(later);
    expect((await deliveries()).map(({ outcome, attempts }) => [outcome, attempts.length])).toEqual(
      Array.from({ length: 4 }, () => ['delivered', 1]),
    );
    close();
    await server.stop();
  });
});

describe('a test', () => {
  test('that a person makes takes no turns: it goes to an endpoint that hangs', async ({ engines }) => {
    const answers: (() => void)[] = [];
    const server = await startReceivingServer((response) => answers.push(() => response.end('ok')));
    const { clock, take, store, close } = busyEndpoint(engines, `${server.origin}/`);
    const [first = '', second = '', third = '', fourth = ''] = await store(4);
    const running = [take(first), take(second)];
    await server.until((received) => received.length === 2);
    clock.advance(1_000);
    expect(await take(third)).toMatchObject({ outcome: 'held-back' });
    const tried = take(JSON.stringify({ ...JSON.parse(fourth), isTest: true }));
    await server.until((received) => received.length === 3);
    for (const answer of answers) answer();
    expect(await tried).toMatchObject({ outcome: 'delivered' });
    await Promise.all(running);
    close();
    await server.stop();
  });
});

describe('an invocation', () => {
  test('makes no call that it might not live to see end', async ({ engines }) => {
    const server = await startReceivingServer();
    const { clock, take, store, deliveries, close } = busyEndpoint(engines, `${server.origin}/`, { timeoutMs: 30_000 });
    const [first = '', second = ''] = await store(2);
    expect(await take(first, { endsBy: clock.now() + 34_999 })).toMatchObject({ outcome: 'held-back' });
    expect(await take(second, { endsBy: clock.now() + 35_000 })).toMatchObject({ outcome: 'delivered' });
    const [held] = (await deliveries()).filter(({ outcome }) => outcome === 'pending');
    expect(held).toMatchObject({ leases: 0, attemptsMade: 0, reason: 'waits for a sender that has time for it' });
    clock.advance(1_000);
    expect(await take(first, { endsBy: clock.now() + 60_000 })).toMatchObject({ outcome: 'delivered' });
    close();
    await server.stop();
  });
});

describe('a backlog', () => {
  test('is drained at once where the endpoint takes what it gets, and in small parts while it fails', async ({
    engines,
  }) => {
    const { clock, store, endpoint, name } = busyEndpoint(engines, 'http://127.0.0.1:9/');
    const { drainAll, stop } = await drainer(engines, clock);
    clock.advance(3_600_000);
    const others = await drainAll();
    clock.advance(-3_600_000);
    await store(640);
    clock.advance(3_600_000);
    expect((await drainAll()) - others).toBe(640);
    const health = { endpoint, ...name, failingSince: new Date(clock.now()).toISOString(), notices: [] };
    expect(await writeEndpoint(engines.table, undefined, health, dueShards)).toBe('written');
    expect((await drainAll()) - others).toBe(100 * dueShards);
    expect(await drainAll({ leaves: ['webhooks', 'emails'] })).toBeLessThan(others + 1);
    await stop();
  });
});

describe('the breaker', () => {
  test('opens after three timeouts, lets one probe through per 30 s, closes at an answer, and loses nothing', async ({
    engines,
  }) => {
    let healthy = false;
    const server = await startReceivingServer((response) => (healthy ? response.end('ok') : undefined));
    const { clock, take, store, deliveries, dueIds, close } = busyEndpoint(engines, `${server.origin}/`, {
      timeoutMs: 50,
    });
    const messages = await store(60);
    const queuedBefore = await countAll(engines.webhookQueue);
    const outcomes: unknown[] = [];
    for (const message of messages.slice(0, 40)) outcomes.push((await take(message)).outcome);
    expect(outcomes).toEqual([...Array(3).fill('pending'), ...Array(37).fill('held-back')]);
    expect(server.received).toHaveLength(3);
    // Three retries that are due in 5 s, and one probe: the backlog itself waits in the due index.
    expect((await countAll(engines.webhookQueue)) - queuedBefore).toBe(4);
    clock.advance(29_999);
    expect(await take(messages[40] ?? '')).toMatchObject({ outcome: 'held-back' });
    clock.advance(1);
    expect(await take(messages[41] ?? '')).toMatchObject({ outcome: 'pending', errorClass: 'timeout' });
    expect(await take(messages[42] ?? '')).toMatchObject({ outcome: 'held-back' });
    healthy = true;
    clock.advance(30_000);
    expect(await take(messages[43] ?? '')).toMatchObject({ outcome: 'delivered' });
    expect(await take(messages[44] ?? '')).toMatchObject({ outcome: 'delivered' });
    const ledger = await deliveries();
    const pending = ledger.filter(({ outcome }) => outcome === 'pending');
    expect({ delivered: ledger.length - pending.length, pending: pending.length }).toEqual({
      delivered: 2,
      pending: 58,
    });
    expect(await dueIds()).toEqual(new Set(pending.map(({ id }) => id)));
    expect(pending.filter(({ attempts }) => attempts.length > 0)).toHaveLength(4);
    clock.advance(900_000);
    for (const message of messages) await take(message);
    expect(new Set((await deliveries()).map(({ outcome }) => outcome))).toEqual(new Set(['delivered']));
    close();
    await server.stop();
  });
});

describe('maxPerSecond', () => {
  test('is never exceeded over two instances, and every delivery is sent in its first attempt', async ({ engines }) => {
    const sentAt: number[] = [];
    const server = await startReceivingServer((response) => {
      sentAt.push(clock.now());
      response.end('ok');
    });
    const one = busyEndpoint(engines, `${server.origin}/`, { maxPerSecond: 4 });
    const { clock } = one;
    const other = sender(engines, one.project, clock);
    const messages = await one.store(40);
    for (const [place, message] of messages.entries())
      await (place % 2 === 0 ? one.take(message) : other.take(message));
    for (let round = 0; round < 100; round += 1) {
      const pending = (await one.deliveries()).filter(({ outcome }) => outcome === 'pending');
      const dueAt = Math.min(...pending.map(({ nextAttemptAt }) => Date.parse(nextAttemptAt ?? '')));
      if (pending.length === 0) break;
      clock.advance(Math.max(0, dueAt - clock.now()));
      const due = pending.filter(({ nextAttemptAt }) => Date.parse(nextAttemptAt ?? '') <= clock.now());
      for (const { id } of due) await other.take(JSON.stringify({ delivery: id, endpoint: one.endpoint }));
    }
    expect((await one.deliveries()).map(({ outcome, attempts }) => [outcome, attempts.length])).toEqual(
      Array.from({ length: 40 }, () => ['delivered', 1]),
    );
    for (const instant of sentAt) {
      expect(sentAt.filter((at) => at >= instant && at < instant + 1_000).length).toBeLessThanOrEqual(4);
    }
    one.close();
    other.close();
    await server.stop();
  });

  test('gives calls of many instances at the same moment instants of their own', async ({ engines }) => {
    const endpoint = endpointId({ project: `same-moment-${process.pid}`, macro: 'm', action: 'a' });
    const now = fixedClock().now();
    const turns = await Promise.all(
      Array.from({ length: 12 }, () =>
        reserveTurn(engines.table, endpoint, { maxPerSecond: 4, now, returning: false }),
      ),
    );
    const going = turns.flatMap((turn) => (turn.outcome === 'go' ? [turn.at - now] : [])).toSorted((a, b) => a - b);
    expect(going.length).toBeGreaterThan(0);
    expect(new Set(going).size).toBe(going.length);
    expect(going.every((wait) => wait % 250 === 0 && wait <= 2_000)).toBe(true);
  });

  test('costs one write unit more where the endpoint is free', async ({ engines }) => {
    const server = await startReceivingServer();
    const { clock, take, store, close } = busyEndpoint(engines, `${server.origin}/`, { maxPerSecond: 4 });
    const [first = '', second = ''] = await store(2);
    await take(first);
    clock.advance(1_000);
    engines.table.meter.read();
    await take(second);
    const { tableWriteUnits, operations } = engines.table.meter.read();
    expect(operations.filter((operation) => operation === 'UpdateItem')).toHaveLength(3);
    expect(tableWriteUnits).toBeLessThanOrEqual(5);
    close();
    await server.stop();
  });
});

describe('an instance that one call keeps', () => {
  test('takes further messages from the queue for its free slots', async ({ engines }) => {
    const queue = engines.macroQueue;
    let clock = 0;
    const handled: string[] = [];
    const ends = new Set<number>();
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const observer = recordingObserver();
    const handler = fillSlots({
      queue,
      slots: 10,
      observer,
      now: () => {
        clock += 10;
        return clock;
      },
      alarm(_, ring) {
        const soon = setImmediate(ring);
        return () => clearImmediate(soon);
      },
      consume: (handle) => queueConsumer(observer, handle),
      async handle(body, { endsBy }) {
        handled.push(body);
        ends.add(endsBy);
        if (body === 'hangs') await answered;
        else if (handled.length === 4) answer();
        return {};
      },
    });
    await sendAll(
      queue,
      ['a', 'b', 'c'].map((body) => ({ body, group: body })),
    );
    const response = await handler({ Records: [toRecord({ id: '1', receipt: '1', body: 'hangs', attributes: {} })] });
    expect(response.batchItemFailures).toEqual([]);
    expect(handled.toSorted()).toEqual(['a', 'b', 'c', 'hangs']);
    // A minute after the invocation's start, whenever it took them.
    expect([...ends]).toEqual([60_010]);
    expect(await countAll(queue)).toBe(0);
  });
});

/** An endpoint of a project of its own, with deliveries that are due now, and an instance to send them with. */
function busyEndpoint(
  engines: TestEngines,
  url: string,
  { timeoutMs = 10_000, ...given }: { timeoutMs?: number; maxPerSecond?: number } = {},
) {
  projects += 1;
  const project = `fair${process.pid}-${projects}`;
  const clock = fixedClock();
  const name = { project, macro: 'tell-slack', action: 'webhook-1' };
  const endpoint = endpointId(name);
  const { table } = engines;
  return {
    ...sender(engines, project, clock),
    project,
    name,
    endpoint,
    clock,
    /** Stores deliveries and returns the messages by which they go to the queue. */
    async store(count: number) {
      const at = new Date(clock.now()).toISOString();
      const ids = Array.from({ length: count }, (_, place) => `${project}-${String(place).padStart(3, '0')}`);
      for (const id of ids) {
        const delivery: Delivery = {
          ...name,
          id,
          target: { ticket: 'BUG-0001' },
          cause: { kind: 'automation', key: 'escalate' },
          outcome: 'pending',
          request: { method: 'POST', url: [{ text: url }], headers: [], body: [{ text: '{}' }], timeoutMs },
          retry: 'standard',
          attemptsMade: 0,
          leases: 0,
          nextAttemptAt: at,
          createdAt: at,
          ...given,
        };
        const Item = deliveryItem(delivery, { dueShards, deliveryRetentionDays: 30, now: clock.now() });
        await table.client.send(new PutCommand({ TableName: table.name, Item }));
      }
      return ids.map((delivery) => JSON.stringify({ delivery, endpoint }));
    },
    /** The project's deliveries that some tick will find. */
    async dueIds() {
      const found = new Set<string>();
      for (let shard = 0; shard < dueShards; shard += 1) {
        for await (const { deliveries } of readDue(table, shard, { now: clock.now() + 10_000_000, pageSize: 100 })) {
          for (const { delivery, lane } of deliveries) if (lane === endpoint) found.add(delivery);
        }
      }
      return found;
    },
  };
}

/** Drains all shards onto a queue of its own, and counts what it has drained. */
async function drainer(engines: TestEngines, clock: TestClock) {
  const { table, macroQueue } = engines;
  const { client } = macroQueue;
  projects += 1;
  const { QueueUrl: url = '' } = await client.send(
    new CreateQueueCommand({ QueueName: `drained-${process.pid}-${projects}` }),
  );
  const queue = { client, url };
  const work = runMacro({
    ...{
      table,
      webhookQueue: queue,
      emailQueue: queue,
      macroQueue: queue,
      uploadQueue: queue,
      dueShards,
      deliveryRetentionDays: 30,
    },
    largeBodies: {
      store: async () => [],
      read: async () => undefined,
      readKept: async () => undefined,
      rewrite: async () => undefined,
      remove: async () => undefined,
    },
    bucket: openTestBucket(engines),
    loadKeys: async () => testKeys,
    apiOrigin: 'https://api.example.com',
    consoleOrigin: 'https://console.example.com',
    readConfiguration: async () => undefined,
    readConfigurationNow: async () => undefined,
    now: clock.now,
    random: () => 0.5,
    pause: async () => undefined,
    newId: seededIds('drainer/ids'),
  });
  return {
    async drainAll(options: Pick<Extract<MacroMessage, { kind: 'drain-due' }>, 'leaves'> = {}): Promise<number> {
      let sum = 0;
      for (let shard = 0; shard < dueShards; shard += 1) {
        const message: MacroMessage = { kind: 'drain-due', shard, ...options };
        sum += Drained.parse(await work(JSON.stringify(message))).drained;
      }
      return sum;
    },
    stop: () => client.send(new DeleteQueueCommand({ QueueUrl: url })),
  };
}

function withoutEndpoint(message: string): string {
  const { delivery } = JSON.parse(message);
  return JSON.stringify({ delivery });
}

/** All messages of a queue: those that wait, those that are delayed, and those in flight. */
async function countAll({ client, url }: Queue): Promise<number> {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesDelayed',
        'ApproximateNumberOfMessagesNotVisible',
      ],
    }),
  );
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
}
