import { describe, expect } from 'vitest';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import { Automation } from '../../core/document/schema-automations.ts';
import { ExternalDataGroup } from '../../core/document/schema-external-data.ts';
import { Macro } from '../../core/document/schema-macros.ts';
import { type AdminAnswer, type AdminCaller, admin, personClaims } from '../admin.ts';
import { test } from '../engines.ts';
import { loseAnswer } from '../faults.ts';
import { seedProject } from '../project.ts';

const eve = 'eve@example.com';

const errorsOf = ({ json }: AdminAnswer) =>
  Object(json).errors.map(({ parameter, code }: Record<string, string>) => [parameter, code]);
const patch = (call: AdminCaller, path: string, version: number | string, body: unknown) =>
  call('PATCH', path, { headers: { 'if-match': version === '*' ? '*' : `"${version}"` }, body });

describe('a member', () => {
  test('is added with all that is known of them, and the history says by whom', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const pm = admin(engines, project).as(personClaims('pm@example.com'));
    const members = `/projects/${project}/members`;
    const body = {
      ...{ email: 'Eve+Beta@EXAMPLE.com', name: 'Eve', teams: ['testers', 'testers'], role: 'observer', score: 3 },
      external: { 'app-usage': { sessions: '12', 'last-seen': '2026-11-01T10:00:00+02:00', pro: true } },
    };
    const added = await pm('POST', members, { body });
    const shown = {
      ...{ email: 'eve+beta@example.com', name: 'Eve', teams: ['testers'], role: 'observer', score: 3, version: 1 },
      external: { 'app-usage': { sessions: 12, 'last-seen': '2026-11-01T08:00:00.000Z', pro: true } },
    };
    expect(added).toMatchObject({
      status: 201,
      headers: { etag: '"1"', location: `https://api.example.com/admin/v1${members}/eve%2Bbeta%40example.com` },
      json: shown,
    });
    expect((await pm('GET', `${members}/eve%2Bbeta%40example.com`)).json).toEqual(shown);
    expect((await pm('GET', `${members}/eve%2Bbeta%40example.com/history`)).json).toMatchObject({
      items: [
        {
          version: 1,
          cause: { kind: 'person', by: 'pm@example.com' },
          changes: expect.arrayContaining([{ path: 'external.app-usage.sessions', to: 12 }]),
        },
      ],
    });
    expect(await pm('POST', members, { body: { email: 'EVE+beta@example.com' } })).toMatchObject({ status: 409 });
  });

  test('that two add at once is added once', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const { asAdministrator } = admin(engines, project);
    const add = (name: string) =>
      asAdministrator('POST', `/projects/${project}/members`, { body: { email: eve, name } });
    const statuses = (await Promise.all([add('One'), add('Two'), add('Three')])).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([201, 409, 409]);
  });

  test('is added, and changed, once where the answer of the table is lost', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const { asAdministrator } = admin(engines, project);
    for (const [method, path] of [
      ['POST', ''],
      ['PATCH', `/${eve}`],
    ] as const) {
      const restore = loseAnswer(engines.table, 'TransactWrite');
      const body = method === 'POST' ? { email: eve } : { score: 5 };
      const headers = { 'if-match': '"1"' };
      const answer = await asAdministrator(method, `/projects/${project}/members${path}`, { headers, body });
      restore();
      expect(answer.status).toBe(method === 'POST' ? 201 : 200);
    }
    expect((await findMembers(engines.table, project, [eve])).get(eve)).toMatchObject({
      version: 2,
      member: { score: 5 },
    });
  });

  test('is changed as far as is named, found by their new values, and automations follow in the same change', async ({
    engines,
  }) => {
    const { project } = await seedProject(engines.table, (document) => {
      const field = { key: 'id', label: 'CRM id', type: 'string', parameter: 'id', lookup: true };
      const group = { key: 'crm', name: 'CRM', target: 'member', fields: [field] };
      document.externalDataGroups.push(ExternalDataGroup.parse(group));
      const actions = [{ kind: 'score', points: 10 }];
      document.macros.push(Macro.parse({ key: 'welcome', name: 'Welcome', target: 'member', actions }));
      const filter = { field: 'member.role', op: 'changed' };
      document.automations = [Automation.parse({ key: 'promoted', trigger: 'modify', filter, macro: 'welcome' })];
    });
    const { as } = admin(engines, project);
    const pm = as(personClaims('pm@example.com'));
    const jim = `/projects/${project}/members/jim@example.com`;
    const first = await patch(pm, jim, 1, { name: 'James', external: { crm: { id: 'C-7' } } });
    expect(first).toMatchObject({ status: 200, headers: { etag: '"2"' }, json: { name: 'James', score: 0 } });
    const second = await patch(pm, jim, 2, {
      role: 'support',
      teams: ['beta-support'],
      external: { crm: { id: null } },
    });
    expect(second.json).toEqual({
      ...{ email: 'jim@example.com', name: 'James', teams: ['beta-support'], role: 'support' },
      ...{ score: 10, external: {}, version: 4 },
    });
    expect((await pm('GET', `${jim}/history`)).json).toMatchObject({
      items: [
        {
          version: 4,
          cause: { kind: 'automation', key: 'promoted' },
          changes: [{ path: 'member.score', from: 0, to: 10 }],
        },
        {
          version: 3,
          cause: { kind: 'person', by: 'pm@example.com' },
          changes: [
            { path: 'member.role', to: 'support' },
            { path: 'member.teams', from: ['testers'], to: ['beta-support'] },
            { path: 'external.crm.id', from: 'C-7' },
          ],
        },
        {
          version: 2,
          changes: [
            { path: 'member.name', from: 'Jim', to: 'James' },
            { path: 'external.crm.id', to: 'C-7' },
          ],
        },
      ],
    });
    const third = await patch(pm, jim, '*', { role: null });
    expect(third).toMatchObject({ status: 200, json: { score: 20, version: 6 } });
    expect(third.json).not.toHaveProperty('role');
    expect(await patch(pm, jim, 6, { teams: ['beta-support'], name: 'James' })).toMatchObject({ json: { version: 6 } });
  });

  test('is not changed unseen: without a version 428, with another one 412, and of two at once one wins', async ({
    engines,
  }) => {
    const { project } = await seedProject(engines.table);
    const { asAdministrator } = admin(engines, project);
    const jim = `/projects/${project}/members/jim@example.com`;
    expect(await asAdministrator('PATCH', jim, { body: { score: 1 } })).toMatchObject({ status: 428 });
    expect(await patch(asAdministrator, jim, 7, { score: 1 })).toMatchObject({ status: 412 });
    const both = await Promise.all([1, 2].map((score) => patch(asAdministrator, jim, 1, { score })));
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 412]);
    const unknown = `/projects/${project}/members/nobody@example.com`;
    expect(await patch(asAdministrator, unknown, 1, { score: 1 })).toMatchObject({ status: 404 });
  });

  test('is refused with every problem at once', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const pm = admin(engines, project).as(personClaims('pm@example.com'));
    const body = {
      ...{ email: 'no address', name: ' ', teams: ['testers', 'nobody'], role: 'administrator', score: 1.5, nam: 'x' },
      external: { 'app-usage': { sessions: 'many', pro: 'maybe', other: 1 }, jira: {} },
    };
    const refused = await pm('POST', `/projects/${project}/members`, { body });
    expect(refused.status).toBe(400);
    expect(errorsOf(refused)).toEqual([
      ['email', 'invalid_text'],
      ['name', 'invalid_text'],
      ['teams.1', 'invalid_choice'],
      ['role', 'not_allowed'],
      ['score', 'invalid_type'],
      ['external.app-usage.sessions', 'invalid_type'],
      ['external.app-usage.pro', 'invalid_type'],
      ['other', 'not_allowed'],
      ['jira', 'not_allowed'],
      ['nam', 'not_allowed'],
    ]);
    const again = await patch(pm, `/projects/${project}/members/jim@example.com`, 1, { teams: 'testers', score: null });
    expect(errorsOf(again)).toEqual([
      ['teams', 'invalid_type'],
      ['score', 'invalid_type'],
    ]);
    const long = { external: { 'app-usage': { sessions: 1 } }, name: 'x'.repeat(201) };
    expect(errorsOf(await pm('POST', `/projects/${project}/members`, { body: { ...long, email: eve } }))).toEqual([
      ['name', 'too_long'],
    ]);
  });
});

describe('a role', () => {
  test('is not given above the own, nor taken from one above, nor changed by whoever has it', async ({ engines }) => {
    const { project } = await seedProject(engines.table, ({ members }) => {
      members.push({ email: 'boss@example.com', name: 'Boss', teams: [], role: 'administrator' });
    });
    const { as, asAdministrator } = admin(engines, project);
    const pm = as(personClaims('pm@example.com'));
    const member = (name: string) => `/projects/${project}/members/${name}@example.com`;
    for (const [name, role] of [
      ['jim', 'administrator'],
      ['boss', 'support'],
      ['boss', null],
      ['pm', 'support'],
    ] as const) {
      expect(errorsOf(await patch(pm, member(name), 1, { role }))).toEqual([['role', 'not_allowed']]);
    }
    expect((await patch(pm, member('boss'), 1, { role: 'administrator', name: 'The boss' })).status).toBe(200);
    expect((await patch(pm, member('pm'), 1, { role: 'project-manager', name: 'Pat P.' })).status).toBe(200);
    expect((await patch(asAdministrator, member('boss'), 2, { role: null })).status).toBe(200);
    expect((await patch(asAdministrator, member('pm'), 2, { role: 'observer' })).status).toBe(200);
    expect((await patch(pm, member('jim'), 1, { score: 1 })).status).toBe(403);
  });

  test('and a team narrow the list of members', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const { asAdministrator } = admin(engines, project);
    const list = async (query: string) => {
      const { json, status } = await asAdministrator('GET', `/projects/${project}/members${query}`);
      return status === 200 ? Object(json).items.map(({ email }: { email: string }) => email) : status;
    };
    await expect.poll(() => list('?team=testers')).toHaveLength(3);
    expect(await list('?team=beta-support')).toEqual(['ada@example.com']);
    expect(await list('?team=testers&role=support')).toEqual(['ada@example.com']);
    expect(await list('?role=observer')).toEqual([]);
    expect(await list('?team=testers&limit=1')).toEqual(['ada@example.com']);
    expect([await list('?team=nobody'), await list('?role=boss')]).toEqual([400, 400]);
  });
});
