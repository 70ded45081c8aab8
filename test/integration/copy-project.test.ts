import { describe, expect } from 'vitest';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import { listAllMembers } from '../../adapters/dynamodb/memberships.ts';
import { admin, personClaims } from '../admin.ts';
import { applyDocument, openProject } from '../documents.ts';
import { test } from '../engines.ts';
import { interposeOnce } from '../faults.ts';
import { seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { fixedClock } from '../seeded.ts';

describe('copying a project', () => {
  test("makes one from another one's document, and says which secrets are missing", async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    await applyDocument(asAdministrator, path, document);
    await asAdministrator('PUT', `/projects/${key}/secrets/jira`, { body: { value: 'user:token' } });
    const copy = `${key}-b`;
    const made = await asAdministrator('POST', `/projects/${key}/copy`, { body: { key: copy, name: 'Apollo B' } });
    expect(made).toMatchObject({
      status: 201,
      headers: { location: `https://api.example.com/admin/v1/projects/${copy}`, etag: expect.stringMatching(/^"1-/) },
      json: {
        key: copy,
        name: 'Apollo B',
        version: 1,
        warnings: expect.arrayContaining([
          expect.stringContaining('secret "jira" is not set yet'),
          expect.stringContaining('secret "slack-webhook-url" is not set yet'),
          expect.stringContaining('crash-bot@example.com came along'),
        ]),
      },
    });
    const original = Object((await asAdministrator('GET', path)).json);
    const found = Object((await asAdministrator('GET', `/projects/${copy}/document`)).json);
    expect(found).toEqual({ ...original, project: { ...original.project, key: copy, name: 'Apollo B' } });
    expect(Object.keys(found)).toEqual(Object.keys(original));
    expect((await asAdministrator('GET', `/projects/${copy}/secrets`)).json).toEqual({ items: [] });
    expect((await asAdministrator('GET', `/projects/${copy}/document/versions`)).json).toMatchObject({
      items: [{ version: 1, by: 'root@example.com' }],
    });
  });

  test('brings members only where that is asked for, and whom a source needs without a role', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    await applyDocument(asAdministrator, path, document);
    await asAdministrator('POST', `/projects/${key}/copy`, { body: { key: `${key}-b` } });
    expect(await listAllMembers(engines.table, `${key}-b`)).toMatchObject([{ email: 'crash-bot@example.com' }]);
    expect(
      (await findMembers(engines.table, `${key}-b`, ['crash-bot@example.com'])).get('crash-bot@example.com')?.member,
    ).not.toHaveProperty('role');
    await asAdministrator('POST', `/projects/${key}/copy`, { body: { key: `${key}-c`, members: true } });
    const members = await findMembers(engines.table, `${key}-c`, ['ada@example.com', 'pm@example.com']);
    expect(members.get('ada@example.com')?.member).toMatchObject({ role: 'support', score: 0, external: {} });
    expect(members.size).toBe(2);
  });

  test('makes one whose sources take reports with the same keys, numbered anew', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    await applyDocument(asAdministrator, path, document);
    await asAdministrator('POST', `/projects/${key}/copy`, { body: { key: `${key}-b` } });
    const copied = { ...(await seedProject(engines.table)), project: `${key}-b` };
    const answer = await receiver(engines, copied, fixedClock()).send({ summary: 'In the copy' });
    expect(answer).toMatchObject({ status: 201, json: { ticket: { id: 'BUG-0001' } } });
  });

  test('onto a key that is taken is 409, also where two do it at once', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    await applyDocument(asAdministrator, path, document);
    const copy = async (to: string) => await asAdministrator('POST', `/projects/${key}/copy`, { body: { key: to } });
    expect(await copy(key)).toMatchObject({ status: 409, json: { description: expect.stringContaining(`'${key}'`) } });
    const undo = interposeOnce(engines.table, async () => expect((await copy(`${key}-b`)).status).toBe(201));
    expect((await copy(`${key}-b`)).status).toBe(409);
    undo();
  });

  test('that would not apply any more is refused with every problem, and makes nothing', async ({ engines }) => {
    const { project } = await seedProject(engines.table, (document) => {
      for (const source of document.externalSources) source.apiKey = 'gone';
    });
    const { asAdministrator } = admin(engines, project);
    const answer = await asAdministrator('POST', `/projects/${project}/copy`, { body: { key: `${project}-b` } });
    expect(answer).toMatchObject({
      status: 400,
      json: { errors: [{ parameter: 'externalSources[0].apiKey' }, { parameter: 'externalSources[1].apiKey' }] },
    });
    expect((await asAdministrator('GET', `/projects/${project}-b`)).status).toBe(404);
  });

  test.for([
    [{}, 400],
    [{ key: 'Not a key' }, 400],
    [{ key: 'a', name: ' ' }, 400],
    [{ key: 'a', members: 'yes' }, 400],
    [{ key: 'a', secrets: true }, 400],
    ['{', 400],
  ] as const)('as %j is refused', async ([body, status], { engines }) => {
    const { project } = await seedProject(engines.table);
    const { asAdministrator } = admin(engines, project);
    expect((await asAdministrator('POST', `/projects/${project}/copy`, { body })).status).toBe(status);
  });

  test('is for administrators, since they make projects', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const { as, asAdministrator } = admin(engines, project);
    const body = { key: `${project}-b` };
    const call = async (email: string) =>
      (await as(personClaims(email))('POST', `/projects/${project}/copy`, { body })).status;
    expect(await call('pm@example.com')).toBe(403);
    expect(await call('ada@example.com')).toBe(403);
    expect(await call('eve@example.com')).toBe(404);
    expect((await asAdministrator('POST', '/projects/none-such/copy', { body })).status).toBe(404);
  });
});
