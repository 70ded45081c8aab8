import { describe, expect } from 'vitest';
import * as z from 'zod';
import { type AdminCaller, admin, personClaims } from '../admin.ts';
import { applyDocument, openProject } from '../documents.ts';
import { test } from '../engines.ts';
import { hideCommit } from '../faults.ts';
import { seedKeys, seedProject } from '../project.ts';
import { fixedClock } from '../seeded.ts';
import { throttle } from '../throttles.ts';

const Page = z.object({ items: z.array(z.looseObject({ action: z.string() })), cursor: z.string().optional() });

async function actionsOf(call: AdminCaller, path: string): Promise<string[]> {
  return Page.parse((await call('GET', path)).json).items.map(({ action }) => action);
}

describe('the audit', () => {
  test('says who applied a document, with the paths of what changed', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const clock = fixedClock();
    const { asAdministrator, as } = admin(engines, key, clock);
    const { headers } = await applyDocument(asAdministrator, path, document);
    clock.advance(1_000);
    const changed = document.replace('Apollo Beta', 'Apollo 2').replace('role: support', 'role: observer');
    await applyDocument(as(personClaims('pm@example.com')), path, changed, headers.etag);
    const { json } = await asAdministrator('GET', `/projects/${key}/audit`);
    expect(Object(json).items).toMatchObject([{ action: 'put-document' }, { action: 'put-document', version: 1 }]);
    expect(Object(json).items[0]).toEqual({
      at: '2026-11-21T09:00:01.000Z',
      by: 'pm@example.com',
      action: 'put-document',
      project: key,
      object: 'document',
      version: 2,
      changes: [
        { kind: 'changed', path: 'project.name', from: 'Apollo Beta', to: 'Apollo 2' },
        { kind: 'changed', path: 'members[ada@example.com].role' },
      ],
      requestId: 'request-1',
    });
  });

  test('has one entry for each change of secrets, keys, webhooks and runs, newest first, and no secret', async ({
    engines,
  }) => {
    const { project } = await seedProject(engines.table);
    await seedKeys(engines.table);
    const clock = fixedClock();
    const { asAdministrator } = admin(engines, project, clock);
    const prefix = `a${project}`;
    const value = 'a value that nobody may see';
    const calls = [
      ['PUT', `/projects/${project}/secrets/jira`, { value }],
      ['DELETE', `/projects/${project}/secrets/jira`],
      ['POST', '/api-keys', { prefix, name: 'Audited' }],
      ['PATCH', `/api-keys/${prefix}`, { name: 'Renamed', maxPerMinute: 60 }],
      ['POST', `/api-keys/${prefix}/rotate`],
      ['DELETE', `/api-keys/${prefix}`],
      ['POST', `/projects/${project}/endpoints/tell-slack/webhook-1/pause`],
      ['POST', `/projects/${project}/endpoints/tell-slack/webhook-1/resume`],
      ['POST', `/projects/${project}/macros/close/runs`, { tickets: ['BUG-0001'] }],
      ['POST', `/projects/${project}/deliveries/replay`, { outcome: 'failed' }],
    ] as const;
    for (const [method, path, body] of calls) {
      clock.advance(1_000);
      const answer = await asAdministrator(method, path, body === undefined ? {} : { body });
      expect(answer.status, path).toBeLessThan(300);
    }
    const ofProject = await asAdministrator('GET', `/projects/${project}/audit`);
    expect(Object(ofProject.json).items).toMatchObject([
      { action: 'replay-deliveries', object: 'deliveries/replay', made: expect.stringMatching(/^runs\//) },
      { action: 'start-run', object: 'macros/close', made: expect.stringMatching(/^runs\//) },
      { action: 'resume-endpoint', object: 'endpoints/tell-slack/webhook-1' },
      { action: 'pause-endpoint', object: 'endpoints/tell-slack/webhook-1' },
      { action: 'delete-secret', object: 'secrets/jira' },
      { action: 'put-secret', object: 'secrets/jira', by: 'root@example.com', project },
    ]);
    const everything = await asAdministrator('GET', '/audit?limit=200');
    const ofKey = Object(everything.json).items.filter(({ object }: { object: string }) => object.endsWith(prefix));
    expect(ofKey).toMatchObject([
      { action: 'delete-api-key', object: `api-keys/${prefix}` },
      { action: 'rotate-api-key' },
      {
        action: 'change-api-key',
        changes: [
          { kind: 'changed', path: 'name', from: 'Audited', to: 'Renamed' },
          { kind: 'added', path: 'maxPerMinute', to: 60 },
        ],
      },
      { action: 'create-api-key' },
    ]);
    expect(everything.text).not.toContain(value);
    expect(await actionsOf(asAdministrator, `/audit?project=${project}`)).toEqual(
      await actionsOf(asAdministrator, `/projects/${project}/audit`),
    );
  });

  test('has nothing of what was refused, only read, tried dry, or was so already', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator, as } = admin(engines, key);
    const { headers } = await applyDocument(asAdministrator, path, document);
    const template = { template: '((project.name))', context: 'text' };
    await applyDocument(asAdministrator, `${path}?dryRun=true`, document.replace('Apollo Beta', 'B'));
    await applyDocument(asAdministrator, path, document, '"0-x"');
    await applyDocument(asAdministrator, path, 'project: 7', headers.etag);
    await applyDocument(asAdministrator, path, document, headers.etag);
    await as(personClaims('ada@example.com'))('PUT', `/projects/${key}/secrets/jira`, { body: { value: 'x' } });
    await asAdministrator('PUT', `/projects/${key}/secrets/9`, { body: { value: 'x' } });
    await asAdministrator('DELETE', `/projects/${key}/secrets/none`);
    await asAdministrator('POST', `/projects/${key}/tags/preview`, { body: template });
    await asAdministrator('GET', path);
    await asAdministrator('POST', `/projects/${key}/copy`, { body: { key } });
    expect(await actionsOf(asAdministrator, `/projects/${key}/audit`)).toEqual(['put-document']);
  });

  test('of a copy is in the new project and names the other one', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    await applyDocument(asAdministrator, path, document);
    await asAdministrator('POST', `/projects/${key}/copy`, { body: { key: `${key}-b` } });
    const { json } = await asAdministrator('GET', `/projects/${key}-b/audit`);
    expect(json).toMatchObject({ items: [{ action: 'copy-project', object: `projects/${key}`, project: `${key}-b` }] });
    expect(await actionsOf(asAdministrator, `/projects/${key}/audit`)).toEqual(['put-document']);
  });

  test('has a document that was applied once, though the answer to that was contention', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const undo = hideCommit(engines.table);
    expect((await applyDocument(asAdministrator, path, document)).status).toBe(200);
    undo();
    expect(await actionsOf(asAdministrator, `/projects/${key}/audit`)).toEqual(['put-document']);
  });

  test('that cannot be written never makes a success a failure, and the log line says so', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const { asAdministrator, observer } = admin(engines, project);
    const undo = throttle(engines.table, (command, input) => command.startsWith('Put') && input.includes('AUDIT#'));
    const answer = await asAdministrator('PUT', `/projects/${project}/secrets/jira`, { body: { value: 'x' } });
    undo();
    expect(answer.status).toBe(204);
    expect(observer.lines.at(-1)).toMatchObject({ status: 204, audit: 'ThrottlingException' });
    expect(await actionsOf(asAdministrator, `/projects/${project}/audit`)).toEqual([]);
  });

  test('goes on page by page, each entry once', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const clock = fixedClock();
    const { asAdministrator } = admin(engines, project, clock);
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      // Two at one instant are two entries.
      if (name !== 'b') clock.advance(1_000);
      await asAdministrator('PUT', `/projects/${project}/secrets/${name}`, { body: { value: 'x' } });
    }
    for (const path of [`/projects/${project}/audit`, `/audit?project=${project}`, '/audit']) {
      const at = (query: string) => `${path}${path.includes('?') ? '&' : '?'}${query}`;
      const seen: unknown[] = [];
      let cursor: string | undefined;
      do {
        const answer = await asAdministrator('GET', at(`limit=2${cursor === undefined ? '' : `&cursor=${cursor}`}`));
        const page = Page.parse(answer.json);
        seen.push(...page.items.filter((item) => item.project === project).map(({ object }) => object));
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(seen.slice(0, 3)).toEqual(['secrets/e', 'secrets/d', 'secrets/c']);
      expect([...seen].sort()).toEqual(['secrets/a', 'secrets/b', 'secrets/c', 'secrets/d', 'secrets/e']);
    }
    const { cursor } = Page.parse((await asAdministrator('GET', '/audit?limit=1')).json);
    expect((await asAdministrator('GET', `/projects/${project}/audit?cursor=${cursor}`)).status).toBe(400);
  });

  test('is for project managers in their project, and for administrators everywhere', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const { as, asAdministrator } = admin(engines, project);
    const statusOf = async (email: string, path: string) => (await as(personClaims(email))('GET', path)).status;
    expect(await statusOf('pm@example.com', `/projects/${project}/audit`)).toBe(200);
    expect(await statusOf('ada@example.com', `/projects/${project}/audit`)).toBe(403);
    expect(await statusOf('eve@example.com', `/projects/${project}/audit`)).toBe(404);
    expect(await statusOf('pm@example.com', `/audit?project=${project}`)).toBe(403);
    expect((await asAdministrator('GET', '/audit?project=never-there')).json).toEqual({ items: [] });
    expect((await asAdministrator('GET', '/audit?project=Not%20a%20key')).status).toBe(400);
  });
});
