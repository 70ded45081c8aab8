import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { createOutboundClient } from '../adapters/http/outbound-client.ts';
import { region } from '../local/place.ts';
import { againstBar, type Figure } from './figure.ts';
import { compare, interleave, type Repetition, type Subject, subject, type Timed } from './interleave.ts';
import { storePendingDeliveries } from './pending-deliveries.ts';
import { openPlace, type Place } from './place.ts';
import { loop, plainPost } from './plain-loop.ts';
import type { Setting } from './setting.ts';

/** Requests at once: a batch of the webhook queue, which is what one instance has in hand. */
const atOnce = 10;
const body = JSON.stringify({ text: 'It happens every time, since the last update. '.repeat(22) });
const bar = { atLeast: 0.8, unit: 'x' };

/** Times webhooks to a receiver that takes 100 ms, through our client and through the whole function, against a plain loop. */
export async function measureSend({ assemblyDir, quick }: Setting): Promise<Figure[]> {
  const requests = quick ? 100 : 500;
  const repetition = quick ? { warmUps: 1, rounds: 2, times: 1 } : { warmUps: 1, rounds: 5, times: 1 };
  const place = await openPlace(assemblyDir);
  const receiver = new Worker(new URL('slow-receiver.ts', import.meta.url));
  const [address] = await once(receiver, 'message');
  const url = `http://127.0.0.1:${z.object({ port: z.number() }).parse(address).port}/hook`;
  const plain = plainPost(atOnce);
  const outbound = createOutboundClient({
    allowHttp: true,
    allowedCidrs: ['127.0.0.0/8'],
    now: () => performance.now(),
  });
  const headers = [['content-type', 'application/json']] as const;
  const bare = subject('plain loop', () => time(() => loop(requests, atOnce, () => plain.post(url, body))));
  const client = subject('outbound client', () =>
    time(() =>
      loop(requests, atOnce, async () => {
        const exchange = await outbound.send({ method: 'POST', url, headers, body, timeoutMs: 10_000 });
        if (exchange.outcome === 'failed') throw new Error(exchange.message);
      }),
    ),
  );
  const handler = subject('send-webhook', await timedHandler(place, requests, url));
  await interleave([bare, client, handler], repetition);
  plain.close();
  outbound.close();
  await receiver.terminate();
  await place.stop();
  return [
    describe('send, outbound client', { ours: client, bare, requests, repetition }),
    describe('send, whole function', { ours: handler, bare, requests, repetition }),
  ];
}

/** One instance of the function as deployed: batch after batch, each message leased, sent and settled. */
async function timedHandler(place: Place, requests: number, url: string): Promise<Timed> {
  place.enter('send-webhook');
  const { handler } = await import('../functions/send-webhook/index.ts');
  let rounds = 0;
  return async () => {
    rounds += 1;
    const ids = await storePendingDeliveries(place.table, { count: requests, name: `round-${rounds}`, url, body });
    return await time(async () => {
      for (let start = 0; start < ids.length; start += atOnce) {
        const { batchItemFailures } = await handler(batchOf(ids.slice(start, start + atOnce)));
        if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} messages of a batch failed`);
      }
    });
  };
}

function batchOf(ids: readonly string[]): SQSEvent {
  const Records = ids.map((delivery) => ({
    messageId: delivery,
    receiptHandle: delivery,
    body: JSON.stringify({ delivery }),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'bench',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: '',
    awsRegion: region,
  }));
  return { Records };
}

async function time(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function describe(
  name: string,
  { ours, bare, requests, repetition }: { ours: Subject; bare: Subject; requests: number; repetition: Repetition },
): Figure {
  const { ms, otherMs, ratio, lowest, highest } = compare(ours, bare);
  const rate = (tookMs: number) => `${(requests / (tookMs / 1_000)).toFixed(1)}/s`;
  // Times are compared, and rates are their inverse: the slowest round is the one of the highest time.
  const range = `${(1 / highest).toFixed(2)} to ${(1 / lowest).toFixed(2)}`;
  const figure = `${(1 / ratio).toFixed(2)}x (${range}); ${rate(ms)} against ${rate(otherMs)}`;
  const how =
    `Webhooks of 1 KB per second to a loopback receiver that takes 100 ms, ${atOnce} at once, against node:http with kept ` +
    `connections; ${requests} in each of ${repetition.rounds} rounds.`;
  return againstBar({ subject: name, value: 1 / ratio, figure, how }, bar);
}
