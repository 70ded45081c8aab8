import { describe, expect } from 'vitest';
import * as z from 'zod';
import { findTimetable } from '../../adapters/dynamodb/timetables.ts';
import { personClaims } from '../admin.ts';
import { test } from '../engines.ts';
import { erasingProject } from '../erasing-project.ts';
import { declaredForm, keyOfForm, postForm } from '../file-project.ts';
import { projectWithRuns } from '../run-project.ts';

const Archived = z.looseObject({ archivedAt: z.string().optional() });

describe('an archived project', () => {
  test('stays readable, is shown as archived, and is back as it was', async ({ engines }) => {
    const { project, report, ask, api, path } = await erasingProject(engines);
    const { ticket } = await report({ summary: 'before' });
    const before = await ask('GET', '');
    const archived = await ask('POST', '/archive');
    const { archivedAt } = Archived.parse(archived.json);
    expect([archived.status, archivedAt]).toEqual([200, expect.any(String)]);
    expect(await ask('POST', '/archive')).toMatchObject({ status: 200, json: { archivedAt } });
    expect((await ask('GET', '')).json).toMatchObject({ archivedAt, version: 1 });
    expect((await ask('GET', `/tickets/${ticket}`)).status).toBe(200);
    expect((await ask('GET', '/document')).status).toBe(200);
    let listed: unknown;
    await expect
      .poll(async () => {
        const { json } = await api.asAdministrator('GET', '/projects?limit=200');
        listed = z.looseObject({ items: z.array(z.looseObject({ key: z.string() })) }).parse(json);
        return z
          .looseObject({ items: z.array(Archived.extend({ key: z.string() })) })
          .parse(listed)
          .items.find(({ key }) => key === project)?.archivedAt;
      })
      .toBe(archivedAt);
    const manager = api.as(personClaims('pm@example.com'));
    expect((await manager('POST', `${path}/unarchive`)).json).toEqual(before.json);
    expect(await ask('POST', '/unarchive')).toMatchObject({ status: 200, json: before.json });
    expect((await report({ summary: 'after' })).ticket).not.toBe(ticket);
    const { json } = await ask('GET', '/audit?limit=200');
    const { items } = z.object({ items: z.array(z.looseObject({ action: z.string() })) }).parse(json);
    const archivings = items.filter(({ action }) => action.endsWith('archive-project'));
    expect(archivings.map(({ action }) => action).toSorted()).toEqual(['archive-project', 'unarchive-project']);
  });

  test('has no sources and listeners, takes no declarations of files, and begins nothing within 10 seconds', async ({
    engines,
  }) => {
    const { report, declare, ask, api, path, send, fire, arrived, etag, clock } = await archivable(engines);
    const { ticket, crashLog } = await report({ summary: 'before' });
    const file = { fileName: 'a.log', contentType: 'text/plain', size: 5 };
    const { added } = await declare(crashLog.endpoint, file);
    await ask('POST', '/archive');
    clock.advance(10_001);
    expect((await send({ summary: 'late' })).status).toBe(404);
    expect((await fire('devnote', { comment: { body: 'late' } }, { find: ticket })).status).toBe(404);
    expect((await declare(crashLog.endpoint, file)).status).toBe(404);
    const refused = [
      await ask('POST', '/macros/close/runs', { tickets: [ticket] }),
      await api.asAdministrator('PUT', `${path}/document`, { headers: { 'if-match': etag }, body: {} }),
      await ask('POST', `/tickets/${ticket}/comments`, { text: 'late' }),
      await ask('PUT', '/secrets/late', { value: 'x' }),
      await ask('POST', '/members', { email: 'late@example.com' }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([409, 409, 409, 409, 409]);
    expect(refused[0]?.json).toMatchObject({ status: 409, description: expect.stringContaining('archived') });
    const asSupport = api.as(personClaims('ada@example.com'));
    expect((await asSupport('POST', `${path}/archive`)).status).toBe(403);
    expect((await asSupport('POST', `${path}/members`, { body: {} })).status).toBe(403);
    // What was begun before ends.
    await postForm(declaredForm(added), 'hello');
    expect(await arrived(keyOfForm(declaredForm(added)))).toBe('stored');
    await ask('POST', '/unarchive');
    clock.advance(10_001);
    expect((await send({ summary: 'again' })).status).toBe(201);
  });

  test('lets the times of its schedules pass, and goes on with the next one once it is back', async ({ engines }) => {
    const { clock, applyAutomations, automations, tick, workOff, call, project } = await projectWithRuns(engines, {
      tickets: 0,
    });
    const schedule = { every: 'hour', at: ':00' };
    await applyAutomations([{ key: 'sweep', schedule, feedbackType: 'issues', macro: 'close' }]);
    const { timetable } = (await findTimetable(engines.table, project)) ?? {};
    const nextAt = Date.parse(timetable?.entries[0]?.nextAt ?? '');
    await call('POST', `/projects/${project}/archive`);
    clock.advance(nextAt - clock.now());
    await tick();
    await workOff();
    const [passed] = await automations();
    expect(passed).toMatchObject({ nextRunAt: new Date(nextAt + 3_600_000).toISOString(), lastRuns: [] });
    await call('POST', `/projects/${project}/unarchive`);
    clock.advance(3_600_000);
    await tick();
    await workOff();
    expect((await automations())[0].lastRuns).toHaveLength(1);
  });
});

async function archivable(engines: Parameters<typeof erasingProject>[0]) {
  const own = await erasingProject(engines);
  const { headers } = await own.ask('GET', '/document');
  return { ...own, etag: headers.etag ?? '' };
}
