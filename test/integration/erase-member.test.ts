import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect } from 'vitest';
import * as z from 'zod';
import { listProjectAudit } from '../../adapters/dynamodb/audit.ts';
import { activityKey } from '../../adapters/dynamodb/keys.ts';
import { pathsOf } from '../../core/erasure/paths-of-address.ts';
import { personClaims } from '../admin.ts';
import { bucketClient } from '../bucket.ts';
import { test } from '../engines.ts';
import { erasingProject } from '../erasing-project.ts';
import { hideCommit } from '../faults.ts';
import { filledProject } from '../filled-project.ts';

const address = 'jim@example.com';
const escaped = encodeURIComponent(address);

/** The texts that an item holds, those in compressed documents and in bytes included. */
function textsOf(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value);
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes).toString('utf8') : bytes.toString('utf8');
  }
  if (Array.isArray(value)) return value.map(textsOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [textsOf(key), textsOf(one)]));
}

describe('the erasure of a member', () => {
  test("After a member's erasure, no item, list, log or object in the table and bucket contains the address (searched)", async ({
    engines,
  }) => {
    const own = await filledProject(engines, address);
    const { project, ask, clock, api, ticket, path } = own;
    const asJim = api.as(personClaims(address, ['administrators']));

    const { headers } = await ask('GET', '/document');
    const renamed = { ...own.document, members: [], project: { ...own.document.project, name: 'Apollo 2' } };
    await asJim('PUT', `${path}/document`, { headers: { 'if-match': headers.etag ?? '' }, body: renamed });

    const find = async () => {
      const ours = (await own.readTable()).filter((item) => JSON.stringify(textsOf(item)).includes(project));
      return ours.filter((item) => {
        const texts = textsOf(item);
        const plain = JSON.stringify(texts).toLowerCase();
        return pathsOf(texts, address).length > 0 || plain.includes(address) || plain.includes(escaped);
      });
    };
    const before = await find();
    const kinds = new Set(before.map(({ type }) => type));
    expect([...kinds]).toEqual(
      expect.arrayContaining([
        'activity',
        'attachment',
        'audit',
        'change',
        'comment',
        'delivery',
        'document-part',
        'member',
        'notification',
        'rejected-submission',
        'run',
        'run-page',
        'run-result',
        'ticket',
      ]),
    );
    const erased = await ask('DELETE', `/members/${address}`);
    expect(erased).toMatchObject({ status: 202, json: { kind: 'erase', state: 'counting', over: { of: 'member' } } });
    const { over } = z.object({ over: z.object({ pseudonym: z.string() }) }).parse(erased.json);
    expect((await ask('GET', `/members/${address}`)).status).toBe(404);
    clock.advance(71_000);
    expect(await own.workOff(erased.json)).toMatchObject({ state: 'done', failed: 0 });
    expect((await find()).map(({ pk, sk, type }) => ({ pk, sk, type }))).toEqual([]);
    const client = bucketClient(engines);
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: engines.bucketName }));
    for (const { Key } of Contents) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: engines.bucketName, Key }));
      const text = (await Body?.transformToString()) ?? '';
      if (text.includes(project) || Key?.includes(project) || Key?.startsWith('bodies/'))
        expect([Key, pathsOf(text, address)]).toEqual([Key, []]);
    }
    for (const lines of [api.observer.lines, own.observer.lines]) expect(pathsOf(lines, address)).toEqual([]);
    expect((await ask('GET', `/tickets/${ticket}`)).json).toMatchObject({ submitter: over.pseudonym });
    expect((await ask('GET', '/audit')).json).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ by: over.pseudonym, action: 'put-secret' })]),
    });
    expect((await ask('GET', '/document/versions')).json).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ by: over.pseudonym })]),
    });
    expect((await ask('GET', `/tickets/${ticket}`)).json).toMatchObject({
      fields: { summary: `From ${over.pseudonym}` },
    });
  });

  test('takes in reports that come meanwhile as those of an unknown submitter', async ({ engines }) => {
    const { send, ask, workOff } = await erasingProject(engines);
    const { json } = await ask('DELETE', `/members/${address}`);
    const late = await send({ summary: 'late', submitter: address });
    expect(late).toMatchObject({ status: 201, json: { ticket: { submitter: 'crash-bot@example.com' } } });
    expect(await workOff(json)).toMatchObject({ state: 'done', failed: 0 });
    const { ticket } = z.object({ ticket: z.object({ id: z.string() }) }).parse(late.json);
    const { pseudonym } = z.object({ over: z.object({ pseudonym: z.string() }) }).parse(json).over;
    expect((await ask('GET', `/tickets/${ticket.id}`)).json).toMatchObject({ claimedSubmitter: pseudonym });
  });

  test("is refused with 409 while the project's document names the address, and where", async ({ engines }) => {
    const { ask } = await erasingProject(engines);
    const { status, json } = await ask('DELETE', '/members/crash-bot@example.com');
    expect([status, json]).toMatchObject([
      409,
      { description: expect.stringContaining('externalSources[0].defaultSubmitter') },
    ]);
    expect((await ask('GET', '/members/crash-bot@example.com')).status).toBe(200);
  });

  test('lets nobody add the address again until it is done, by whatever way, and then leaves whoever is added alone', async ({
    engines,
  }) => {
    const { ask, api, path, workOff } = await erasingProject(engines);
    const erased = await ask('DELETE', `/members/${address}`);
    const run = z.object({ id: z.string() }).parse(erased.json).id;
    const add = async () => await ask('POST', '/members', { email: address, name: 'Jim again' });
    const reason = { description: expect.stringContaining(run) };
    expect(await add()).toMatchObject({ status: 409, json: reason });
    const { headers, json } = await ask('GET', '/document');
    const withJim = { ...z.looseObject({}).parse(json), members: [{ email: address }] };
    const apply = async () =>
      await api.asAdministrator('PUT', `${path}/document`, {
        headers: { 'if-match': headers.etag ?? '' },
        body: withJim,
      });
    expect(await apply()).toMatchObject({ status: 409, json: reason });
    const file = { headers: { 'content-type': 'text/csv' }, body: `email,name\n${address},Jim` };
    expect(await api.asAdministrator('POST', `${path}/members/import`, file)).toMatchObject({
      json: { results: [{ outcome: 'failed', reason: expect.stringContaining(run) }] },
    });
    expect(await workOff(erased.json)).toMatchObject({ state: 'done', failed: 0 });
    expect((await add()).status).toBe(201);
    await workOff(erased.json);
    expect(await ask('GET', `/members/${address}`)).toMatchObject({
      status: 200,
      json: { email: address, name: 'Jim again' },
    });
    expect((await apply()).status).toBe(200);
  });

  test('of whoever has changed something, or has a role above, is for administrators', async ({ engines }) => {
    const { ask, api, path, project } = await erasingProject(engines);
    const pm = api.as(personClaims('pm@example.com'));
    await ask('PUT', '/secrets/one', { value: 'x'.repeat(9) });
    expect((await pm('POST', `${path}/members`, { body: { email: 'root@example.com' } })).status).toBe(201);
    expect(await pm('DELETE', `${path}/members/root@example.com`)).toMatchObject({
      status: 403,
      json: { description: expect.stringContaining('audit') },
    });
    await ask('POST', '/members', { email: 'boss@example.com', role: 'administrator' });
    expect((await pm('DELETE', `${path}/members/boss@example.com`)).status).toBe(403);
    const entries = (await listProjectAudit(engines.table, project, { limit: 9 })).items;
    expect(entries.map(({ by }) => by).toSorted()).toEqual(['pm@example.com', 'root@example.com', 'root@example.com']);
    expect((await pm('DELETE', `${path}/members/${address}`)).status).toBe(202);
    expect(
      (
        await api.as(personClaims('other@example.com', ['administrators']))(
          'DELETE',
          `${path}/members/root@example.com`,
        )
      ).status,
    ).toBe(202);
  });

  test('is done even where a ticket repeats the address until it is as large as may be', async ({ engines }) => {
    const { report, ask, workOff } = await erasingProject(engines, {
      change: ({ feedbackTypes, externalSources }) => {
        const [[type], [source]] = [feedbackTypes, externalSources];
        const description = type?.fields.find(({ key }) => key === 'description');
        if (type === undefined || source === undefined || description === undefined) return;
        description.maxLength = 100_000;
        for (const key of ['second', 'third']) {
          type.fields.push({ ...description, key, label: key });
          source.fields[key] = key;
        }
      },
    });
    const line = `GET /u/${address} 200\n`;
    const long = line.repeat(Math.floor(99_000 / line.length));
    const { ticket } = await report({
      ...{ summary: 'large', submitter: address },
      ...{ description: long, second: long, third: long },
    });
    const { json } = await ask('DELETE', `/members/${address}`);
    expect(await workOff(json)).toMatchObject({ state: 'done', failed: 0 });
    const shown = await ask('GET', `/tickets/${ticket}`);
    expect(shown.json).toMatchObject({ submitter: expect.stringMatching(/^erased-.*@erased\.invalid$/) });
    expect(shown.text).not.toContain(address);
    expect(shown.text).toContain('/u/erased 200');
  });

  test('looks through what crossed with API keys that are deleted by now', async ({ engines }) => {
    const { ask, api, project, clock, workOff, readTable } = await erasingProject(engines);
    const [prefix, at] = [`gone${project.replaceAll(/\D/g, '')}`, new Date(clock.now()).toISOString()];
    expect((await api.asAdministrator('POST', '/api-keys', { body: { prefix, name: prefix } })).status).toBe(201);
    const Item = { ...activityKey({ apiKey: prefix }, at, 'r1'), type: 'activity', project, reason: `no ${address}` };
    await engines.table.client.send(new PutCommand({ TableName: engines.table.name, Item }));
    expect((await api.asAdministrator('DELETE', `/api-keys/${prefix}`)).status).toBe(204);
    expect((await api.asAdministrator('DELETE', `/api-keys/${prefix}`)).status).toBe(404);
    const { json } = await ask('DELETE', `/members/${address}`);
    expect(await workOff(json)).toMatchObject({ state: 'done', failed: 0 });
    const [kept] = (await readTable()).filter(({ pk }) => pk === Item.pk);
    expect(kept).toMatchObject({ reason: expect.stringMatching(/^no erased-/) });
    expect((await api.asAdministrator('POST', '/api-keys', { body: { prefix, name: prefix } })).status).toBe(201);
  });

  test('is refused to the person themselves, to support, and for nobody', async ({ engines }) => {
    const { ask, api, path } = await erasingProject(engines);
    expect((await api.as(personClaims('pm@example.com'))('DELETE', `${path}/members/pm@example.com`)).status).toBe(409);
    expect((await api.as(personClaims('ada@example.com'))('DELETE', `${path}/members/${address}`)).status).toBe(403);
    expect((await ask('DELETE', '/members/nobody@example.com')).status).toBe(404);
    expect((await ask('DELETE', '/members/nonsense')).status).toBe(404);
  });

  test('whose commit was hidden by contention is answered with its run, and stands in the audit', async ({
    engines,
  }) => {
    const { ask, workOff, project } = await erasingProject(engines);
    const undo = hideCommit(engines.table);
    const erased = await ask('DELETE', `/members/${address}`);
    undo();
    expect(erased).toMatchObject({ status: 202, json: { kind: 'erase' } });
    const entries = (await listProjectAudit(engines.table, project, { limit: 9 })).items;
    expect(entries).toMatchObject([{ action: 'erase-member', made: expect.stringContaining('runs/') }]);
    expect(await workOff(erased.json)).toMatchObject({ state: 'done', failed: 0 });
  });

  test('begun by two at once is begun once', async ({ engines }) => {
    const { ask } = await erasingProject(engines);
    const answers = await Promise.all([1, 2].map(async () => await ask('DELETE', `/members/${address}`)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 404]);
  });

  test('that broke off goes on, and is repeated without harm', async ({ engines }) => {
    const { report, ask, work, workOff, project, readTable } = await erasingProject(engines);
    const { ticket } = await report({ summary: 'x', submitter: address });
    const { json } = await ask('DELETE', `/members/${address}`);
    const { id: run } = z.looseObject({ id: z.string() }).parse(json);
    await work({ kind: 'count-run', project, run });
    await work({ kind: 'run-page', project, run, page: 1 });
    expect(await workOff(json)).toMatchObject({ state: 'done' });
    await work({ kind: 'run-page', project, run, page: 1 });
    await work({ kind: 'tend-run', project, run });
    expect((await ask('GET', `/tickets/${ticket}`)).json).toMatchObject({
      submitter: expect.stringContaining('erased-'),
    });
    expect((await readTable()).filter(({ type, pk }) => type === 'erasure' && String(pk).includes(project))).toEqual(
      [],
    );
  });
});

test('The export of a person stays within what an answer may hold, however many large tickets there are', async ({
  engines,
}) => {
  const { report, ask } = await erasingProject(engines);
  for (let place = 0; place < 9; place += 1) await report({ summary: `${place}`, submitter: address });
  const seen: string[] = [];
  let cursor = '';
  do {
    const { json } = await ask('GET', `/members/${address}/export?limit=200${cursor}`);
    const page = z
      .object({ items: z.array(z.looseObject({ kind: z.string() })), cursor: z.string().optional() })
      .parse(json);
    const tickets = page.items.filter(({ kind }) => kind === 'ticket');
    expect(tickets.length).toBeLessThanOrEqual(8);
    seen.push(...tickets.map(({ id }) => String(id)));
    cursor = page.cursor === undefined ? '' : `&cursor=${page.cursor}`;
  } while (cursor !== '');
  expect(new Set(seen).size).toBe(9);
});

test('The export of a person holds the member, their tickets, comments, history and deliveries, page by page', async ({
  engines,
}) => {
  const { report, ask, fire, api, path } = await erasingProject(engines);
  const { ticket } = await report({ summary: 'mine', submitter: address });
  await report({ summary: 'not mine' });
  await fire('thanks', {}, { find: address, member: true });
  await ask('POST', `/members/${address}/comments`, { text: 'kind' });
  const items: { kind: string; id?: unknown }[] = [];
  let cursor = '';
  do {
    const { json } = await ask('GET', `/members/${address}/export?limit=1${cursor}`);
    const page = z
      .object({ items: z.array(z.looseObject({ kind: z.string() })), cursor: z.string().optional() })
      .parse(json);
    items.push(...page.items);
    cursor = page.cursor === undefined ? '' : `&cursor=${page.cursor}`;
  } while (cursor !== '');
  expect(items.map(({ kind }) => kind)).toEqual(['member', 'change', 'change', 'comment', 'ticket']);
  expect(items.at(-1)).toMatchObject({ id: ticket, submitter: address });
  expect((await ask('GET', '/members/nobody@example.com/export')).status).toBe(404);
  expect((await ask('GET', `/members/${address}/export?cursor=x`)).status).toBe(400);
  expect((await api.as(personClaims('ada@example.com'))('GET', `${path}/members/${address}/export`)).status).toBe(403);
});
