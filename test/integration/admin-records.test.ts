import { describe, expect } from 'vitest';
import { readUsableSecrets } from '../../adapters/dynamodb/secrets.ts';
import { admin, testKeys } from '../admin.ts';
import { test } from '../engines.ts';
import { loseAnswer } from '../faults.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { fixedClock } from '../seeded.ts';

const loadKeys = async () => testKeys;

describe('secrets', () => {
  test('are set and used, and never answered', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const { asAdministrator, observer } = admin(engines, project);
    const value = 'hunter2-ünïcode-"\\';
    const path = `/projects/${project}/secrets`;
    const set = await asAdministrator('PUT', `${path}/jira`, { body: { value, hosts: ['API.example.com'] } });
    expect(set).toMatchObject({ status: 204, text: '' });
    const listed = await asAdministrator('GET', path);
    expect(listed.json).toEqual({
      items: [
        {
          name: 'jira',
          hosts: ['api.example.com'],
          createdAt: '2026-11-21T09:00:00.000Z',
          updatedAt: '2026-11-21T09:00:00.000Z',
        },
      ],
    });
    const usable = await readUsableSecrets(engines.table, loadKeys, { project, names: ['jira', 'other'], now: 0 });
    expect([...usable]).toEqual([['jira', { value, hosts: ['api.example.com'] }]]);
    expect(JSON.stringify(observer.lines)).not.toContain('hunter2');
  });

  test('are replaced whole, keeping only when they were made', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const clock = fixedClock();
    const { asAdministrator } = admin(engines, project, clock);
    const path = `/projects/${project}/secrets`;
    await asAdministrator('PUT', `${path}/jira`, { body: { value: 'one', hosts: ['a.example'] } });
    clock.advance(1_000);
    await asAdministrator('PUT', `${path}/jira`, { body: { value: 'two' } });
    expect((await asAdministrator('GET', path)).json).toEqual({
      items: [{ name: 'jira', createdAt: '2026-11-21T09:00:00.000Z', updatedAt: '2026-11-21T09:00:01.000Z' }],
    });
    const usable = await readUsableSecrets(engines.table, loadKeys, { project, names: ['jira'], now: 0 });
    expect(usable.get('jira')).toEqual({ value: 'two', hosts: undefined });
  });

  test('that begin as signing keys and are none are refused, since no receiver could verify with them', async ({
    engines,
  }) => {
    const { project } = await seedProject(engines.table);
    const { asAdministrator } = admin(engines, project);
    const put = async (value: string) =>
      await asAdministrator('PUT', `/projects/${project}/secrets/signing`, { body: { value } });
    for (const value of ['whsec_not base64', 'whsec_abc', 'whsec_c2VjcmV0\n']) {
      const answer = await put(value);
      expect(answer).toMatchObject({ status: 400, json: { errors: [{ parameter: 'value', code: 'invalid_text' }] } });
      expect(answer.text).not.toContain(value);
    }
    expect((await put('whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD')).status).toBe(204);
    expect((await put('a text of our own')).status).toBe(204);
  });

  test('of one project are not those of another', async ({ engines }) => {
    const [one, other] = [await seedProject(engines.table), await seedProject(engines.table)];
    const { asAdministrator } = admin(engines, one.project);
    await asAdministrator('PUT', `/projects/${one.project}/secrets/jira`, { body: { value: 'one' } });
    expect((await asAdministrator('GET', `/projects/${other.project}/secrets`)).json).toEqual({ items: [] });
    expect(
      (await readUsableSecrets(engines.table, loadKeys, { project: other.project, names: ['jira'], now: 0 })).size,
    ).toBe(0);
  });

  test('are deleted once', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const { asAdministrator } = admin(engines, project);
    const path = `/projects/${project}/secrets/jira`;
    await asAdministrator('PUT', path, { body: { value: 'x' } });
    expect((await asAdministrator('DELETE', path)).status).toBe(204);
    expect((await asAdministrator('DELETE', path)).status).toBe(404);
  });

  test('are listed by name in pages', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const { asAdministrator } = admin(engines, project);
    const path = `/projects/${project}/secrets`;
    for (const name of ['b', 'a', 'c']) await asAdministrator('PUT', `${path}/${name}`, { body: { value: 'x' } });
    const first = await asAdministrator('GET', `${path}?limit=2`);
    expect(first.json).toMatchObject({ items: [{ name: 'a' }, { name: 'b' }] });
    const second = await asAdministrator('GET', `${path}?limit=2&cursor=${Object(first.json).cursor}`);
    expect(second.json).toEqual({ items: [expect.objectContaining({ name: 'c' })] });
  });

  test.for([
    [{}, [['value', 'required']]],
    [{ value: '' }, [['value', 'blank']]],
    [
      { value: 5, hosts: 'x' },
      [
        ['value', 'invalid_type'],
        ['hosts', 'invalid_type'],
      ],
    ],
    [{ value: 'topsecret'.repeat(1_200) }, [['value', 'invalid_text']]],
    [{ value: 'topsecret', hosts: [] }, [['hosts', 'required']]],
    [{ value: 'topsecret', overlap: '2w' }, [['overlap', 'invalid_text']]],
    [{ value: 'topsecret', overlap: '8d' }, [['overlap', 'invalid_text']]],
    [{ value: 'topsecret', hosts: ['https://topsecret'] }, [['hosts.0', 'invalid_text']]],
    [
      { valeu: 'topsecret' },
      [
        ['value', 'required'],
        ['valeu', 'not_allowed'],
      ],
    ],
  ] as const)('refuse %j without quoting it', async ([body, errors], { engines }) => {
    const { project } = await seedProject(engines.table);
    const answer = await admin(engines, project).asAdministrator('PUT', `/projects/${project}/secrets/s`, { body });
    expect(answer.status).toBe(400);
    expect(
      Object(answer.json)
        .errors.map(Object)
        .map((error: Record<string, string>) => [error.parameter, error.code]),
    ).toEqual(errors);
    expect(answer.text).not.toContain('topsecret');
  });
});

describe('API keys', () => {
  test('are shown once, and open the door', async ({ engines }) => {
    const seeded = await seedProject(engines.table);
    const prefix = `k${seeded.project.slice(1)}`;
    const { asAdministrator, observer } = admin(engines, seeded.project);
    const created = await asAdministrator('POST', '/api-keys', { body: { prefix, name: 'Mobile' } });
    expect(created).toMatchObject({
      status: 201,
      headers: { location: `https://api.example.com/admin/v1/api-keys/${prefix}`, 'cache-control': 'no-store' },
      json: { prefix, name: 'Mobile', enabled: true, createdAt: '2026-11-21T09:00:00.000Z' },
    });
    const { key } = Object(created.json);
    expect(key).toMatch(new RegExp(`^${prefix}-[0-9A-Za-z]{43}$`));
    const shown = { prefix, name: 'Mobile', enabled: true, createdAt: '2026-11-21T09:00:00.000Z' };
    expect((await asAdministrator('GET', `/api-keys/${prefix}`)).json).toEqual(shown);
    expect((await asAdministrator('GET', '/api-keys?limit=200')).json).toMatchObject({
      items: expect.arrayContaining([shown]),
    });
    expect(JSON.stringify(observer.lines)).not.toContain(key.slice(prefix.length + 1));
    const { send } = receiver(engines, { ...seeded, keyOf: () => key });
    expect((await send({ summary: 'x' })).status).toBe(403);
    await asAdministrator('DELETE', `/api-keys/${prefix}`);
  });

  test('of a prefix that is taken are refused with 409', async ({ engines }) => {
    await seedKeys(engines.table);
    const { asAdministrator } = admin(engines, 'taken');
    const answer = await asAdministrator('POST', '/api-keys', { body: { prefix: 'mobile', name: 'Again' } });
    expect(answer).toMatchObject({ status: 409, json: { status: 409 } });
  });

  test('are made and shown where the answer to their Put is lost', async ({ engines }) => {
    const seeded = await seedProject(engines.table);
    const prefix = `l${seeded.project.slice(1)}`;
    const { asAdministrator } = admin(engines, seeded.project);
    const restore = loseAnswer(engines.table, 'Put');
    const created = await asAdministrator('POST', '/api-keys', { body: { prefix, name: 'Lost' } });
    restore();
    expect(created.status).toBe(201);
    const { send } = receiver(engines, { ...seeded, keyOf: () => Object(created.json).key });
    expect((await send({ summary: 'x' })).status).toBe(403);
    await asAdministrator('DELETE', `/api-keys/${prefix}`);
  });

  test('are refused with every problem listed', async ({ engines }) => {
    const { asAdministrator } = admin(engines, 'refused');
    const body = { prefix: 'Mobile App', name: ' ', expiresAt: '2027-01-01' };
    expect(await asAdministrator('POST', '/api-keys', { body })).toMatchObject({
      status: 400,
      json: {
        description: '3 parameters were rejected.',
        errors: [
          { parameter: 'prefix', code: 'invalid_text' },
          { parameter: 'name', code: 'invalid_text' },
          { parameter: 'expiresAt', code: 'not_allowed' },
        ],
      },
    });
  });

  test('are deleted once, and then open nothing', async ({ engines }) => {
    const seeded = await seedProject(engines.table);
    const prefix = `d${seeded.project.slice(1)}`;
    const { asAdministrator } = admin(engines, seeded.project);
    const created = await asAdministrator('POST', '/api-keys', { body: { prefix, name: 'Short lived' } });
    expect((await asAdministrator('DELETE', `/api-keys/${prefix}`)).status).toBe(204);
    expect((await asAdministrator('DELETE', `/api-keys/${prefix}`)).status).toBe(404);
    expect((await asAdministrator('GET', `/api-keys/${prefix}`)).status).toBe(404);
    const { send } = receiver(engines, { ...seeded, keyOf: () => Object(created.json).key });
    expect((await send({ summary: 'x' })).status).toBe(401);
  });
});
