import { expect } from 'vitest';
import { addingApp } from '../adding-app.ts';
import { test } from '../engines.ts';
import { listening } from '../listener.ts';

test('the history of a ticket names what caused each change, page by page', async ({ engines }) => {
  const app = await addingApp(engines, ({ automations }) => {
    const where = { field: 'occurrences', op: 'greaterThan' as const, value: 4 };
    automations.push({ key: 'closing', enabled: true, trigger: 'modify', macro: 'close', filter: where });
  });
  const { patch, support, change, comment, asAdministrator, manager, path, project, clock } = app;
  const { fire } = listening(engines, app, clock);
  const step = async (work: () => Promise<{ status: number }>, status: number) => {
    clock.advance(1_000);
    expect((await work()).status).toBe(status);
  };
  await step(async () => await patch({ fields: { severity: 'High' } }), 200);
  await step(async () => await support('POST', `${path}/comments`, { body: { text: 'Seen' } }), 201);
  await step(async () => await change({ frustration: 2 }), 200);
  await step(async () => await comment({ text: 'Again' }), 201);
  await step(
    async () =>
      await fire('jirastatus', { issue: { fields: { status: { name: 'In Progress' } } } }, { find: 'BUG-0001' }),
    200,
  );
  await step(async () => await fire('devnote', { comment: { body: 'Fixed' } }, { find: 'BUG-0001' }), 200);
  const run = { body: { tickets: ['BUG-0001'] } };
  await step(async () => await asAdministrator('POST', `/projects/${project}/macros/close/runs`, run), 202);
  await step(async () => await patch({ state: { status: 'New' } }), 200);
  await step(async () => await change({ occurrences: 5 }), 200);

  const read = async (query: string) => {
    const causes: [string, unknown][] = [];
    const sizes: number[] = [];
    let cursor = '';
    do {
      const { json } = await manager('GET', `${path}/history?${query}${cursor}`);
      const page = Object(json);
      sizes.push(page.items.length);
      for (const { cause, version } of page.items) causes.push([`${version} ${cause.kind}`, cause.by ?? cause.key]);
      cursor = page.cursor === undefined ? '' : `&cursor=${page.cursor}`;
    } while (cursor !== '');
    return { causes, sizes };
  };
  const oldestFirst = await read('order=asc&limit=4');
  expect(oldestFirst.causes).toEqual([
    ['2 person', 'pm@example.com'],
    ['3 person', 'ada@example.com'],
    ['4 source', 'appcrashlog'],
    ['5 source', 'appcrashlog'],
    ['6 listener', 'jirastatus'],
    ['7 listener', 'devnote'],
    ['8 run', 'root@example.com'],
    ['9 person', 'pm@example.com'],
    ['10 source', 'appcrashlog'],
    ['11 automation', 'closing'],
  ]);
  expect(oldestFirst.sizes).toEqual([4, 4, 2]);
  expect((await read('limit=3')).causes).toEqual(oldestFirst.causes.toReversed());
  // How it began is in the ticket itself.
  expect(await app.ticket()).toMatchObject({
    origin: { kind: 'source', key: 'appcrashlog' },
    createdAt: '2026-11-21T09:00:00.000Z',
  });
});
