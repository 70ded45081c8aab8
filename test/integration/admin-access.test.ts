import { describe, expect } from 'vitest';
import type { ProjectDocument } from '../../core/document/schema.ts';
import { admin, personClaims } from '../admin.ts';
import { test } from '../engines.ts';
import { seedProject } from '../project.ts';

const notFound = { status: 404, description: 'The requested resource could not be found.' };
const support = personClaims('Ada@example.com');
const manager = personClaims('pm@example.com');
const stranger = personClaims('eve@example.com');

function machine(...roles: string[]) {
  return { token_use: 'access', client_id: 'machine', scope: roles.map((role) => `feedbridge/${role}`).join(' ') };
}

describe('access', () => {
  test('is refused to a token that names neither a person nor a role', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const { as } = admin(engines, project);
    for (const claims of [
      machine(),
      { ...support, email_verified: false },
      { ...support, token_use: 'access', scope: 'openid' },
      {},
    ]) {
      const answer = await as(claims)('GET', `/projects/${project}`);
      expect(answer).toMatchObject({ status: 403, json: { status: 403, description: expect.any(String) } });
    }
  });

  test('to a project is the same 404 for whoever has no role in it and where there is none', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const { as } = admin(engines, project);
    const paths = [
      '',
      '/document',
      '/secrets',
      '/tickets',
      '/tickets/BUG-0001',
      '/deliveries',
      '/deliveries/x',
      '/runs/x',
    ];
    for (const path of paths) {
      expect(await as(stranger)('GET', `/projects/${project}${path}`)).toMatchObject({ status: 404, json: notFound });
      expect(await as(manager)('GET', `/projects/none-such${path}`)).toMatchObject({ status: 404, json: notFound });
    }
    const document = { project: { key: 'none-such', name: 'None such' } };
    for (const key of [project, 'none-such']) {
      expect((await as(stranger)('PUT', `/projects/${key}/document`, { body: document })).status).toBe(404);
    }
  });

  test('follows the role: who may read and not write is told 403 with the roles that may', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const { as } = admin(engines, project);
    const refusal = {
      status: 403,
      json: {
        status: 403,
        description: 'Your role in this project is support. This takes one of: administrator, project-manager.',
      },
    };
    const body = { value: 'hidden' };
    expect(await as(support)('PUT', `/projects/${project}/secrets/jira`, { body })).toMatchObject(refusal);
    expect(await as(support)('DELETE', `/projects/${project}/secrets/jira`)).toMatchObject(refusal);
    expect(await as(support)('PUT', `/projects/${project}/document`, { body: {} })).toMatchObject(refusal);
    expect((await as(support)('GET', `/projects/${project}/document`)).status).toBe(200);
    expect((await as(manager)('PUT', `/projects/${project}/secrets/jira`, { body })).status).toBe(204);
  });

  test('by a machine follows its scope, in every project', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const { as } = admin(engines, project);
    const body = { value: 'hidden' };
    const path = `/projects/${project}/secrets/jira`;
    expect((await as(machine('observer'))('PUT', path, { body })).status).toBe(403);
    expect((await as(machine('observer'))('GET', `/projects/${project}`)).status).toBe(200);
    expect((await as(machine('observer', 'project-manager'))('PUT', path, { body })).status).toBe(204);
  });

  test('to API keys is for administrators of the community only', async ({ engines }) => {
    const { project } = await seedProject(engines.table, (document) => {
      for (const member of document.members) member.role = 'administrator';
    });
    const { as, asAdministrator } = admin(engines, project);
    for (const claims of [support, machine('project-manager')]) {
      expect((await as(claims)('GET', '/api-keys')).status).toBe(403);
      expect((await as(claims)('POST', '/api-keys', { body: { prefix: 'mine', name: 'Mine' } })).status).toBe(403);
      expect((await as(claims)('DELETE', '/api-keys/mobile')).status).toBe(403);
    }
    expect((await as(machine('administrator'))('GET', '/api-keys')).status).toBe(200);
    expect((await asAdministrator('GET', '/api-keys')).status).toBe(200);
  });

  test('to make a project is for administrators only', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const { as, asAdministrator } = admin(engines, project);
    const body = { project: { key: `${project}-new`, name: 'New' } };
    const path = `/projects/${project}-new/document`;
    expect((await as(machine('project-manager'))('PUT', path, { body })).status).toBe(403);
    expect((await asAdministrator('PUT', path, { body })).status).toBe(200);
  });
});

describe('the list of projects', () => {
  test('shows a person those of their own, and an administrator all', async ({ engines }) => {
    const [mine, other] = [await seedProject(engines.table), await seedProject(engines.table, removeMembers)];
    const { as, asAdministrator } = admin(engines, mine.project);
    const ofAda = await as(support)('GET', '/projects?limit=200');
    expect(ofAda.json).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ key: mine.project, name: 'Apollo Beta', version: 1 })]),
    });
    expect(ofAda.text).not.toContain(`"${other.project}"`);
    expect((await asAdministrator('GET', '/projects?limit=200')).text).toContain(`"${other.project}"`);
    expect((await as(stranger)('GET', '/projects')).json).toEqual({ items: [] });
  });

  test('goes on behind a page that shows nothing, and its cursor tells nothing', async ({ engines }) => {
    const hidden = await seedProject(engines.table, removeMembers);
    const { as } = admin(engines, hidden.project);
    const page = await as(stranger)('GET', '/projects?limit=1');
    expect(page.json).toEqual({ items: [], cursor: expect.any(String) });
    const { cursor } = Object(page.json);
    expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toMatch(/p\d+-/);
    expect((await as(stranger)('GET', `/projects?limit=200&cursor=${cursor}`)).json).toEqual({ items: [] });
  });
});

/** Leaves only members without a role: none of them may read. */
function removeMembers(document: ProjectDocument): void {
  document.members = document.members.filter(({ role }) => role === undefined);
}
