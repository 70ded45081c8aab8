import { describe, expect } from 'vitest';
import * as z from 'zod';
import { findProject } from '../../adapters/dynamodb/projects.ts';
import { admin, personClaims } from '../admin.ts';
import { applyDocument, openProject, yaml } from '../documents.ts';
import { test } from '../engines.ts';
import { interposeOnce } from '../faults.ts';
import { seedProject } from '../project.ts';
import { fixedClock } from '../seeded.ts';

const day = 24 * 60 * 60 * 1_000;
const Page = z.object({ items: z.array(z.looseObject({ version: z.int() })), cursor: z.string().optional() });

describe('a document in two terminals', () => {
  test('wins once when applied at once, and the other is told who was faster', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator, as } = admin(engines, key);
    const { headers } = await applyDocument(asAdministrator, path, document);
    const pm = as(personClaims('pm@example.com'));
    const undo = interposeOnce(engines.table, async () => {
      const faster = await applyDocument(pm, path, document.replace('Apollo Beta', 'Fast'), headers.etag);
      expect(faster.status).toBe(200);
    });
    const slower = await applyDocument(asAdministrator, path, document.replace('Apollo Beta', 'Slow'), headers.etag);
    undo();
    expect(slower).toMatchObject({
      status: 412,
      json: {
        description:
          'The document in force is version 2, applied by pm@example.com at 2026-11-21T09:00:00.000Z: not the one that If-Match names. Read it again and bring your change to it.',
      },
    });
    expect((await asAdministrator('GET', path)).json).toMatchObject({ project: { name: 'Fast' } });
    // What lost the race expires; what won does not.
    expect((await asAdministrator('GET', `${path}/versions/2`)).json).toMatchObject({ project: { name: 'Fast' } });
  });

  test('that make the project is told so without If-Match, and with one where there is none', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    expect((await applyDocument(asAdministrator, path, document, '"1-x"')).json).toMatchObject({
      status: 412,
      description: 'There is no such project yet: leave If-Match out to make it.',
    });
    const undo = interposeOnce(engines.table, async () => await applyDocument(asAdministrator, path, document));
    const slower = await applyDocument(asAdministrator, path, document);
    undo();
    expect(slower.json).toMatchObject({
      status: 412,
      description: expect.stringContaining('version 1, applied by root@example.com'),
    });
  });
});

test('a document that changes in more places than an answer holds is applied, and the answer counts the rest', async ({
  engines,
}) => {
  const { key, path } = await openProject(engines);
  const { asAdministrator } = admin(engines, key);
  const names = Array.from({ length: 60_000 }, (_, place) => `v${place}`);
  const documentOf = (value: string) => {
    return { project: { key, name: 'A' }, variables: Object.fromEntries(names.map((name) => [name, value])) };
  };
  const { headers } = await applyDocument(asAdministrator, path, documentOf('a'));
  const { status, json } = await applyDocument(asAdministrator, path, documentOf('b'), headers.etag);
  const { version, changes, moreChanges } = Object(json);
  expect({ status, version, all: changes.length + moreChanges }).toEqual({ status: 200, version: 2, all: 60_000 });
  expect(Buffer.byteLength(JSON.stringify(json))).toBeLessThan(4_000_000);
  const compared = await asAdministrator('GET', `${path}/versions/2/changes`);
  expect(Object(compared.json).moreChanges).toBe(moreChanges);
});

describe('what GET answers', () => {
  test('is equal to what was applied, to the order of its properties', async ({ engines }) => {
    const { key, path } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const first = { project: { key, name: 'A' }, variables: { b: '1', a: '2' }, teams: [{ name: 'T', key: 't' }] };
    const { headers } = await applyDocument(asAdministrator, path, first);
    expect((await asAdministrator('GET', path)).text).toBe(JSON.stringify(first));
    const turned = {
      teams: [{ key: 't', name: 'T' }],
      filters: [],
      project: first.project,
      variables: { a: '2', b: '1' },
    };
    const second = await applyDocument(asAdministrator, path, turned, headers.etag);
    expect(second.json).toMatchObject({ version: 2, changes: [{ kind: 'added', path: 'filters', to: [] }] });
    expect((await asAdministrator('GET', path)).text).toBe(JSON.stringify(turned));
  });

  test('has the members as they are now where that is asked for', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    await applyDocument(asAdministrator, path, document);
    const { json } = await asAdministrator('GET', `${path}?members=true`);
    const emails = Object(json).members.map(({ email }: { email: string }) => email);
    expect(emails).toEqual([...emails].sort());
    expect(emails).toContain('jim@example.com');
    expect(Object((await asAdministrator('GET', path)).json)).not.toHaveProperty('members');
  });
});

describe('the versions of a document', () => {
  test('are listed newest first, each with who applied it and how much it changed', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const clock = fixedClock();
    const { asAdministrator, as } = admin(engines, key, clock);
    const { headers } = await applyDocument(asAdministrator, path, document);
    clock.advance(1_000);
    const pm = as(personClaims('pm@example.com'));
    const second = await applyDocument(pm, path, document.replace('Apollo Beta', 'Apollo 2'), headers.etag);
    // The same again is no version.
    await applyDocument(pm, path, document.replace('Apollo Beta', 'Apollo 2'), second.headers.etag);
    const { json } = await asAdministrator('GET', `${path}/versions`);
    expect(json).toEqual({
      items: [
        {
          version: 2,
          etag: second.headers.etag?.replaceAll('"', ''),
          at: '2026-11-21T09:00:01.000Z',
          by: 'pm@example.com',
          changes: 1,
        },
        {
          version: 1,
          etag: headers.etag?.replaceAll('"', ''),
          at: '2026-11-21T09:00:00.000Z',
          by: 'root@example.com',
          changes: expect.any(Number),
        },
      ],
    });
    const page = Page.parse((await asAdministrator('GET', `${path}/versions?limit=1`)).json);
    expect(page.items.map(({ version }) => version)).toEqual([2]);
    const rest = await asAdministrator('GET', `${path}/versions?limit=1&cursor=${page.cursor}`);
    expect(Page.parse(rest.json).items.map(({ version }) => version)).toEqual([1]);
  });

  test('can be read as JSON and YAML, compared, and restored by applying them', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const first = await applyDocument(asAdministrator, path, document);
    const before = await asAdministrator('GET', path);
    const changed = document.replace('Apollo Beta', 'Apollo 2');
    const second = await applyDocument(asAdministrator, path, changed, first.headers.etag);
    const old = await asAdministrator('GET', `${path}/versions/1`);
    expect(old.json).toEqual(before.json);
    expect(old.headers).not.toHaveProperty('etag');
    const change = { path: 'project.name', from: 'Apollo Beta', to: 'Apollo 2' };
    expect((await asAdministrator('GET', `${path}/versions/2/changes`)).json).toEqual({
      version: 2,
      against: 1,
      changes: [{ kind: 'changed', ...change }],
    });
    expect((await asAdministrator('GET', `${path}/versions/1/changes?against=2`)).json).toMatchObject({
      changes: [{ kind: 'changed', path: 'project.name', from: 'Apollo 2', to: 'Apollo Beta' }],
    });
    expect((await asAdministrator('GET', `${path}/versions/1/changes`)).json).toMatchObject({ against: 0 });
    const text = await asAdministrator('GET', `${path}/versions/1`, { headers: { accept: 'application/yaml' } });
    const headers = { ...yaml, 'if-match': second.headers.etag ?? '' };
    const restored = await asAdministrator('PUT', path, { headers, body: text.text });
    expect(restored).toMatchObject({ status: 200, json: { version: 3 } });
    expect((await asAdministrator('GET', path)).text).toBe(before.text);
  });

  test('are kept for 90 days once superseded', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const clock = fixedClock();
    const { asAdministrator } = admin(engines, key, clock);
    const { headers } = await applyDocument(asAdministrator, path, document);
    await applyDocument(asAdministrator, path, document.replace('Apollo Beta', 'Apollo 2'), headers.etag);
    clock.advance(90 * day - 1_000);
    expect((await asAdministrator('GET', `${path}/versions/1`)).status).toBe(200);
    clock.advance(2_000);
    expect((await asAdministrator('GET', `${path}/versions/1`)).status).toBe(404);
    expect(Page.parse((await asAdministrator('GET', `${path}/versions`)).json).items).toHaveLength(1);
    expect((await asAdministrator('GET', `${path}/versions/2/changes`)).json).toMatchObject({
      status: 400,
      errors: [{ parameter: 'against', message: expect.stringContaining('90 days') }],
    });
  });

  test.for(['0', '3', '-1', '1.0', '01', 'x', '1e1', '9999999999'])(
    'such as %j that are not there are 404',
    async (version, { engines }) => {
      const { key, path } = await openProject(engines);
      const { asAdministrator } = admin(engines, key);
      await applyDocument(asAdministrator, path, { project: { key, name: 'A' } });
      for (const rest of ['', '/changes']) {
        expect((await asAdministrator('GET', `${path}/versions/${version}${rest}`)).status).toBe(404);
      }
    },
  );

  test('are no business of other projects, and empty where a project has none', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const { as } = admin(engines, project);
    const observer = as(personClaims('ada@example.com'));
    expect((await observer('GET', `/projects/${project}/document/versions`)).json).toEqual({ items: [] });
    const nobody = as(personClaims('eve@example.com'));
    expect((await nobody('GET', `/projects/${project}/document/versions`)).status).toBe(404);
    expect((await findProject(engines.table, project))?.version).toBe(1);
  });
});
