import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { readDue } from '../../adapters/dynamodb/due.ts';
import type { DeliveryMessage } from '../../core/deliveries/message.ts';
import { type TestEngines, test } from '../engines.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { startReceivingServer } from '../receiving-server.ts';
import { fixedClock, type TestClock } from '../seeded.ts';
import { sender } from '../send.ts';

const hourMs = 3_600_000;
const outageMs = 36 * hourMs;
/** Longest that the whole schedule with its jitter may take, in hours: about three days (quality.md). */
const maxHours = 96;
const reports = 12;

/** A source of chance that is the same for the same seed. */
function seededChance(seed: number): () => number {
  let count = 0;
  return () => {
    count += 1;
    return createHash('sha256').update(`${seed}/${count}`).digest().readUInt32BE(0) / 2 ** 32;
  };
}

/** What is due by now, as the messages that draining makes of it. */
async function readMessages({ table }: TestEngines, clock: TestClock, wanted: ReadonlySet<string>) {
  const messages: DeliveryMessage[] = [];
  for (const shard of [0, 1, 2, 3]) {
    for await (const { deliveries } of readDue(table, shard, { now: clock.now(), pageSize: 100 })) {
      const own = deliveries.filter(({ delivery }) => wanted.has(delivery));
      messages.push(...own.map(({ delivery, lane }) => ({ delivery, endpoint: lane })));
    }
  }
  return messages;
}

/** Hands messages to the sender as a queue may: once and in order, or again, in any order and side by side. */
async function carry(
  take: (body: string) => Promise<unknown>,
  messages: readonly DeliveryMessage[],
  chaos: (() => number) | undefined,
): Promise<void> {
  if (chaos === undefined) {
    for (const message of messages) await take(JSON.stringify(message));
    return;
  }
  const copies = messages.flatMap((message) => Array.from({ length: 1 + Math.floor(chaos() * 3) }, () => message));
  const shuffled = copies.map((message) => ({ message, place: chaos() })).toSorted((a, b) => a.place - b.place);
  // Some come later than all others, when their delivery may long be settled.
  const late = shuffled.filter(() => chaos() < 0.2);
  await Promise.all(shuffled.map(({ message }) => take(JSON.stringify(message))));
  for (const { message } of late) await take(JSON.stringify(message));
}

/** Lets critical reports come in while their receiver is down for 36 hours, and goes on until nothing is pending. */
async function liveThroughOutage(engines: TestEngines, chance: () => number, chaos: (() => number) | undefined) {
  const clock = fixedClock();
  const end = clock.now() + outageMs;
  const slack = await startReceivingServer((response) => {
    if (clock.now() >= end) response.end('ok');
    else if (chance() < 0.5) response.writeHead(503).end();
    else response.destroy();
  });
  const seeded = await seedProject(engines.table);
  const secrets = { 'slack-webhook-url': { value: `${slack.origin}/hook`, hosts: undefined } };
  const { deliveries, take, close } = sender(engines, seeded.project, clock, { secrets, random: chance() });
  try {
    const { send } = receiver(engines, seeded, clock);
    for (let number = 1; number <= reports; number += 1) {
      await send({ summary: `Report ${number}`, severity: 'Critical' });
      clock.advance(Math.floor(chance() * hourMs));
    }
    for (let pending = await deliveries(); pending.some(({ outcome }) => outcome === 'pending'); ) {
      expect(clock.now()).toBeLessThan(end + maxHours * hourMs);
      clock.advance(10 * 60_000);
      const wanted = new Set(pending.filter(({ outcome }) => outcome === 'pending').map(({ id }) => id));
      const messages = await readMessages(engines, clock, wanted);
      if (messages.length === 0) continue;
      await carry(take, messages, chaos);
      pending = await deliveries();
    }
    return { deliveries: await deliveries(), received: slack.received };
  } finally {
    close();
    await slack.stop();
  }
}

type Outcome = Awaited<ReturnType<typeof liveThroughOutage>>;

/** The ledger: every intent was delivered once, and every further request has the recorded attempt that explains it. */
function expectLedger({ deliveries, received }: Outcome): void {
  expect(deliveries).toHaveLength(reports);
  for (const { id, outcome, attempts } of deliveries) {
    expect(outcome).toBe('delivered');
    expect(attempts.map(({ number }) => number)).toEqual(attempts.map((_, place) => place + 1));
    expect(received.filter(({ headers }) => headers['webhook-id'] === id)).toHaveLength(attempts.length);
    expect(attempts.filter(({ error }) => error === undefined)).toHaveLength(1);
    expect(attempts.at(-1)?.response?.status).toBe(200);
    for (const earlier of attempts.slice(0, -1)) expect(earlier.error?.message).not.toBe('');
  }
}

describe('36 hours of outage', () => {
  test('with the clock moved: every delivery arrives afterwards, none twice without a recorded reason', async ({
    engines,
  }) => {
    await seedKeys(engines.table);
    expectLedger(await liveThroughOutage(engines, seededChance(1), undefined));
  });

  test('with duplicates and reordering injected: every delivery arrives afterwards, none twice without a recorded reason', async ({
    engines,
  }) => {
    await seedKeys(engines.table);
    // fast-check prints the seed of a run that fails.
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        expectLedger(await liveThroughOutage(engines, seededChance(seed), seededChance(seed + 1)));
      }),
      { numRuns: 2, endOnFailure: true },
    );
  });
});
