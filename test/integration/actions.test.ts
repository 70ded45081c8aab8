import { describe, expect } from 'vitest';
import { RoleMapping } from '../../core/access/role-mapping.ts';
import { Macro } from '../../core/document/schema-macros.ts';
import { admin, personClaims } from '../admin.ts';
import { test } from '../engines.ts';
import { seedProject } from '../project.ts';
import { projectWithRuns } from '../run-project.ts';

const actions = [{ kind: 'comment', text: 'Seen', visibility: 'internal' }];
const macro = (key: string, more: object) =>
  Macro.parse({ key, name: key.toUpperCase(), target: 'feedback', actions, ...more });
const machine = (role: string) => ({ token_use: 'access', client_id: 'machine', scope: `feedbridge/${role}` });

describe("a ticket's actions", () => {
  test('are the macros shown to the teams of support, all that are shown to managers, and none to observers', async ({
    engines,
  }) => {
    const project = await projectWithRuns(engines, {
      tickets: 1,
      change: (document) => {
        document.members.push({ email: 'olga@example.com', name: 'Olga', teams: ['beta-support'], role: 'observer' });
        document.macros.push(
          macro('ask', { showAsAction: { teams: ['beta-support'] }, confirm: true }),
          macro('theirs', { showAsAction: { teams: ['project-managers'] } }),
          macro('ideas', { showAsAction: { teams: ['beta-support'] }, feedbackType: 'ideas' }),
          macro('hidden', {}),
        );
      },
    });
    const [ticket = ''] = project.ids;
    const path = `${project.path}/tickets/${ticket}/actions`;
    const listed = async (claims: Record<string, unknown>) =>
      Object((await project.api.as(claims)('GET', path)).json).items;
    const ask = { macro: 'ask', name: 'ASK', confirm: true };
    const sendToJira = { macro: 'send-to-jira', name: 'Send to Jira', confirm: false };
    const theirs = { macro: 'theirs', name: 'THEIRS', confirm: false };
    expect(await listed(personClaims('ada@example.com'))).toEqual([sendToJira, ask]);
    expect(await listed(personClaims('pm@example.com'))).toEqual([sendToJira, ask, theirs]);
    expect(await listed(machine('project-manager'))).toEqual([sendToJira, ask, theirs]);
    expect(await listed(machine('support'))).toEqual([]);
    expect(await listed(personClaims('olga@example.com'))).toEqual([]);
    expect((await project.call('GET', `${project.path}/tickets/BUG-9999/actions`)).status).toBe(404);
    const run = async (claims: Record<string, unknown>, key: string) =>
      (await project.api.as(claims)('POST', `${project.path}/macros/${key}/runs`, { body: { tickets: [ticket] } }))
        .status;
    expect(await run(personClaims('ada@example.com'), 'ask')).toBe(202);
    for (const key of ['theirs', 'hidden']) expect(await run(personClaims('ada@example.com'), key)).toBe(403);
    expect(await run(machine('support'), 'ask')).toBe(403);
    expect(await run(personClaims('olga@example.com'), 'ask')).toBe(403);
    expect(await run(personClaims('pm@example.com'), 'hidden')).toBe(202);
  });
});

describe('a stage that maps groups to roles', () => {
  test('lets people into the projects of their groups, as it says, and nowhere else', async ({ engines }) => {
    const [one, other] = [await seedProject(engines.table), await seedProject(engines.table)];
    const projects = { [one.project]: { 'qa-leads': 'project-manager', qa: 'observer' } };
    const mapping = RoleMapping.parse({ claim: '/access/roles', administrators: ['ops'], projects });
    const { as } = admin(engines, one.project, undefined, mapping);
    const eve = (roles: unknown) => as({ ...personClaims('eve@example.com'), access: { roles } });
    const body = { email: 'new@example.com' };
    const asked = async (roles: unknown) => {
      const call = eve(roles);
      const answers = [
        await call('GET', `/projects/${one.project}`),
        await call('POST', `/projects/${one.project}/members`, {
          body: { ...body, email: `${JSON.stringify(roles)}@example.com`.replace(/["[\], ]/g, '') },
        }),
        await call('GET', `/projects/${other.project}`),
        await call('GET', '/api-keys?limit=1'),
      ];
      return answers.map(({ status }) => status);
    };
    expect(await asked(undefined)).toEqual([404, 404, 404, 403]);
    expect(await asked(['qa'])).toEqual([200, 403, 404, 403]);
    expect(await asked(['qa', 'qa-leads'])).toEqual([200, 201, 404, 403]);
    expect(await asked('ops')).toEqual([200, 201, 200, 200]);
    const { json } = await eve(['qa'])('GET', '/projects?limit=200');
    const keys = Object(json).items.map(({ key }: { key: string }) => key);
    expect([keys.includes(one.project), keys.includes(other.project)]).toEqual([true, false]);
  });
});
