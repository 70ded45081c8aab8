import { createHash } from 'node:crypto';
import { describe, expect } from 'vitest';
import * as z from 'zod';
import { openLargeBodies } from '../../adapters/s3/large-bodies.ts';
import type { WebhookAction } from '../../core/document/schema.ts';
import { admin } from '../admin.ts';
import { type TestEngines, test } from '../engines.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { startReceivingServer } from '../receiving-server.ts';
import { fixedClock } from '../seeded.ts';
import { sender } from '../send.ts';

/** The bytes around a text that has no secret, as the JSON of its parts. */
const wrapping = '[{"text":""}]'.length;

/** A report whose one webhook has this body, and the server that it goes to. */
async function reportSentTo(engines: TestEngines, body: string, webhook: Partial<WebhookAction> = {}) {
  const server = await startReceivingServer();
  await seedKeys(engines.table);
  const seeded = await seedProject(engines.table, (document) => {
    const slack = document.macros.find(({ key }) => key === 'tell-slack');
    const [action] = slack?.actions ?? [];
    if (action?.kind !== 'webhook') throw new Error('the example has changed');
    const plain = { url: `${server.origin}/hook`, headers: {}, contentType: 'text/plain', body };
    Object.assign(action, plain, webhook);
    document.automations = [
      { key: 'all', enabled: true, trigger: 'submit', feedbackType: 'issues', macro: 'tell-slack' },
    ];
  });
  const clock = fixedClock();
  const created = await receiver(engines, seeded, clock).send({ summary: 'Large', description: 'Short' });
  expect(created.status).toBe(201);
  const { deliver, deliveries, close } = sender(engines, seeded.project, clock);
  const [delivery] = await deliveries();
  if (delivery === undefined) throw new Error('nothing was committed');
  return {
    server,
    delivery,
    clock,
    project: seeded.project,
    deliver: () => deliver(delivery.id),
    settled: async () => (await deliveries())[0],
    stop: async () => {
      close();
      await server.stop();
    },
  };
}

/** Text of so many bytes in UTF-8, with letters of one, two and four bytes; JSON escapes none of them. */
function textOf(bytes: number): string {
  const head = 'ü🚀';
  return head + 'x'.repeat(bytes - Buffer.byteLength(head));
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

describe('a body', () => {
  test('of 8 KB stays in the item', async ({ engines }) => {
    const description = textOf(8_192 - wrapping);
    const { server, delivery, deliver, settled, stop } = await reportSentTo(engines, description);
    expect(delivery.request?.body).toEqual([{ text: description }]);
    expect(delivery.request?.bodyAt).toBeUndefined();
    await deliver();
    expect(server.received.map(({ body }) => hashOf(body))).toEqual([hashOf(description)]);
    expect(await settled()).toMatchObject({ outcome: 'delivered' });
    await stop();
  });

  test.for([
    ['one byte more than 8 KB', 8_193 - wrapping],
    ['9 KB', 9_216],
    ['256 KB', 262_144],
  ] as const)('of %s goes to S3 and arrives byte for byte', async ([, bytes], { engines }) => {
    const description = textOf(bytes);
    const { server, delivery, deliver, settled, stop } = await reportSentTo(engines, description);
    expect(delivery.request?.body).toBeUndefined();
    expect(delivery.request?.bodyAt).toEqual({ objectKey: `bodies/${delivery.id}`, bytes: bytes + wrapping });
    await deliver();
    expect(server.received.map(({ body }) => hashOf(body))).toEqual([hashOf(description)]);
    expect(await settled()).toMatchObject({ outcome: 'delivered' });
    await stop();
  });

  test('of 257 KB is refused with its size', async ({ engines }) => {
    const { server, delivery, stop } = await reportSentTo(engines, 'ü'.repeat(131_584));
    const reason = 'the body has 263168 bytes; at most 262144 can be sent';
    expect(delivery).toMatchObject({ outcome: 'failed', reason });
    expect(delivery.request).toBeUndefined();
    expect(server.received).toEqual([]);
    await stop();
  });

  test('that is gone from S3, or may not be read, is looked for again, and its delivery says so', async ({
    engines,
  }) => {
    const { server, delivery, deliver, settled, stop } = await reportSentTo(engines, textOf(9_216));
    await fetch(`${engines.s3Endpoint}/${engines.bucketName}/bodies/${delivery.id}`, { method: 'DELETE' });
    await deliver();
    const reason = `the stored body of ${9_216 + wrapping} bytes cannot be read: it is gone, or may not be read; run the macro again`;
    expect(await settled()).toMatchObject({ outcome: 'pending', reason, attemptsMade: 1 });
    expect(server.received).toEqual([]);
    await stop();
  });

  test('that is gone from S3 fails a delivery that is never repeated', async ({ engines }) => {
    const { server, delivery, deliver, settled, stop } = await reportSentTo(engines, textOf(9_216), { retry: 'none' });
    await fetch(`${engines.s3Endpoint}/${engines.bucketName}/bodies/${delivery.id}`, { method: 'DELETE' });
    await deliver();
    expect(await settled()).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('it is gone') });
    expect(server.received).toEqual([]);
    await stop();
  });

  test('of 9 KB keeps its secrets as names until it is sent', async ({ engines }) => {
    const body = `{"token":"((secret.jira))","text":"${textOf(9_216)}"}`;
    const { delivery, stop } = await reportSentTo(engines, body, { contentType: 'json' });
    const { table, bucketName, s3Endpoint } = engines;
    const { read } = openLargeBodies(table.client.config, bucketName, s3Endpoint);
    const parts = await read({ objectKey: `bodies/${delivery.id}`, bytes: 0 });
    expect(parts).toEqual(expect.arrayContaining([{ secret: 'jira', encoding: 'json-string' }]));
    await stop();
  });
});

describe('dozens of large bodies', () => {
  test('of one change do not outgrow its transaction', async ({ engines }) => {
    await seedKeys(engines.table);
    const seeded = await seedProject(engines.table, (document) => {
      const slack = document.macros.find(({ key }) => key === 'tell-slack');
      const [action] = slack?.actions ?? [];
      if (slack === undefined || action?.kind !== 'webhook') throw new Error('the example has changed');
      const plain = { ...action, url: 'https://example.com/', contentType: 'text/plain', body: textOf(262_144) };
      slack.actions = Array.from({ length: 20 }, (_, place) => ({ ...plain, key: `copy-${place}` }));
      document.automations = [
        { key: 'all', enabled: true, trigger: 'submit', feedbackType: 'issues', macro: 'tell-slack' },
      ];
    });
    const { send } = receiver(engines, seeded);
    expect(await send({ summary: 'Many', description: 'Short' })).toMatchObject({ status: 201 });
    const { asAdministrator } = admin(engines, seeded.project);
    const { json } = await asAdministrator('GET', `/projects/${seeded.project}/deliveries?outcome=pending`);
    expect(z.object({ items: z.array(z.unknown()) }).parse(json).items).toHaveLength(20);
  });
});
