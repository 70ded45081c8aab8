import { describe, expect } from 'vitest';
import { switchInspector } from '../../adapters/dynamodb/inspector.ts';
import { inspectedCountKey } from '../../adapters/dynamodb/keys.ts';
import { findProject } from '../../adapters/dynamodb/projects.ts';
import { readAll } from '../../adapters/dynamodb/read-all.ts';
import { addingApp } from '../adding-app.ts';
import { admin, personClaims } from '../admin.ts';
import { applyDocument } from '../documents.ts';
import { type TestEngines, test } from '../engines.ts';
import { interposeOnce } from '../faults.ts';
import { listening } from '../listener.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { fixedClock } from '../seeded.ts';

async function inspectedProject(engines: TestEngines) {
  await seedKeys(engines.table);
  const seeded = await seedProject(engines.table, (document) => {
    document.automations = [];
  });
  const clock = fixedClock();
  const api = admin(engines, `${seeded.project}/admin`, clock);
  const path = `/projects/${seeded.project}`;
  const inspector = `${path}/inspector/sources/appcrashlog`;
  const call = api.asAdministrator;
  return {
    ...{ ...seeded, clock, api, path, inspector, call },
    ...receiver(engines, seeded, clock),
    open: async () => await call('POST', inspector),
    calls: async (): Promise<Record<string, unknown>[]> => Object((await call('GET', inspector)).json).items,
  };
}

describe('an inspector', () => {
  test('keeps the calls of its source for an hour, accepted or not, with pointers to pick from', async ({
    engines,
  }) => {
    const { send, clock, open, calls, call, inspector } = await inspectedProject(engines);
    await send({ summary: 'Before' });
    expect(await open()).toMatchObject({ status: 200, json: { until: '2026-11-21T10:00:00.000Z' } });
    clock.advance(10_000);
    const device = { os: { version: '19.1' }, 'a/b~c': [1, 2] };
    await send({ summary: 'It crashed', device }, { query: 'x=1' });
    clock.advance(1_000);
    await send({ summary: '' });
    clock.advance(1_000);
    await send('{"summary": nope, "password": "geheim"}');
    expect(await calls()).toEqual([
      expect.objectContaining({ status: 400, outcome: 'refused', text: '{"summary": nope, "password": "***"}' }),
      expect.objectContaining({ status: 400, outcome: 'refused', json: { summary: '' } }),
      {
        at: '2026-11-21T09:00:10.000Z',
        requestId: 'request-2',
        ...{ method: 'POST', query: 'x=1', contentType: 'application/json' },
        ...{ status: 201, outcome: 'accepted', ticket: 'BUG-0002' },
        bytes: 73,
        json: { summary: 'It crashed', device },
        pointers: [
          { pointer: '/summary', example: 'It crashed' },
          { pointer: '/device/os/version', example: '19.1' },
          { pointer: '/device/a~1b~0c/0', example: 1 },
          { pointer: '/device/a~1b~0c/1', example: 2 },
        ],
      },
    ]);
    clock.advance(3_600_000);
    await send({ summary: 'Afterwards' });
    expect(await calls()).toHaveLength(3);
    expect(Object((await call('GET', inspector)).json).until).toBeUndefined();
    clock.advance(24 * 3_600_000);
    expect(await calls()).toEqual([]);
  });

  test('keeps the last 20, and is empty once it is closed', async ({ engines }) => {
    const { send, clock, open, calls, call, inspector } = await inspectedProject(engines);
    await open();
    for (let place = 1; place <= 23; place += 1) {
      await send({ summary: `Number ${place}` });
      clock.advance(1_000);
    }
    const kept = (await calls()).map(({ json }) => Object(json).summary);
    expect(kept).toEqual(Array.from({ length: 20 }, (_, place) => `Number ${23 - place}`));
    expect((await call('DELETE', inspector)).status).toBe(204);
    // It may take some seconds until that is known everywhere.
    await send({ summary: 'Just after' });
    expect((await call('GET', inspector)).json).toEqual({ items: [] });
  });

  test('masks what looks like a secret, our keys and the secrets of the project, and none of it lies in the table', async ({
    engines,
  }) => {
    const { send, call, path, open, calls, keyOf, project } = await inspectedProject(engines);
    await call('PUT', `${path}/secrets/jira`, { body: { value: 'c2VjcmV0LXZhbHVl' } });
    await open();
    const key = keyOf('mobile');
    await send(
      {
        ...{ summary: `Call with ${key}!`, description: 'has c2VjcmV0LXZhbHVl in it' },
        ...{ password: 'p', nested: { apiToken: { a: 1, b: ['x'] }, Authorization: 'Basic abc' }, passed: true },
      },
      { query: `apiKey=${key}&dryRun=true&token=abc` },
    );
    const [call1] = await calls();
    expect(call1).toMatchObject({
      query: 'apiKey=***&dryRun=true&token=***',
      json: {
        summary: 'Call with ***!',
        description: 'has *** in it',
        password: '***',
        nested: { apiToken: { a: '***', b: ['***'] }, Authorization: '***' },
        passed: true,
      },
    });
    expect(JSON.stringify(call1)).not.toContain(key);
    const stored = JSON.stringify(await itemsOf(engines, project));
    for (const text of [key, 'c2VjcmV0LXZhbHVl', 'Basic abc', 'Call with']) expect(stored).not.toContain(text);
  });

  test('keeps what listeners are sent, whatever it is', async ({ engines }) => {
    const { project, document, keyOf, clock, call, path } = await inspectedProject(engines);
    const jira = `${path}/inspector/listeners/jirastatus`;
    await call('POST', jira);
    const { fire } = listening(engines, { project, document, keyOf }, clock);
    const typed = (type: string) => ({ find: 'BUG-0001', headers: { 'content-type': type } });
    await fire('jirastatus', '<xml secret="hidden"/>', typed('text/xml'));
    clock.advance(1);
    const form = `payload=${encodeURIComponent('{"issue":{"key":"APO-1"}}')}`;
    await fire('jirastatus', form, typed('application/x-www-form-urlencoded'));
    expect(Object((await call('GET', jira)).json).items).toMatchObject([
      { json: { issue: { key: 'APO-1' } }, pointers: [{ pointer: '/issue/key', example: 'APO-1' }] },
      { status: 200, outcome: 'missing', text: '<xml secret="***"/>', query: 'find=BUG-0001' },
    ]);
  });

  test('keeps what an app adds to its ticket later', async ({ engines }) => {
    const { project, clock, change, comment } = await addingApp(engines);
    const call = admin(engines, `${project}/inspecting`, clock).asAdministrator;
    const inspector = `/projects/${project}/inspector/sources/appcrashlog`;
    expect((await call('POST', inspector)).status).toBe(200);
    clock.advance(10_000);
    await change({ occurrences: 12 });
    clock.advance(1_000);
    await comment({ text: 'Again, with password: a b' });
    expect(Object((await call('GET', inspector)).json).items).toMatchObject([
      { method: 'POST', status: 201, ticket: 'BUG-0001', json: { text: 'Again, with password: ***' } },
      { method: 'PATCH', status: 200, ticket: 'BUG-0001', json: { occurrences: 12 } },
    ]);
  });

  test('of an unknown endpoint is 404, and is for those who manage the project', async ({ engines }) => {
    const { call, path, api, inspector } = await inspectedProject(engines);
    for (const method of ['GET', 'POST', 'DELETE']) {
      expect((await call(method, `${path}/inspector/sources/nothing`)).status).toBe(404);
      expect((await call(method, `${path}/inspector/listeners/appcrashlog`)).status).toBe(404);
      expect((await api.as(personClaims('ada@example.com'))(method, inspector)).status).toBe(403);
    }
  });

  test('opens beside another that is opened at once', async ({ engines }) => {
    const { call, path, project } = await inspectedProject(engines);
    const names = ['sources/appcrashlog', 'sources/webform', 'listeners/jirastatus', 'listeners/devnote'];
    const opened = await Promise.all(names.map(async (name) => await call('POST', `${path}/inspector/${name}`)));
    expect(opened.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const { inspected = {} } = (await findProject(engines.table, project)) ?? {};
    expect(Object.keys(inspected).toSorted()).toEqual(names.toSorted());
  });

  test('stays open while a document is applied at the same time', async ({ engines }) => {
    const { call, path, project, open } = await inspectedProject(engines);
    const { json, headers } = await call('GET', `${path}/document`);
    const stop = interposeOnce(engines.table, async () => await open());
    const changed = { ...Object(json), project: { key: project, name: 'Renamed' } };
    expect((await applyDocument(call, `${path}/document`, changed, headers.etag)).status).toBe(200);
    stop();
    expect(await findProject(engines.table, project)).toMatchObject({
      ...{ name: 'Renamed', version: 2 },
      inspected: { 'sources/appcrashlog': '2026-11-21T10:00:00.000Z' },
    });
  });

  test('costs nothing where nobody opened it, and fails no call where it cannot write', async ({ engines }) => {
    const { send, clock, open, calls, project } = await inspectedProject(engines);
    await send({ summary: 'Warms the caches' });
    engines.table.meter.read();
    await send({ summary: 'x' });
    expect(engines.table.meter.read().operations).toHaveLength(4);
    await open();
    await switchInspector(engines.table, { project, name: 'sources/other' }, '2026-11-21T10:00:00.000Z');
    clock.advance(10_000);
    const name = 'brokenInspector';
    engines.table.client.middlewareStack.add(
      (next) => async (args) => {
        if (JSON.stringify(args.input).includes('INSPECTED#')) throw new Error('injected');
        return await next(args);
      },
      { step: 'initialize', name },
    );
    expect((await send({ summary: 'y' })).status).toBe(201);
    engines.table.client.middlewareStack.remove(name);
    expect(await calls()).toEqual([]);
  });
});

async function itemsOf({ table }: TestEngines, project: string): Promise<unknown[]> {
  const { pk } = inspectedCountKey(project, 'sources/appcrashlog');
  const items = await readAll(table, { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } });
  expect(items).toHaveLength(2);
  return items;
}
