import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { describe, expect } from 'vitest';
import * as z from 'zod';
import { leaseAttempt } from '../../adapters/dynamodb/attempts.ts';
import { personClaims } from '../admin.ts';
import { bucketClient } from '../bucket.ts';
import { applyDocument } from '../documents.ts';
import { type TestEngines, test } from '../engines.ts';
import { erasingProject } from '../erasing-project.ts';
import { declaredForm, keyOfForm, postForm } from '../file-project.ts';
import { filledProject } from '../filled-project.ts';

const Item = z.looseObject({ pk: z.string(), sk: z.string(), type: z.string(), project: z.string().optional() });
const Began = z.looseObject({ id: z.string() });

/** What may stay of a deleted project, and for how long (docs/decisions/0047). */
const staying = ['run', 'remembered-call', 'executed-call', 'remembered-signature'];

type Own = Pick<Awaited<ReturnType<typeof erasingProject>>, 'readTable' | 'project'>;

/** All that lies in the table of a project, by its keys or by what it says of itself. */
async function ofProject({ readTable, project }: Own) {
  const items = (await readTable()).map((item) => Item.parse(item));
  return items.filter(
    (item) => item.project === project || [item.pk, item.sk].some((key) => key.split('#').includes(project)),
  );
}

/** The objects of a project, and bodies, whose names say of no project that they are its own. */
async function objectsOf(engines: TestEngines, project: string): Promise<string[]> {
  const { Contents = [] } = await bucketClient(engines).send(new ListObjectsV2Command({ Bucket: engines.bucketName }));
  return Contents.flatMap(({ Key = '' }) =>
    Key.includes(project) || Key.startsWith('bodies/') ? [Key] : [],
  ).toSorted();
}

describe('a project that is deleted', () => {
  test('is hidden at once, and nothing of it is left when its run is done but what is named', async ({ engines }) => {
    const other = await filledProject(engines, 'jim@example.com');
    const bodies = (await objectsOf(engines, other.project)).filter((key) => key.startsWith('bodies/'));
    const own = await filledProject(engines, 'jim@example.com');
    expect((await objectsOf(engines, own.project)).length).toBeGreaterThan(bodies.length + 1);
    const { project, ask, api, clock, workOff, path } = own;
    // A person's erasure that has only begun leaves its mark behind.
    await ask('DELETE', '/members/ada@example.com');
    const untouched = await ofProject(other);
    const kinds = new Set((await ofProject(own)).map(({ type }) => type));
    expect(kinds.size).toBeGreaterThan(15);
    await ask('POST', '/archive');
    const deleted = await ask('DELETE', '', { key: project });
    expect(deleted).toMatchObject({ status: 202, json: { kind: 'erase', over: { of: 'project' } } });
    const run = Began.parse(deleted.json).id;
    expect((await ask('GET', '')).status).toBe(404);
    expect((await ask('GET', '/tickets')).status).toBe(404);
    expect((await ask('GET', `/runs/${run}`)).status).toBe(200);
    expect((await api.as(personClaims('pm@example.com'))('GET', `${path}/runs/${run}`)).status).toBe(404);
    expect((await ask('PUT', '/document', own.document)).status).toBe(409);
    expect((await ask('DELETE', '', { key: project })).status).toBe(404);
    clock.advance(71_000);
    expect(await workOff(deleted.json)).toMatchObject({ state: 'done', failed: 0 });
    const left = await ofProject(own);
    expect(left.filter(({ type }) => !staying.includes(type)).map(({ pk, sk, type }) => ({ pk, sk, type }))).toEqual(
      [],
    );
    expect(left.filter(({ type }) => type === 'run')).toHaveLength(1);
    expect(JSON.stringify(left)).not.toContain('jim@example.com');
    expect(await objectsOf(engines, project)).toEqual(bodies);
    expect(await ofProject(other)).toEqual(untouched);
    expect((await ask('GET', `/runs/${run}`)).json).toMatchObject({ state: 'done', failed: 0 });
    const audit = await api.asAdministrator('GET', '/audit?limit=200');
    expect(audit.json).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({ action: 'delete-project', object: `projects/${project}`, by: 'root@example.com' }),
      ]),
    });
    // A second message does nothing, also where the key is used anew.
    await applyDocument(api.asAdministrator, `${path}/document`, own.document);
    await own.work({ kind: 'run-page', project, run, page: 1 });
    await own.work({ kind: 'tend-run', project, run });
    expect((await ask('GET', '')).json).toMatchObject({ key: project, version: 1 });
    expect((await ask('GET', '/tickets')).json).toEqual({ items: [] });
  });

  test('is an archived one, named in the body, by an administrator, once', async ({ engines }) => {
    const { project, ask, api, path } = await erasingProject(engines);
    expect((await ask('DELETE', '', { key: project })).status).toBe(409);
    await ask('POST', '/archive');
    const wrong = await Promise.all(
      [{}, { key: 'other' }, { key: project, odd: 1 }].map((body) => ask('DELETE', '', body)),
    );
    expect(wrong.map(({ status }) => status)).toEqual([400, 400, 400]);
    const manager = api.as(personClaims('pm@example.com'));
    expect((await manager('DELETE', path, { body: { key: project } })).status).toBe(403);
    const both = await Promise.all([1, 2].map(() => ask('DELETE', '', { key: project })));
    expect(both.map(({ status }) => status).toSorted()[0]).toBe(202);
    expect(both.map(({ status }) => status).toSorted()[1]).toBeGreaterThanOrEqual(404);
  });

  test('has no ghosts: not of a delivery, an upload, a schedule, a call or a page that come late', async ({
    engines,
  }) => {
    const own = await erasingProject(engines, {
      change: (document) => {
        document.automations.push({
          key: 'hourly',
          enabled: true,
          schedule: { every: 'hour', at: ':00', timeZone: 'UTC' },
          feedbackType: 'issues',
          macro: 'close',
        });
      },
    });
    const { project, table, ask, report, declare, send, fire, deliver, lastDelivery, arrived, clock, work, workOff } =
      own;
    const { ticket, crashLog } = await report({ summary: 'before' });
    const { added } = await declare(crashLog.endpoint, { fileName: 'a.log', contentType: 'text/plain', size: 5 });
    const delivery = await lastDelivery();
    const macroRun = Began.parse((await ask('POST', '/macros/close/runs', { where: { all: [] } })).json).id;
    await ask('POST', '/archive');
    const deleted = await ask('DELETE', '', { key: project });
    clock.advance(71_000);
    // Somebody is sending it: the run waits until they are not.
    const token = 'in-hand';
    await leaseAttempt(table, delivery, { now: clock.now(), leaseMs: 15_000, token });
    expect(await workOff(deleted.json)).toMatchObject({ state: 'running' });
    expect((await ofProject(own)).some(({ pk }) => pk.includes(delivery))).toBe(true);
    clock.advance(16_000);
    expect(await workOff(deleted.json)).toMatchObject({ state: 'done', failed: 0 });
    await deliver(delivery);
    await postForm(declaredForm(added), 'hello');
    expect(await arrived(keyOfForm(declaredForm(added)))).toBe('orphan');
    await work({ kind: 'run-schedules', project });
    await work({ kind: 'count-run', project, run: macroRun });
    await work({ kind: 'run-page', project, run: macroRun, page: 1 });
    expect((await send({ summary: 'late' })).status).toBe(404);
    expect((await fire('devnote', { comment: { body: 'late' } }, { find: ticket })).status).toBe(404);
    const left = (await ofProject(own)).filter(({ type }) => !staying.includes(type));
    // What crossed with an API key is the community's log of the key, for 30 days.
    expect(left.filter(({ type }) => type !== 'activity').map(({ pk, sk }) => ({ pk, sk }))).toEqual([]);
    expect((await objectsOf(engines, project)).filter((key) => key.includes(project))).toEqual([]);
  });

  test('by a run that broke off goes on where it was', async ({ engines }) => {
    const own = await erasingProject(engines);
    const { project, ask, report, clock, work, workOff } = own;
    await report({ summary: 'one' });
    await report({ summary: 'two' });
    await ask('POST', '/archive');
    const deleted = await ask('DELETE', '', { key: project });
    const { id: run } = Began.parse(deleted.json);
    clock.advance(71_000);
    await work({ kind: 'count-run', project, run });
    await work({ kind: 'run-page', project, run, page: 2 });
    await work({ kind: 'run-page', project, run, page: 1 });
    await work({ kind: 'run-page', project, run, page: 1 });
    expect(await workOff(deleted.json)).toMatchObject({ state: 'done', failed: 0 });
    const left = (await ofProject(own)).filter(({ type }) => !staying.includes(type));
    expect(left.map(({ pk, sk }) => ({ pk, sk }))).toEqual([]);
  });
});
