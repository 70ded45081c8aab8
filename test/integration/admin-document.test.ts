import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import { findProject } from '../../adapters/dynamodb/projects.ts';
import { type AdminCaller, admin, personClaims } from '../admin.ts';
import { type TestEngines, test } from '../engines.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { fixedClock } from '../seeded.ts';

const example = readFileSync('examples/apollo.yaml', 'utf8');
const yaml = { 'content-type': 'application/yaml' };
let projects = 0;

/** A project key of a test's own, and the example as a document for it. */
async function openProject({ table }: TestEngines) {
  await seedKeys(table);
  projects += 1;
  const key = `doc${process.pid}-${projects}`;
  return { key, path: `/projects/${key}/document`, document: example.replace('key: apollo', `key: ${key}`) };
}

async function apply(call: AdminCaller, path: string, document: string | object, etag?: string) {
  const headers = { ...(typeof document === 'string' ? yaml : {}), ...(etag === undefined ? {} : { 'if-match': etag }) };
  return await call('PUT', path, { headers, body: document });
}

describe('applying a document', () => {
  test('makes the project, its members and its first version', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const answer = await apply(asAdministrator, path, document);
    expect(answer).toMatchObject({
      status: 200,
      json: {
        version: 1,
        changes: expect.arrayContaining([{ path: 'project', to: { key, name: 'Apollo Beta' } }]),
        notYet: expect.arrayContaining([expect.stringContaining('externalListeners[0]')]),
        warnings: expect.arrayContaining([expect.stringContaining('secret "jira" is not set yet')]),
      },
    });
    expect((await asAdministrator('GET', `/projects/${key}`)).json).toEqual({
      key,
      name: 'Apollo Beta',
      version: 1,
      createdAt: '2026-11-21T09:00:00.000Z',
      updatedAt: '2026-11-21T09:00:00.000Z',
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

  test.for(['', '?members=true'])('takes back what GET%s answers, as JSON and as YAML, and finds no change', async (query, { engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const applied = await apply(asAdministrator, path, document);
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
      expect(again).toMatchObject({ status: 200, json: { version: 1, changes: [] }, headers: { etag: applied.headers.etag } });
    }
  });

  test('says what changed, and takes effect', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const first = await apply(asAdministrator, path, document);
    const changed = document.replace('name: Apollo Beta', 'name: Apollo 2').replace('role: support', 'role: observer');
    const second = await apply(asAdministrator, path, changed, first.headers.etag);
    expect(second).toMatchObject({
      status: 200,
      json: {
        version: 2,
        changes: [
          { path: 'project.name', from: 'Apollo Beta', to: 'Apollo 2' },
          { path: 'members[ada@example.com].role', from: 'support', to: 'observer' },
        ],
      },
    });
    expect(second.headers.etag).not.toBe(first.headers.etag);
    expect((await asAdministrator('GET', path)).json).toMatchObject({ project: { name: 'Apollo 2' } });
  });

  test('dry only says what would change', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const dry = await apply(asAdministrator, `${path}?dryRun=true`, document);
    expect(dry).toMatchObject({ status: 200, json: { version: 0, dryRun: true } });
    expect(Object(dry.json).changes.map(Object).map(({ path: at }: Record<string, string>) => at)).toContain('members[jim@example.com]');
    expect((await asAdministrator('GET', path)).status).toBe(404);
    expect((await findMembers(engines.table, key, ['jim@example.com'])).size).toBe(0);
    await apply(asAdministrator, path, document);
    const renamed = document.replace('name: Apollo Beta', 'name: Apollo 2');
    const changes = [{ path: 'project.name', from: 'Apollo Beta', to: 'Apollo 2' }];
    expect(await apply(asAdministrator, `${path}?dryRun=true`, renamed)).toMatchObject({
      status: 200,
      json: { version: 1, dryRun: true, changes },
    });
    expect((await findProject(engines.table, key))?.version).toBe(1);
  });

  test('needs the ETag of what it replaces: 428 without, 412 with another', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    expect((await apply(asAdministrator, path, document, '*')).status).toBe(412);
    const { headers } = await apply(asAdministrator, path, document);
    expect((await apply(asAdministrator, path, document)).status).toBe(428);
    expect((await apply(asAdministrator, path, document, '"1-other"')).status).toBe(412);
    expect((await apply(asAdministrator, `${path}?dryRun=true`, document, '"1-other"')).status).toBe(412);
    expect((await apply(asAdministrator, path, document, headers.etag)).status).toBe(200);
    expect((await apply(asAdministrator, path, document, '*')).status).toBe(200);
  });

  test('by many at once lets one win, and tells the others 412', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const first = await Promise.all(Array.from({ length: 5 }, () => apply(asAdministrator, path, document)));
    expect(first.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412]);
    const etag = first.find(({ status }) => status === 200)?.headers.etag;
    const next = await Promise.all(
      Array.from({ length: 5 }, (_, place) =>
        apply(asAdministrator, path, document.replace('Apollo Beta', `Apollo ${place}`), etag),
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
    expect((await apply(asAdministrator, path, document)).status).toBe(200);
    expect((await findMembers(engines.table, key, emails)).size).toBe(205);
    expect((await apply(asAdministrator, path, document, '*')).json).toMatchObject({ version: 1, changes: [] });
  });

  test('by a project manager is as good', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    await seedKeys(engines.table);
    const { as } = admin(engines, project);
    const manager = as(personClaims('pm@example.com'));
    const found = await manager('GET', `/projects/${project}/document`);
    const answer = await apply(manager, `/projects/${project}/document`, Object(found.json), found.headers.etag);
    expect(answer).toMatchObject({ status: 200, json: { changes: [] } });
  });
});

describe('a document that cannot apply', () => {
  test('is refused with every problem at its path, and changes nothing', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const { headers } = await apply(asAdministrator, path, document);
    const wrong = document
      .replace('state: { team: beta-support, workflow: default, status: New }', 'state: { team: beta-support, workflow: default, status: Nwe }')
      .replace('apiKey: web', 'apiKey: webb')
      .replace('((Occurrences))', '((Ocurrences))');
    expect(await apply(asAdministrator, path, wrong, headers.etag)).toMatchObject({
      status: 400,
      json: {
        status: 400,
        description: 'The document has 3 problems: nothing was changed.',
        errors: expect.arrayContaining([
          {
            parameter: 'externalSources[0].state.status',
            code: 'unknown_status',
            message: expect.stringContaining('"Nwe" is not a status of workflow "default" (New, Open, Logged to Jira, Closed)'),
          },
          { parameter: 'externalSources[1].apiKey', code: 'invalid_choice', message: expect.stringContaining('"webb"') },
          { parameter: 'macros[1].actions[0].body', code: 'invalid_text', message: expect.stringContaining('Ocurrences') },
        ]),
      },
    });
    expect((await asAdministrator('GET', path)).headers.etag).toBe(headers.etag);
  });

  test.for([
    ['{"project": ', { 'content-type': 'application/json' }, 400],
    ['a: [', yaml, 400],
    ['', {}, 400],
    ['[]', {}, 400],
    ['null', {}, 400],
    ['{}', {}, 400],
    ['project: { key: other, name: Other }', yaml, 400],
    ['project: x', { 'content-type': 'text/plain' }, 415],
    [' '.repeat(1_048_577), {}, 413],
  ] as const)('such as %j answers a well-formed refusal', async ([body, headers, status], { engines }) => {
    const { key, path } = await openProject(engines);
    const answer = await admin(engines, key).asAdministrator('PUT', path, { body, headers });
    expect(answer).toMatchObject({ status, json: { status, description: expect.any(String) } });
  });

  test('because tickets hold what it removes says how many, and applies when forced', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const { headers } = await apply(asAdministrator, path, document);
    const seeded = { ...(await seedProject(engines.table)), project: key };
    const { send } = receiver(engines, seeded, fixedClock());
    await send({ summary: 'One' });
    await send({ summary: 'Two' });
    const without = document
      .replace('          - { key: New, team: beta-support }\n', '')
      .replace('workflow: default, status: New }', 'workflow: default, status: Open }')
      .replace('"To Do": New', '"To Do": Open');
    const refused = await apply(asAdministrator, path, without, headers.etag);
    expect(refused).toMatchObject({
      status: 409,
      json: {
        status: 409,
        description: expect.stringContaining('2 tickets still hold'),
        errors: [
          {
            parameter: 'feedbackTypes[issues].workflows[default].statuses[New]',
            message: '2 tickets are in this status.',
          },
        ],
      },
    });
    const small = { project: { key, name: 'Small' } };
    expect(await apply(asAdministrator, path, small, headers.etag)).toMatchObject({
      status: 409,
      json: { errors: [{ parameter: 'feedbackTypes[issues]', message: '2 tickets are of this type.' }] },
    });
    const forced = await apply(asAdministrator, `${path}?force=true`, without, headers.etag);
    expect(forced).toMatchObject({ status: 200, json: { version: 2 } });
  });

  test('because it gives an id prefix to another feedback type is refused for ever', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    await apply(asAdministrator, path, document);
    await apply(asAdministrator, path, { project: { key, name: 'Small' } }, '*');
    const type = { key: 'bugs', name: 'Bug', idPrefix: 'BUG', workflows: [{ key: 'd', name: 'D', statuses: [{ key: 'New', team: 't' }] }] };
    const reuse = { project: { key, name: 'Small' }, teams: [{ key: 't', name: 'T' }], feedbackTypes: [type] };
    expect(await apply(asAdministrator, path, reuse, '*')).toMatchObject({
      status: 400,
      json: { errors: [{ parameter: 'feedbackTypes[0].idPrefix', code: 'duplicate_choice' }] },
    });
  });
});
