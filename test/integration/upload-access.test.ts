import { describe, expect } from 'vitest';
import { type TestEngines, test } from '../engines.ts';
import { fileProject } from '../file-project.ts';

const declaration = { fileName: 'crash.log', contentType: 'text/plain', size: 5 };
const json = { 'content-type': 'application/json' };
const day = 24 * 60 * 60 * 1_000;
const gone = { status: 404, description: 'The requested resource could not be found.' };

/** A ticket, the path that takes its files, and the capability of its crash log. */
async function ticketWithFiles(engines: TestEngines) {
  const project = await fileProject(engines);
  const { ticket, crashLog, screenshot } = await project.report();
  const { pathname, search } = new URL(crashLog.endpoint);
  const path = (more: { source?: string; ticket?: string; parameter?: string; project?: string } = {}) => {
    const { source = 'appcrashlog', parameter = 'crashLog' } = more;
    return `/api/v1/projects/${more.project ?? project.project}/feedback/${source}/${more.ticket ?? ticket}/files/${parameter}`;
  };
  return {
    ...project,
    ...{ ticket, pathname, search, path, screenshot, crashLog },
    byKey: async (to: string, prefix = 'mobile') =>
      await project.call(to, { body: declaration, headers: { ...json, 'x-api-key': project.keyOf(prefix) } }),
    byNobody: async (to: string) => await project.call(to, { body: declaration, headers: json }),
  };
}

describe('files may be added', () => {
  test('with the capability alone, with the key alone, and with both', async ({ engines }) => {
    const { byKey, byNobody, path, search } = await ticketWithFiles(engines);
    const answers = [await byNobody(path() + search), await byKey(path()), await byKey(path() + search)];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  });

  test('with the capability beside another source’s key, which does no harm', async ({ engines }) => {
    const { byKey, path, search } = await ticketWithFiles(engines);
    expect((await byKey(path() + search, 'web')).status).toBe(201);
    expect((await byKey(path(), 'web')).status).toBe(403);
  });

  test('for 7 days after the ticket was created, and to an upload in parts for 7 days after it began', async ({
    engines,
  }) => {
    const { byKey, byNobody, path, search, clock, declare, crashLog, call } = await ticketWithFiles(engines);
    clock.advance(7 * day - 1);
    const late = await declare(crashLog.endpoint, { ...declaration, multipart: true });
    expect(late.status).toBe(201);
    const upload = late.added?.upload;
    clock.advance(1);
    expect(await byNobody(path() + search)).toMatchObject({
      status: 401,
      json: { description: expect.stringContaining('has expired') },
    });
    expect(await byKey(path())).toMatchObject({
      status: 403,
      json: { description: expect.stringContaining('7 days') },
    });
    if (upload === undefined || !('sign' in upload)) throw new Error('it should come in parts');
    const sign = async () => await call(upload.sign, { body: { parts: [1] }, headers: json });
    clock.advance(7 * day - 2);
    expect((await sign()).status).toBe(200);
    clock.advance(1);
    expect((await sign()).status).toBe(401);
  });

  test('under a former name of the source, also to tickets that came under it', async ({ engines }) => {
    const before = await ticketWithFiles(engines);
    const renamed = await fileProject(engines, {
      change: (document) => {
        const [source] = document.externalSources;
        if (source !== undefined) source.aliases = ['oldname'];
      },
    });
    const { crashLog, ticket } = await renamed.report();
    const { search } = new URL(crashLog.endpoint);
    const to = before.path({ project: renamed.project, source: 'oldname', ticket }) + search;
    expect((await renamed.call(to, { body: declaration, headers: json })).status).toBe(201);
  });
});

describe('a capability', () => {
  test('opens one field of one ticket of one project, for that alone', async ({ engines }) => {
    const one = await ticketWithFiles(engines);
    const other = await ticketWithFiles(engines);
    await one.report();
    const refused = [
      one.path({ parameter: 'screenshot' }),
      one.path({ ticket: 'BUG-0002' }),
      one.path({ project: other.project }),
      one.path({ project: 'nobody' }),
      one.path({ source: 'webform', ticket: 'IDEA-0001', parameter: 'title' }),
    ];
    for (const to of refused) {
      expect(await one.byNobody(to + one.search), to).toMatchObject({
        status: 401,
        json: { description: expect.stringContaining('is not valid here') },
      });
    }
    const { json: added } = await one.byNobody(one.path() + one.search);
    const part = Object(added).upload.sign.replace(/.*\?/, '?');
    expect((await one.byNobody(one.path() + part)).status).toBe(401);
  });

  test.for([
    ['that was changed', (text: string) => `${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`],
    ['that was cut', (text: string) => text.slice(0, -4)],
    ['that is empty', () => '?upload='],
    ['that is very long', () => `?upload=${'A'.repeat(5_000)}`],
  ] as const)('%s opens nothing', async ([, change], { engines }) => {
    const { byNobody, path, search } = await ticketWithFiles(engines);
    expect((await byNobody(path() + change(search))).status).toBe(401);
  });
});

describe('a file for', () => {
  test.for<[string, { source?: string; ticket?: string; parameter?: string }, string]>([
    ['a ticket that is none', { ticket: 'BUG-9999' }, 'mobile'],
    ['what is no id of a ticket', { ticket: 'bug' }, 'mobile'],
    ['a ticket of another source', { source: 'webform', parameter: 'title' }, 'web'],
    ['a field that is no attachment', { parameter: 'summary' }, 'mobile'],
    ['a parameter that is none', { parameter: 'nothing' }, 'mobile'],
    ['the field’s key in place of its parameter', { parameter: 'crash-log' }, 'mobile'],
    ['a source that is none', { source: 'nothing' }, 'mobile'],
  ])('%s is refused with 404', async ([, to, prefix], { engines }) => {
    const { byKey, path } = await ticketWithFiles(engines);
    expect(await byKey(path(to), prefix)).toMatchObject({ status: 404, json: gone });
  });

  test('a source without attachment fields is refused with 404', async ({ engines }) => {
    const { send, keyOf, byKey, path } = await ticketWithFiles(engines);
    const idea = { title: 'An idea', email: 'jim@example.com', state: 'New' };
    const created = await send(idea, { source: 'webform', headers: { 'x-api-key': keyOf('web') } });
    expect(created.json).toMatchObject({ ticket: { id: 'IDEA-0001' }, files: [] });
    expect((await byKey(path({ source: 'webform', ticket: 'IDEA-0001', parameter: 'title' }), 'web')).status).toBe(404);
  });
});

test.for<[string, Record<string, string>, string, number]>([
  ['text', { 'content-type': 'text/plain' }, 'x', 415],
  ['a form of fields', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=b', 415],
  ['no JSON', json, '{', 400],
  ['a list', json, '[]', 400],
  ['nothing', json, '', 400],
  ['a megabyte of JSON', json, JSON.stringify({ fileName: 'x'.repeat(1_048_576) }), 413],
])('a body that is %s is refused', async ([, headers, body, expected], { engines }) => {
  const { call, path, search } = await ticketWithFiles(engines);
  expect((await call(path() + search, { body, headers })).status).toBe(expected);
});

test('what becomes of a file is answered for its own field alone', async ({ engines }) => {
  const { call, path, search, byNobody, screenshot } = await ticketWithFiles(engines);
  const { json: added } = await byNobody(path() + search);
  const { id } = Object(added).attachment;
  expect((await call(`${path()}/${id}${search}`, { method: 'GET' })).json).toMatchObject({
    status: 200,
    attachment: { id, state: 'pending' },
  });
  const elsewhere = `${path({ parameter: 'screenshot' })}/${id}${new URL(screenshot.endpoint).search}`;
  expect((await call(elsewhere, { method: 'GET' })).status).toBe(404);
  for (const nobody of ['nobody', 'a'.repeat(3_000), 'a%23b']) {
    expect((await call(`${path()}/${nobody}${search}`, { method: 'GET' })).status).toBe(404);
  }
});

test('a page of an allowed origin may read what is answered', async ({ engines }) => {
  const origin = 'https://forms.example.com';
  const { call, report } = await fileProject(engines, {
    change: (document) => {
      const [source] = document.externalSources;
      if (source !== undefined) source.allowedOrigins = [origin];
    },
  });
  const { crashLog } = await report();
  const { headers } = await call(crashLog.endpoint, { body: declaration, headers: { ...json, origin } });
  expect(headers['access-control-allow-origin']).toBe(origin);
  const other = await call(crashLog.endpoint, { body: {}, headers: { ...json, origin: 'https://evil.example.com' } });
  expect(other.headers).not.toHaveProperty('access-control-allow-origin');
});

test('the activity of the key says what was added and what was refused, by the capability that of the project', async ({
  engines,
}) => {
  const { byKey, byNobody, path, search, ask, project, ticket } = await ticketWithFiles(engines);
  await byKey(path());
  await byKey(path({ parameter: 'nothing' }));
  await byNobody(path() + search);
  const { json: page } = await ask('GET', '/api-keys/mobile/activity?limit=200');
  const own = Object(page).items.filter((entry: { project: string }) => entry.project === project);
  expect(own.slice(0, 2).toSorted((a: { status: number }, b: { status: number }) => a.status - b.status)).toMatchObject(
    [
      { status: 201, outcome: 'accepted', ticket, route: path() },
      { status: 404, outcome: 'refused', reason: gone.description },
    ],
  );
  expect(JSON.stringify(own)).not.toContain('upload=');
});
