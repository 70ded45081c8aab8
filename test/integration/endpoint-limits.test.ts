import { describe, expect } from 'vitest';
import { listActivity } from '../../adapters/dynamodb/activity.ts';
import { listTickets } from '../../adapters/dynamodb/tickets.ts';
import type { ExternalSource } from '../../core/document/schema.ts';
import { routes } from '../../functions/routes.ts';
import { admin } from '../admin.ts';
import { type TestEngines, test } from '../engines.ts';
import { listenerProject } from '../listener-project.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { fixedClock } from '../seeded.ts';
import { signedBy } from '../signing.ts';

const report = { summary: 'It crashed' };
const { method, path } = routes['receive-batch'];

/** The crash log of the example with a limit, and with whatever else is changed of it. */
async function limitedSource(engines: TestEngines, maxPerMinute: number | undefined, change: object = {}) {
  const clock = fixedClock();
  const seeded = await seedProject(engines.table, (document) => {
    const [source] = document.externalSources;
    const limited: Partial<ExternalSource> = { ...(maxPerMinute === undefined ? {} : { maxPerMinute }), ...change };
    Object.assign(source ?? {}, limited);
  });
  const { project } = seeded;
  const { send } = receiver(engines, seeded, clock);
  const { asAdministrator } = admin(engines, `${project}/admin`, clock);
  return {
    ...{ clock, project, send, asAdministrator, keyOf: seeded.keyOf },
    batch: async (count: number) =>
      await send(
        Array.from({ length: count }, () => report),
        { routeKey: `${method} ${path}` },
      ),
    tickets: async () =>
      (await listTickets(engines.table, project, 'issues', { limit: 200, newestFirst: false })).items.length,
    refusals: async () => {
      const { items } = await listActivity(engines.table, { apiKey: 'mobile' }, { limit: 200, now: clock.now() });
      return items.filter((entry) => entry.project === project && entry.status === 429);
    },
  };
}

test.beforeAll(async ({ engines }) => {
  await seedKeys(engines.table);
});

describe('a source limited to so many calls a minute', () => {
  test('lets that many of one address through, says when to come back, and then begins anew', async ({ engines }) => {
    const { send, clock, refusals } = await limitedSource(engines, 3);
    const first = await send(report);
    expect([first.status, first.headers]).toMatchObject([
      201,
      { 'ratelimit-limit': '3', 'ratelimit-remaining': '2', 'ratelimit-reset': '60' },
    ]);
    clock.advance(20_000);
    expect((await send(report)).status).toBe(201);
    expect((await send(report)).status).toBe(201);
    const spent = await send(report);
    const description = 'This source takes 3 calls a minute from your address: try again in 40 seconds.';
    expect([spent.status, spent.json, spent.headers]).toMatchObject([
      429,
      { status: 429, description },
      { 'retry-after': '40', 'ratelimit-remaining': '0', 'ratelimit-reset': '40' },
    ]);
    expect(await refusals()).toMatchObject([
      { outcome: 'refused', reason: "the source's rate from this address is spent" },
    ]);
    clock.advance(40_000);
    expect((await send(report)).status).toBe(201);
  });

  test('lets no more through where many call at the same moment', async ({ engines }) => {
    const { send, tickets } = await limitedSource(engines, 5);
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await send(report)).status));
    expect(statuses.filter((status) => status === 201)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(15);
    expect(await tickets()).toBe(5);
  });

  test('takes ten times as many from all addresses, so that none can spend it for the others', async ({ engines }) => {
    const { send } = await limitedSource(engines, 2);
    const from = async (address: string) => (await send(report, { address })).status;
    for (let call = 0; call < 9; call += 1) await from('203.0.113.1');
    for (let host = 2; host <= 10; host += 1) {
      expect([await from(`203.0.113.${host}`), await from(`203.0.113.${host}`)]).toEqual([201, 201]);
    }
    const answer = await send(report, { address: '203.0.113.99' });
    expect([answer.status, answer.json]).toMatchObject([
      429,
      { description: 'This source takes 20 calls a minute in all: try again in 60 seconds.' },
    ]);
  });

  test('takes an IPv6 network for one caller', async ({ engines }) => {
    const { send } = await limitedSource(engines, 1);
    const from = async (address: string) => (await send(report, { address })).status;
    expect(await from('2001:db8:0:1::5')).toBe(201);
    expect(await from('2001:db8:0:1:ffff::6')).toBe(429);
    expect(await from('2001:db8:0:2::5')).toBe(201);
  });

  test('counts each report of a batch, and takes all of them or none', async ({ engines }) => {
    const { batch, send, tickets, clock } = await limitedSource(engines, 5);
    expect((await batch(4)).headers).toMatchObject({ 'ratelimit-remaining': '1' });
    expect((await batch(3)).status).toBe(429);
    expect(await tickets()).toBe(4);
    expect((await send(report)).status).toBe(201);
    clock.advance(60_000);
    const whole = await batch(6);
    expect([whole.status, whole.json]).toMatchObject([
      429,
      { description: expect.stringContaining('each report of a batch counts, so send smaller ones') },
    ]);
    expect((await send(report)).status).toBe(201);
  });

  test('is not spent by whoever cannot sign, nor by what is refused before', async ({ engines }) => {
    const signature = { scheme: 'standard-webhooks', secret: 'hook' };
    const { send, asAdministrator, project, clock, keyOf } = await limitedSource(engines, 1, { signature });
    const body = JSON.stringify(report);
    const secret = 'of both of us';
    await asAdministrator('PUT', `/projects/${project}/secrets/hook`, { body: { value: secret } });
    for (let call = 0; call < 3; call += 1) expect((await send(body)).status).toBe(401);
    expect((await send(body, { headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    expect((await send(body, { headers: { 'x-api-key': keyOf('web') } })).status).toBe(403);
    const headers = signedBy['standard-webhooks']({ body, secret, at: clock.now() });
    expect((await send(body, { headers })).status).toBe(201);
    expect((await send(body, { headers })).status).toBe(429);
  });

  test('tells of the rate that is spent first where the key has one too', async ({ engines }) => {
    const apiKey = `limited-${process.pid}`;
    const { send, asAdministrator } = await limitedSource(engines, 10, { apiKey });
    const created = await asAdministrator('POST', '/api-keys', {
      body: { prefix: apiKey, name: 'x', maxPerMinute: 4 },
    });
    const headers = { 'x-api-key': String(Object(created.json).key) };
    expect((await send(report, { headers })).headers).toMatchObject({ 'ratelimit-limit': '4' });
    await send(report, { headers });
    await send(report, { headers });
    await send(report, { headers });
    const spent = await send(report, { headers });
    expect([spent.status, spent.headers]).toMatchObject([429, { 'ratelimit-limit': '4' }]);
  });

  test('costs two writes more than one without, and knows its former names', async ({ engines }) => {
    const operationsOf = async (maxPerMinute: number | undefined) => {
      const { send } = await limitedSource(engines, maxPerMinute);
      await send(report);
      engines.table.meter.read();
      expect((await send(report)).status).toBe(201);
      return engines.table.meter.read().operations;
    };
    const free = await operationsOf(undefined);
    expect(await operationsOf(60)).toEqual(['UpdateItem', 'UpdateItem', ...free]);
    const { send } = await limitedSource(engines, 1, { aliases: ['oldlog'] });
    expect((await send(report, { source: 'oldlog' })).status).toBe(201);
    expect((await send(report)).status).toBe(429);
  });
});

test('a listener limited to so many calls a minute lets that many through', async ({ engines }) => {
  const { fire, clock, activity } = await listenerProject(engines, [], ({ externalListeners }) => {
    const closing = externalListeners.find(({ key }) => key === 'jiraclosed');
    if (closing !== undefined) closing.maxPerMinute = 2;
  });
  const close = async () => await fire('jiraclosed', undefined, { find: 'BUG-0001' });
  expect([(await close()).status, (await close()).status]).toEqual([200, 200]);
  const spent = await close();
  expect([spent.status, spent.json, spent.headers]).toMatchObject([
    429,
    { description: 'This listener takes 2 calls a minute from your address: try again in 60 seconds.' },
    { 'retry-after': '60', 'ratelimit-limit': '2' },
  ]);
  expect((await activity('jira'))[0]).toMatchObject({
    status: 429,
    reason: "the listener's rate from this address is spent",
  });
  clock.advance(60_000);
  expect((await close()).status).toBe(200);
});
