import { describe, expect } from 'vitest';
import { leaseAttempt } from '../../adapters/dynamodb/attempts.ts';
import { endpointId } from '../../core/deliveries/message.ts';
import type { WebhookAction } from '../../core/document/schema.ts';
import { type TestEngines, test } from '../engines.ts';
import { loseAnswer } from '../faults.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { startReceivingServer } from '../receiving-server.ts';
import { fixedClock } from '../seeded.ts';
import { sender } from '../send.ts';

/** A project whose every new issue is sent to `url`. */
async function projectSendingTo(engines: TestEngines, url: string, webhook: Partial<WebhookAction> = {}) {
  await seedKeys(engines.table);
  return await seedProject(engines.table, (document) => {
    const slack = document.macros.find(({ key }) => key === 'tell-slack');
    const [action] = slack?.actions ?? [];
    if (action?.kind !== 'webhook') throw new Error('the example has changed');
    Object.assign(action, { url }, webhook);
    document.automations = [
      { key: 'all', enabled: true, trigger: 'submit', feedbackType: 'issues', macro: 'tell-slack' },
    ];
  });
}

describe('a webhook', () => {
  test('goes out once, with its id and a timestamp, and costs at most 14 write units', async ({ engines }) => {
    const server = await startReceivingServer();
    const seeded = await projectSendingTo(engines, `${server.origin}/hook`, {
      body: JSON.stringify({ text: '((Description))' }),
    });
    const clock = fixedClock();
    const { send } = receiver(engines, seeded, clock);
    const { take, deliveries, close } = sender(engines, seeded.project, clock);
    const report = { summary: 'It crashed', description: 'x'.repeat(1000) };
    await send({ summary: 'Warms the caches' });
    clock.advance(1_000);
    engines.table.meter.read();
    await send(report);
    const accepted = engines.table.meter.read();
    const [delivery] = await deliveries();
    engines.table.meter.read();
    const endpoint = endpointId({ project: seeded.project, macro: 'tell-slack', action: 'webhook-1' });
    await take(JSON.stringify({ delivery: delivery?.id, endpoint }));
    const sent = engines.table.meter.read();
    // The ticket, its number and its activity; and one for what its automation's list of runs says.
    const ticketAlone = { tableWriteUnits: 4 + 1, indexWriteUnits: 1 };
    expect({
      table: accepted.tableWriteUnits - ticketAlone.tableWriteUnits + sent.tableWriteUnits,
      indexes: accepted.indexWriteUnits - ticketAlone.indexWriteUnits + sent.indexWriteUnits,
    }).toEqual({ table: 10, indexes: 4 });
    expect(sent.operations).toEqual(['GetItem', 'UpdateItem', 'UpdateItem']);
    expect((await deliveries())[0]).toMatchObject({
      outcome: 'delivered',
      attempts: [{ number: 1, response: { status: 200, body: 'ok' } }],
    });
    expect(server.received).toMatchObject([
      {
        method: 'POST',
        path: '/hook',
        headers: { 'webhook-id': delivery?.id, 'webhook-timestamp': String(clock.now() / 1000) },
      },
    ]);
    close();
    await server.stop();
  });

  test('whose receiver answers 503 twice and then 200 has three attempts, one id and increasing times', async ({
    engines,
  }) => {
    const server = await startReceivingServer((response, place) => {
      response.writeHead(place < 3 ? 503 : 200).end(place < 3 ? 'down' : 'ok');
    });
    const { clock, deliver, deliveries, delivery, close } = await oneDelivery(engines, server.origin);
    await deliver(delivery.id);
    clock.advance(5_000);
    await deliver(delivery.id);
    clock.advance(300_000);
    await deliver(delivery.id);
    const [settled] = await deliveries();
    expect(settled).toMatchObject({
      outcome: 'delivered',
      attempts: [
        { number: 1, response: { status: 503, body: 'down' }, error: { class: 'http' } },
        { number: 2, response: { status: 503 } },
        { number: 3, response: { status: 200 } },
      ],
    });
    const times = settled?.attempts.map(({ startedAt }) => Date.parse(startedAt)) ?? [];
    expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 5_000, 305_000]);
    const sent = server.received.map(({ headers }) => [headers['webhook-id'], headers['webhook-timestamp']]);
    expect(sent).toEqual(times.map((time) => [delivery.id, String(Math.floor(time / 1000))]));
    close();
    await server.stop();
  });

  test('costs at most 9 write units for each further attempt', async ({ engines }) => {
    const server = await startReceivingServer((response) => response.writeHead(503).end('down'));
    const { clock, deliver, delivery, close } = await oneDelivery(engines, server.origin);
    await deliver(delivery.id);
    clock.advance(5_000);
    engines.table.meter.read();
    await deliver(delivery.id);
    const { tableWriteUnits, indexWriteUnits } = engines.table.meter.read();
    expect({ tableWriteUnits, indexWriteUnits }).toEqual({ tableWriteUnits: 5, indexWriteUnits: 2 });
    close();
    await server.stop();
  });

  test('is attempted ten times over about three days and then fails, with every attempt in the log', async ({
    engines,
  }) => {
    const { clock, deliver, deliveries, delivery, close } = await oneDelivery(engines, 'http://127.0.0.1:9');
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      await deliver(delivery.id);
      const [{ nextAttemptAt } = { nextAttemptAt: undefined }] = await deliveries();
      if (nextAttemptAt === undefined) break;
      waits.push((Date.parse(nextAttemptAt) - clock.now()) / 1000);
      clock.advance(Date.parse(nextAttemptAt) - clock.now() - 1);
      expect(await deliver(delivery.id)).toMatchObject({ outcome: 'not-due' });
      clock.advance(1);
    }
    expect(waits).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
    const [failed] = await deliveries();
    expect(failed).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('given up after 10 attempts') });
    expect(failed?.attempts.map(({ number, error }) => [number, error?.class])).toEqual(
      Array.from({ length: 10 }, (_, place) => [place + 1, 'connect']),
    );
    close();
  });

  test('is sent once where its message comes twice at the same time, and not again once it is settled', async ({
    engines,
  }) => {
    const server = await startReceivingServer();
    const { deliver, delivery, close } = await oneDelivery(engines, server.origin);
    const outcomes = await Promise.all([deliver(delivery.id), deliver(delivery.id), deliver(delivery.id)]);
    expect(outcomes.filter(({ outcome }) => outcome === 'delivered')).toHaveLength(1);
    expect(await deliver(delivery.id)).toMatchObject({ outcome: 'settled' });
    expect(await deliver('nobody')).toMatchObject({ outcome: 'absent' });
    expect(server.received).toHaveLength(1);
    close();
    await server.stop();
  });

  test('whose sender died between lease and settle is sent again with the same id, and the log says so', async ({
    engines,
  }) => {
    const server = await startReceivingServer();
    const { clock, deliver, deliveries, delivery, close } = await oneDelivery(engines, server.origin);
    await leaseAttempt(engines.table, delivery.id, { now: clock.now(), leaseMs: 40_000, token: 'dead sender' });
    clock.advance(39_999);
    expect(await deliver(delivery.id)).toMatchObject({ outcome: 'leased-elsewhere' });
    clock.advance(1);
    await deliver(delivery.id);
    expect((await deliveries())[0]).toMatchObject({
      outcome: 'delivered',
      attempts: [
        { number: 1, error: { class: 'interrupted' } },
        { number: 2, response: { status: 200 } },
      ],
    });
    expect(server.received.map(({ headers }) => headers['webhook-id'])).toEqual([delivery.id]);
    close();
    await server.stop();
  });

  test('with retry none is sent although the answer to its lease was lost', async ({ engines }) => {
    const server = await startReceivingServer();
    const { deliver, deliveries, delivery, close } = await oneDelivery(engines, server.origin, { retry: 'none' });
    const undo = loseAnswer(engines.table, 'Update');
    await deliver(delivery.id);
    undo();
    expect(server.received).toHaveLength(1);
    expect((await deliveries())[0]).toMatchObject({ outcome: 'delivered', attempts: [{ number: 1 }] });
    close();
    await server.stop();
  });

  test('with retry none whose sender died ends as failed with the unknown outcome said', async ({ engines }) => {
    const server = await startReceivingServer();
    const { clock, deliver, deliveries, delivery, close } = await oneDelivery(engines, server.origin, {
      retry: 'none',
    });
    await leaseAttempt(engines.table, delivery.id, { now: clock.now(), leaseMs: 40_000, token: 'dead sender' });
    clock.advance(40_000);
    await deliver(delivery.id);
    expect((await deliveries())[0]).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('the outcome is unknown'),
      attempts: [{ number: 1, error: { class: 'interrupted' } }],
    });
    expect(server.received).toEqual([]);
    close();
    await server.stop();
  });

  test('fails after five interruptions in a row', async ({ engines }) => {
    const { clock, deliver, deliveries, delivery, close } = await oneDelivery(engines, 'http://127.0.0.1:9');
    for (let interruption = 1; interruption <= 5; interruption += 1) {
      await leaseAttempt(engines.table, delivery.id, { now: clock.now(), leaseMs: 40_000, token: 'dead sender' });
      clock.advance(40_000);
    }
    await deliver(delivery.id);
    const [failed] = await deliveries();
    expect(failed).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('5 times in a row') });
    expect(failed?.attempts).toHaveLength(5);
    close();
  });

  test('carries quotes, backslashes, newlines, emoji and ((Summary)) byte for byte', async ({ engines }) => {
    const server = await startReceivingServer();
    const summary = 'He said "no" \\ \n\ttab \u2028 🦊 é ((Summary)) \\((x </script> $ {y} %00';
    const { deliver, delivery, close } = await oneDelivery(
      engines,
      server.origin,
      {
        url: `${server.origin}/in?s=((Summary))`,
        body: '{ "quoted": "<((Summary))>", "bare": ((Summary)), "empty": ((Description)), "n": ((Occurrences)) }',
      },
      { summary, occurrences: 7 },
    );
    await deliver(delivery.id);
    const [request] = server.received;
    expect(JSON.parse(request?.body ?? '')).toEqual({ quoted: `<${summary}>`, bare: summary, empty: null, n: 7 });
    expect(new URL(request?.path ?? '', server.origin).searchParams.get('s')).toBe(summary);
    close();
    await server.stop();
  });

  test('puts secrets in at each attempt, and neither log nor table has their values', async ({ engines }) => {
    const secret = 'xoxb-very-"secret"-value';
    const server = await startReceivingServer((response, _, { body }) => response.end(`you sent ${body}`));
    const { deliver, deliveries, delivery, close } = await oneDelivery(
      engines,
      server.origin,
      {
        headers: { Authorization: 'Bearer ((secret.token))', 'X-Other': 'a ((secret.token))' },
        body: '{"t":"((secret.token))"}',
      },
      {},
      { secrets: { token: { value: secret, hosts: undefined } } },
    );
    await deliver(delivery.id);
    expect(server.received).toMatchObject([
      { headers: { authorization: `Bearer ${secret}`, 'x-other': `a ${secret}` }, body: JSON.stringify({ t: secret }) },
    ]);
    const [logged] = await deliveries();
    expect(logged?.attempts[0]?.response?.body).toBe('you sent {"t":"***"}');
    expect(JSON.stringify(logged)).not.toContain('very-');
    close();
    await server.stop();
  });

  test('waits for a secret that is not set yet, and sends no secret to a host it may not go to', async ({
    engines,
  }) => {
    const server = await startReceivingServer();
    const webhook = { headers: { Authorization: 'Bearer ((secret.token))' } };
    const missing = await oneDelivery(engines, server.origin, webhook);
    await missing.deliver(missing.delivery.id);
    expect((await missing.deliveries())[0]).toMatchObject({ outcome: 'pending', reason: 'secret.token is not set' });
    const elsewhere = { secrets: { token: { value: 'longer-than-8', hosts: ['api.example.com'] } } };
    const strayed = await oneDelivery(engines, server.origin, webhook, {}, elsewhere);
    await strayed.deliver(strayed.delivery.id);
    expect((await strayed.deliveries())[0]).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('secret.token may not be sent to 127.0.0.1'),
    });
    expect(server.received).toEqual([]);
    missing.close();
    strayed.close();
    await server.stop();
  });

  test.for([
    ['the metadata address', 'https://169.254.169.254/latest/meta-data', 'blocked', /169\.254\.169\.254/],
    ['a name that resolves to a private address', 'https://internal.example.com/', 'blocked', /10\.1\.2\.3/],
    ['plain http', 'http://public.example.com/', 'blocked', /https/],
  ] as const)('to %s is refused, with its reason in the log', async ([, url, errorClass, reason], { engines }) => {
    const { deliver, deliveries, delivery, close } = await oneDelivery(
      engines,
      'https://x.example.com',
      { url },
      {},
      {
        allowHttp: false,
        allowedCidrs: [],
        resolve: async (name) => [{ address: name.startsWith('internal') ? '10.1.2.3' : '93.184.215.14', family: 4 }],
      },
    );
    await deliver(delivery.id);
    expect((await deliveries())[0]).toMatchObject({
      outcome: 'failed',
      reason: expect.stringMatching(reason),
      attempts: [{ number: 1, error: { class: errorClass } }],
    });
    close();
  });

  test('that is answered with a redirect fails, and the redirect is not followed', async ({ engines }) => {
    const server = await startReceivingServer((response) => {
      response.writeHead(302, { location: 'https://169.254.169.254/latest' }).end();
    });
    const { deliver, deliveries, delivery, close } = await oneDelivery(engines, server.origin);
    await deliver(delivery.id);
    expect((await deliveries())[0]).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('a redirect (302'),
      attempts: [{ response: { status: 302 } }],
    });
    expect(server.received).toHaveLength(1);
    close();
    await server.stop();
  });

  test('that cannot be rendered is a failed delivery with its reason and no attempt', async ({ engines }) => {
    const { delivery, close } = await oneDelivery(engines, 'https://x.example.com', {
      url: 'https://x.example.com/issue/((Jira ID))',
    });
    expect(delivery).toMatchObject({ outcome: 'failed', reason: 'Jira ID is empty', attempts: [] });
    close();
  });
});

/** A delivery that a new ticket has set off, and everything to send it with. */
async function oneDelivery(
  engines: TestEngines,
  url: string,
  webhook: Partial<WebhookAction> = {},
  report: Record<string, unknown> = {},
  options: Parameters<typeof sender>[3] = {},
) {
  const clock = fixedClock();
  const seeded = await projectSendingTo(engines, url, webhook);
  await receiver(engines, seeded, clock).send({ summary: 'It crashed', ...report });
  const parts = sender(engines, seeded.project, clock, options);
  const [delivery] = await parts.deliveries();
  if (delivery === undefined) throw new Error('the ticket has set nothing off');
  return { ...parts, clock, delivery };
}
