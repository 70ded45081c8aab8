import { describe, expect } from 'vitest';
import { admin } from '../admin.ts';
import { test } from '../engines.ts';
import { projectWithReports, readPages } from '../listed-project.ts';
import { seedProject } from '../project.ts';

describe('the list of tickets', () => {
  test('shows the types one after another, oldest first, in pages', async ({ engines }) => {
    const { call, path } = await projectWithReports(engines, { issues: 3, ideas: 2 });
    const all = ['BUG-0001', 'BUG-0002', 'BUG-0003', 'IDEA-0001', 'IDEA-0002'];
    expect(await readPages(call, `${path}/tickets`)).toEqual([all]);
    for (const limit of [1, 2, 3, 4, 5]) {
      const pages = await readPages(call, `${path}/tickets?limit=${limit}`);
      expect(pages.flat()).toEqual(all);
      expect(pages.every((page) => page.length <= limit)).toBe(true);
    }
  });

  test('is turned whole by ?order=desc', async ({ engines }) => {
    const { call, path } = await projectWithReports(engines, { issues: 2, ideas: 2 });
    const pages = await readPages(call, `${path}/tickets?order=desc&limit=3`);
    expect(pages.flat()).toEqual(['IDEA-0002', 'IDEA-0001', 'BUG-0002', 'BUG-0001']);
  });

  test('of one type shows no other', async ({ engines }) => {
    const { call, path } = await projectWithReports(engines, { issues: 2, ideas: 1 });
    expect((await readPages(call, `${path}/tickets?feedbackType=ideas`)).flat()).toEqual(['IDEA-0001']);
    expect(await call('GET', `${path}/tickets?feedbackType=bugs`)).toMatchObject({
      status: 400,
      json: { errors: [{ parameter: 'feedbackType', code: 'invalid_choice', allowed: ['issues', 'ideas'] }] },
    });
  });

  test('still shows tickets of a type that was removed by force', async ({ engines }) => {
    const { call, path, project } = await projectWithReports(engines, { issues: 1, ideas: 1 });
    const found = await call('GET', `${path}/document`);
    const renamed = { ...Object(found.json), project: { key: project, name: 'Renamed' } };
    await call('PUT', `${path}/document`, { headers: { 'if-match': '*' }, body: renamed });
    const small = { project: { key: project, name: 'Small' } };
    const forced = await call('PUT', `${path}/document?force=true`, { headers: { 'if-match': '*' }, body: small });
    expect(forced.status).toBe(200);
    expect((await readPages(call, `${path}/tickets`)).flat()).toEqual(['IDEA-0001', 'BUG-0001']);
  });
});

test('a ticket is answered whole', async ({ engines }) => {
  const { call, path, project } = await projectWithReports(engines, { issues: 1 });
  expect(await call('GET', `${path}/tickets/BUG-0001`)).toMatchObject({
    status: 200,
    json: {
      id: 'BUG-0001',
      project,
      feedbackType: 'issues',
      version: 1,
      state: { workflow: 'default', status: 'New', team: 'beta-support' },
      submitter: 'crash-bot@example.com',
      fields: { summary: 'Issue 0' },
      external: {},
      origin: { kind: 'source', key: 'appcrashlog' },
      createdAt: '2026-11-21T09:00:01.000Z',
      updatedAt: '2026-11-21T09:00:01.000Z',
    },
  });
  for (const id of ['BUG-0002', 'bug-0001', 'BUG-', '%00', 'x'.repeat(3_000)]) {
    expect((await call('GET', `${path}/tickets/${id}`)).status).toBe(404);
  }
});

describe('cursors', () => {
  test('work for their own route, project and filters only', async ({ engines }) => {
    const { call, path } = await projectWithReports(engines, { issues: 2, critical: 2 });
    const other = await seedProject(engines.table);
    const { cursor } = Object((await call('GET', `${path}/deliveries?limit=1&outcome=pending`)).json);
    const again = await call('GET', `${path}/deliveries?limit=1&outcome=pending&cursor=${cursor}`);
    expect(again.status).toBe(200);
    for (const foreign of [
      `${path}/deliveries?cursor=${cursor}`,
      `${path}/deliveries?outcome=failed&cursor=${cursor}`,
      `${path}/tickets?cursor=${cursor}`,
      `/projects/${other.project}/deliveries?outcome=pending&cursor=${cursor}`,
      `${path}/deliveries?outcome=pending&cursor=${cursor}x`,
      `${path}/deliveries?cursor=`,
      '/projects?cursor=abc',
    ]) {
      expect(await call('GET', foreign)).toMatchObject({
        status: 400,
        json: { status: 400, errors: [{ parameter: 'cursor' }] },
      });
    }
  });
});

test.for([
  ['limit=0', 'limit', 'out_of_range'],
  ['limit=201', 'limit', 'out_of_range'],
  ['limit=-1', 'limit', 'out_of_range'],
  ['limit=1.5', 'limit', 'invalid_type'],
  ['limit=ten', 'limit', 'invalid_type'],
  ['limit=1e999', 'limit', 'invalid_type'],
  ['order=up', 'order', 'invalid_choice'],
] as const)('?%s is refused', async ([query, parameter, code], { engines }) => {
  const { project } = await seedProject(engines.table);
  const { asAdministrator } = admin(engines, project);
  expect(await asAdministrator('GET', `/projects/${project}/tickets?${query}`)).toMatchObject({
    status: 400,
    json: { status: 400, errors: [{ parameter, code }] },
  });
});
