import { describe, expect } from 'vitest';
import { listActivity } from '../../adapters/dynamodb/activity.ts';
import { admin } from '../admin.ts';
import { type TestEngines, test } from '../engines.ts';
import { seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { fixedClock } from '../seeded.ts';

let made = 0;

/** A key of a test's own, which opens the example's crash log. */
async function keyWith(engines: TestEngines, settings: object = {}) {
  made += 1;
  const prefix = `limit-${process.pid}-${made}`;
  const clock = fixedClock();
  const seeded = await seedProject(engines.table, (document) => {
    const [source] = document.externalSources;
    if (source !== undefined) source.apiKey = prefix;
  });
  const { asAdministrator } = admin(engines, prefix, clock);
  const created = await asAdministrator('POST', '/api-keys', { body: { prefix, name: 'Limited', ...settings } });
  expect(created.status).toBe(201);
  const { send } = receiver(engines, seeded, clock);
  const key: string = Object(created.json).key;
  return {
    ...{ clock, prefix, key, asAdministrator },
    path: `/api-keys/${prefix}`,
    report: async (body: object = { summary: 'It crashed' }, secret = key) =>
      await send(body, { headers: { 'x-api-key': secret } }),
    check: async () => await send({ summary: 'It crashed' }, { query: 'dryRun=true', headers: { 'x-api-key': key } }),
    async activity() {
      const { items } = await listActivity(engines.table, { apiKey: prefix }, { limit: 200, now: clock.now() });
      return items;
    },
  };
}

describe('an API key', () => {
  test('limited to 60 a minute lets 60 through and says when to come back', async ({ engines }) => {
    const { report, clock, activity } = await keyWith(engines, { maxPerMinute: 60 });
    const first = await report();
    expect([first.status, first.headers]).toMatchObject([
      201,
      { 'ratelimit-limit': '60', 'ratelimit-remaining': '59', 'ratelimit-reset': '60' },
    ]);
    clock.advance(20_000);
    const statuses = [];
    for (let call = 2; call <= 60; call += 1) statuses.push((await report()).status);
    expect(new Set(statuses)).toEqual(new Set([201]));
    const spent = await report();
    expect([spent.status, spent.json, spent.headers]).toMatchObject([
      429,
      { status: 429, description: 'This API key may make 60 calls a minute: try again in 40 seconds.' },
      { 'retry-after': '40', 'ratelimit-remaining': '0', 'ratelimit-reset': '40' },
    ]);
    clock.advance(40_000 - 1);
    expect((await report()).status).toBe(429);
    clock.advance(1);
    expect((await report()).status).toBe(201);
    expect((await activity()).filter(({ status }) => status === 429)).toMatchObject([
      { outcome: 'refused', reason: "the key's rate is spent" },
      { outcome: 'refused' },
    ]);
  });

  test('lets no more through where many call at the same moment', async ({ engines }) => {
    const { report } = await keyWith(engines, { maxPerMinute: 5 });
    const answers = await Promise.all(Array.from({ length: 20 }, async () => (await report()).status));
    expect(answers.filter((status) => status === 201)).toHaveLength(5);
    expect(answers.filter((status) => status === 429)).toHaveLength(15);
  });

  test.for<[string, string[], number]>([
    ['in the list', ['203.0.113.0/24', '127.0.0.0/8'], 201],
    ['outside of it', ['203.0.113.0/24', '2001:db8::/32'], 403],
  ])('used from an address %s is answered %s', async ([, allowedCidrs, status], { engines }) => {
    const { report, activity } = await keyWith(engines, { allowedCidrs });
    expect((await report()).status).toBe(status);
    const [entry] = await activity();
    expect(entry).toMatchObject({ status, address: '127.0.0.1' });
    if (status === 403) expect(entry).toMatchObject({ reason: 'the address is not allowed for this key' });
  });

  test('that is disabled or has ended gets the answer of an unknown one, within 10 seconds', async ({ engines }) => {
    const { report, asAdministrator, path, clock, prefix } = await keyWith(engines);
    const unknown = { status: 401, description: 'The API key is not valid.' };
    expect((await report()).status).toBe(201);
    expect((await asAdministrator('PATCH', path, { body: { enabled: false } })).json).toMatchObject({
      prefix,
      enabled: false,
    });
    clock.advance(10_000);
    expect((await report()).json).toEqual(unknown);
    const validUntil = new Date(clock.now() + 1_000).toISOString();
    await asAdministrator('PATCH', path, { body: { enabled: true, validUntil } });
    expect((await report()).status).toBe(201);
    clock.advance(1_000);
    expect((await report()).json).toEqual(unknown);
    await asAdministrator('PATCH', path, { body: { validUntil: null } });
    expect((await report()).status).toBe(201);
  });

  test('A revoked key stops within 10 s while 50 requests/s run', async ({ engines }) => {
    const { check, asAdministrator, path, clock } = await keyWith(engines);
    const run = async (seconds: number) => {
      const statuses = [];
      for (let call = 0; call < 50 * seconds; call += 1) {
        statuses.push((await check()).status);
        clock.advance(20);
      }
      return statuses;
    };
    expect(new Set(await run(2))).toEqual(new Set([200]));
    expect((await asAdministrator('DELETE', path)).status).toBe(204);
    const during = await run(10);
    const firstRefused = during.indexOf(401);
    expect(new Set(during.slice(firstRefused))).toEqual(new Set([401]));
    expect(new Set(await run(1))).toEqual(new Set([401]));
  });

  test('that is rotated works with both secrets for the overlap, and the new one at once', async ({ engines }) => {
    const { report, asAdministrator, path, clock, key } = await keyWith(engines);
    expect((await report()).status).toBe(201);
    const rotated = await asAdministrator('POST', `${path}/rotate`, { body: { overlap: '1h' } });
    expect(rotated).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    const { key: fresh, previousValidUntil } = Object(rotated.json);
    expect(previousValidUntil).toBe('2026-11-21T10:00:00.000Z');
    expect(fresh).not.toBe(key);
    expect((await report(undefined, fresh)).status).toBe(201);
    expect((await report(undefined, key)).status).toBe(201);
    clock.advance(60 * 60 * 1_000);
    expect((await report(undefined, key)).status).toBe(401);
    expect((await report(undefined, fresh)).status).toBe(201);
    const shown = await asAdministrator('GET', path);
    expect(shown.text).not.toContain(fresh.slice(-43));
    expect(shown.text).not.toMatch(/"hash"|"previous"/);
  });

  test('shows what was refused, page by page, however much else crossed', async ({ engines }) => {
    const { report, clock, asAdministrator, path } = await keyWith(engines);
    for (let call = 0; call < 12; call += 1) {
      expect((await report({ summary: call % 4 === 0 ? '' : 'It crashed' })).status).toBe(call % 4 === 0 ? 400 : 201);
      clock.advance(call === 5 ? 3 * 60 * 60 * 1_000 : 1_000);
    }
    const seen = [];
    let pages = 0;
    let cursor: string | undefined;
    do {
      const query = `?outcome=refused&limit=2${cursor === undefined ? '' : `&cursor=${cursor}`}`;
      const { status, json } = await asAdministrator('GET', `${path}/activity${query}`);
      expect(status).toBe(200);
      seen.push(...Object(json).items);
      cursor = Object(json).cursor;
      pages += 1;
    } while (cursor !== undefined);
    expect(pages).toBeGreaterThan(1);
    expect(seen.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'refused']);
    expect(seen.map(({ at }) => at)).toEqual(
      seen
        .map(({ at }) => at)
        .toSorted()
        .reverse(),
    );
    expect(seen[0]).toMatchObject({ reason: expect.stringContaining('summary') });
    const all = await asAdministrator('GET', `${path}/activity?limit=200`);
    expect(Object(all.json).items).toHaveLength(12);
    const first = await asAdministrator('GET', `${path}/activity?outcome=refused&limit=2`);
    const stolen = await asAdministrator('GET', `${path}/activity?limit=2&cursor=${Object(first.json).cursor}`);
    expect(stolen.status).toBe(400);
  });

  test('says when it was used last, to the hour', async ({ engines }) => {
    const { report, asAdministrator, path, prefix, clock } = await keyWith(engines);
    const lastUsedAt = async () => Object((await asAdministrator('GET', path)).json).lastUsedAt;
    expect(await lastUsedAt()).toBeUndefined();
    await report();
    expect(await lastUsedAt()).toBe('2026-11-21T09:00:00.000Z');
    clock.advance(30 * 60 * 1_000);
    await report();
    expect(await lastUsedAt()).toBe('2026-11-21T09:00:00.000Z');
    clock.advance(31 * 60 * 1_000);
    await report();
    expect(await lastUsedAt()).toBe('2026-11-21T10:01:00.000Z');
    const { items } = Object((await asAdministrator('GET', '/api-keys?limit=200')).json);
    const listed = items.find((key: { prefix: string }) => key.prefix === prefix);
    expect(listed).toMatchObject({ lastUsedAt: '2026-11-21T10:01:00.000Z' });
  });

  test('is changed and made with every problem named at once', async ({ engines }) => {
    const { asAdministrator, path } = await keyWith(engines);
    const wrong = { allowedCidrs: ['203.0.113.0/33', 'example.com'], validUntil: 'soon', maxPerMinute: 0, hash: 'x' };
    const named = [
      'allowedCidrs.0 invalid_text',
      'allowedCidrs.1 invalid_text',
      'validUntil invalid_date',
      'maxPerMinute out_of_range',
      'hash not_allowed',
    ];
    for (const [method, to, body] of [
      ['PATCH', path, wrong],
      ['POST', '/api-keys', { prefix: 'fresh', name: 'Fresh', ...wrong }],
    ] as const) {
      const { status, json } = await asAdministrator(method, to, { body });
      expect(status).toBe(400);
      const errors: { parameter: string; code: string }[] = Object(json).errors;
      expect(errors.map(({ parameter, code }) => `${parameter} ${code}`)).toEqual(named);
    }
    expect((await asAdministrator('PATCH', '/api-keys/nobody', { body: {} })).status).toBe(404);
    expect((await asAdministrator('POST', '/api-keys/nobody/rotate')).status).toBe(404);
    expect((await asAdministrator('POST', `${path}/rotate`, { body: { overlap: '31d' } })).status).toBe(400);
  });
});
