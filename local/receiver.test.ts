import { once } from 'node:events';
import { createServer } from 'node:http';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { createReceiver } from './receiver.ts';

let origin: string;
beforeEach(async () => {
  let issue = 0;
  const receive = createReceiver(() => {
    issue += 1;
    return issue;
  });
  const server = createServer((request, response) => {
    if (!receive(request, response)) response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = z.object({ port: z.number() }).parse(server.address());
  origin = `http://127.0.0.1:${address.port}`;
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
});

async function send(path: string, method = 'POST', body: string | Uint8Array<ArrayBuffer> | null = null) {
  const response = await fetch(origin + path, { method, body });
  return { status: response.status, text: await response.text() };
}

async function items(path = '') {
  const response = await fetch(`${origin}/receiver?path=${path}`, { headers: { accept: 'application/json' } });
  return z
    .object({ items: z.array(z.looseObject({ path: z.string(), body: z.string() })) })
    .parse(await response.json()).items;
}

describe('the receiver', () => {
  test('answers as Jira does to a new issue', async () => {
    const body = '{"fields":{"project":{"key":"APO"}}}';
    const { status, text } = await send('/receiver/jira/rest/api/2/issue', 'POST', body);
    expect(status).toBe(201);
    expect(JSON.parse(text)).toEqual({
      id: '10001',
      key: 'APO-1',
      self: `${origin}/receiver/jira/rest/api/2/issue/10001`,
    });
    expect(JSON.parse((await send('/receiver/jira/rest/api/2/issue')).text)).toMatchObject({
      id: '10002',
      key: 'LOCAL-2',
    });
  });

  test('answers as Jira does to a changed issue, and as Slack does', async () => {
    expect(await send('/receiver/jira/rest/api/2/issue/APO-1', 'PUT', '{}')).toEqual({ status: 204, text: '' });
    expect(await send('/receiver/slack', 'POST', '{}')).toEqual({ status: 200, text: 'ok' });
  });

  test('answers 200 elsewhere, and the status that a path asks for', async () => {
    expect((await send('/receiver/anything?a=1')).status).toBe(200);
    expect((await send('/receiver', 'POST')).status).toBe(200);
    expect((await send('/receiver/status/503')).status).toBe(503);
    expect((await send('/receiver/status/410/endpoint')).status).toBe(410);
  });

  test('leaves other paths to others', async () => {
    expect((await send('/receiverx')).status).toBe(404);
  });

  test('lists what came in, newest first, to the byte', async () => {
    const tricky = '{"text":"\\"quotes\\" \\\\ \\n 🐢 ((Summary)) <b>"}';
    await send('/receiver/slack', 'POST', 'first');
    await send('/receiver/slack?x=1', 'POST', tricky);
    await send('/receiver/other', 'PUT', new Uint8Array([0xff]));
    expect((await items()).map(({ path }) => path)).toEqual([
      '/receiver/other',
      '/receiver/slack?x=1',
      '/receiver/slack',
    ]);
    expect(await items('/receiver/slack')).toMatchObject([
      { method: 'POST', body: tricky, headers: { host: new URL(origin).host } },
      { body: 'first' },
    ]);
    expect(await items('/receiver/other')).toMatchObject([{ method: 'PUT', body: '/w==' }]);
  });

  test('keeps the last 500', async () => {
    for (let sent = 0; sent < 501; sent += 1) await send('/receiver/slack', 'POST', String(sent));
    const bodies = (await items()).map(({ body }) => body);
    expect([bodies.length, bodies.at(0), bodies.at(-1)]).toEqual([500, '500', '1']);
  });

  test('shows a page that cannot be made to run what was received', async () => {
    await send('/receiver/slack', 'POST', '<script>alert(1)</script>');
    const page = (await send('/receiver', 'GET')).text;
    expect(page).toContain('&#60;script&#62;alert(1)');
    expect(page).not.toContain('<script>alert');
  });

  test('says on an empty page what to expect', async () => {
    expect((await send('/receiver', 'GET')).text).toContain('Nothing yet.');
  });
});
