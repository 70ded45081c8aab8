import { describe, expect } from 'vitest';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import { findProject } from '../../adapters/dynamodb/projects.ts';
import { admin, personClaims } from '../admin.ts';
import { applyDocument, openProject, yaml } from '../documents.ts';
import { test } from '../engines.ts';
import { seedKeys, seedProject } from '../project.ts';

describe('applying a document', () => {
  test('makes the project, its members and its first version', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const answer = await applyDocument(asAdministrator, path, document);
    expect(answer).toMatchObject({
      status: 200,
      json: {
        version: 1,
        changes: expect.arrayContaining([{ kind: 'added', path: 'project', to: { key, name: 'Apollo Beta' } }]),
        notYet: expect.arrayContaining([expect.stringContaining('dataPackages[0]')]),
        warnings: expect.arrayContaining([expect.stringContaining('secret "jira" is not set yet')]),
      },
    });
    expect((await asAdministrator('GET', `/projects/${key}`)).json).toEqual({
      key,
      name: 'Apollo Beta',
      version: 1,
      createdAt: '2026-11-21T09:00:00.000Z',
      updatedAt: '2026-11-21T09:00:00.000Z',
      storage: { files: 0, bytes: 0 },
    });
    const members = await findMembers(engines.table, key, ['ada@example.com', 'crash-bot@example.com']);
    expect(members.get('ada@example.com')?.member).toEqual({
      email: 'ada@example.com',
      name: 'Ada',
      teams: ['testers', 'beta-support'],
      role: 'support',
      score: 0,
      external: {},
    });
    expect(members.size).toBe(2);
  });

  test.for(['', '?members=true'])(
    'takes back what GET%s answers, as JSON and as YAML, and finds no change',
    async (query, { engines }) => {
      const { key, path, document } = await openProject(engines);
      const { asAdministrator } = admin(engines, key);
      const applied = await applyDocument(asAdministrator, path, document);
      const json = await asAdministrator('GET', `${path}${query}`);
      const text = await asAdministrator('GET', `${path}${query}`, { headers: { accept: 'application/yaml' } });
      expect(json.headers.etag).toBe(applied.headers.etag);
      expect(text.headers.etag).toBe(applied.headers.etag);
      expect(text.headers['content-type']).toContain('application/yaml');
      expect(JSON.stringify(json.json).includes('"members"')).toBe(query !== '');
      for (const body of [json.json, text.text]) {
        const again = await asAdministrator('PUT', path, {
          headers: { 'if-match': applied.headers.etag ?? '', ...(typeof body === 'string' ? yaml : {}) },
          body,
        });
        expect(again).toMatchObject({
          status: 200,
          json: { version: 1, changes: [] },
          headers: { etag: applied.headers.etag },
        });
      }
    },
  );

  test('says what changed, and takes effect', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const first = await applyDocument(asAdministrator, path, document);
    const changed = document.replace('name: Apollo Beta', 'name: Apollo 2').replace('role: support', 'role: observer');
    const second = await applyDocument(asAdministrator, path, changed, first.headers.etag);
    expect(second).toMatchObject({
      status: 200,
      json: {
        version: 2,
        changes: [
          { kind: 'changed', path: 'project.name', from: 'Apollo Beta', to: 'Apollo 2' },
          { kind: 'changed', path: 'members[ada@example.com].role', from: 'support', to: 'observer' },
        ],
      },
    });
    expect(second.headers.etag).not.toBe(first.headers.etag);
    expect((await asAdministrator('GET', path)).json).toMatchObject({ project: { name: 'Apollo 2' } });
  });

  test('dry only says what would change', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const dry = await applyDocument(asAdministrator, `${path}?dryRun=true`, document);
    expect(dry).toMatchObject({ status: 200, json: { version: 0, dryRun: true } });
    expect(
      Object(dry.json)
        .changes.map(Object)
        .map(({ path: at }: Record<string, string>) => at),
    ).toContain('members[jim@example.com]');
    expect((await asAdministrator('GET', path)).status).toBe(404);
    expect((await findMembers(engines.table, key, ['jim@example.com'])).size).toBe(0);
    await applyDocument(asAdministrator, path, document);
    const renamed = document.replace('name: Apollo Beta', 'name: Apollo 2');
    const changes = [{ kind: 'changed', path: 'project.name', from: 'Apollo Beta', to: 'Apollo 2' }];
    expect(await applyDocument(asAdministrator, `${path}?dryRun=true`, renamed)).toMatchObject({
      status: 200,
      json: { version: 1, dryRun: true, changes },
    });
    expect((await findProject(engines.table, key))?.version).toBe(1);
  });

  test('needs the ETag of what it replaces: 428 without, 412 with another', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    expect((await applyDocument(asAdministrator, path, document, '*')).status).toBe(412);
    const { headers } = await applyDocument(asAdministrator, path, document);
    expect((await applyDocument(asAdministrator, path, document)).status).toBe(428);
    expect((await applyDocument(asAdministrator, path, document, '"1-other"')).status).toBe(412);
    expect((await applyDocument(asAdministrator, `${path}?dryRun=true`, document, '"1-other"')).status).toBe(412);
    expect((await applyDocument(asAdministrator, path, document, headers.etag)).status).toBe(200);
    expect((await applyDocument(asAdministrator, path, document, '*')).status).toBe(200);
  });

  test('by many at once lets one win, and tells the others 412', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const first = await Promise.all(Array.from({ length: 5 }, () => applyDocument(asAdministrator, path, document)));
    expect(first.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412]);
    const etag = first.find(({ status }) => status === 200)?.headers.etag;
    const next = await Promise.all(
      Array.from({ length: 5 }, (_, place) =>
        applyDocument(asAdministrator, path, document.replace('Apollo Beta', `Apollo ${place}`), etag),
      ),
    );
    expect(next.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412]);
    const winner = next.findIndex(({ status }) => status === 200);
    expect((await asAdministrator('GET', path)).json).toMatchObject({ project: { name: `Apollo ${winner}` } });
  });

  test('seeds more members than fit into one transaction', async ({ engines }) => {
    const { key, path } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const emails = Array.from({ length: 205 }, (_, place) => `member-${place}@example.com`);
    const document = { project: { key, name: 'Large' }, members: emails.map((email) => ({ email })) };
    expect((await applyDocument(asAdministrator, path, document)).status).toBe(200);
    expect((await findMembers(engines.table, key, emails)).size).toBe(205);
    expect((await applyDocument(asAdministrator, path, document, '*')).json).toMatchObject({ version: 1, changes: [] });
  });

  test('by a project manager is as good', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    await seedKeys(engines.table);
    const { as } = admin(engines, project);
    const manager = as(personClaims('pm@example.com'));
    const found = await manager('GET', `/projects/${project}/document`);
    const answer = await applyDocument(
      manager,
      `/projects/${project}/document`,
      Object(found.json),
      found.headers.etag,
    );
    expect(answer).toMatchObject({ status: 200, json: { changes: [] } });
  });
});
