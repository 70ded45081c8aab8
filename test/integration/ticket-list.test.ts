import { describe, expect } from 'vitest';
import type { Where } from '../../core/document/schema-filters.ts';
import { admin } from '../admin.ts';
import { test } from '../engines.ts';
import { projectWithReports, readPages } from '../listed-project.ts';
import { seedProject } from '../project.ts';
import { storeTickets } from '../stored-tickets.ts';

/** The query of a list with conditions. */
const ask = (where: Where, feedbackType?: string) =>
  `where=${encodeURIComponent(JSON.stringify(where))}${feedbackType === undefined ? '' : `&feedbackType=${feedbackType}`}`;

describe('a list of tickets with a filter', () => {
  test('shows those that meet a saved one', async ({ engines }) => {
    const { call, path } = await projectWithReports(engines, { issues: 5, ideas: 1, critical: 2 });
    const list = `${path}/tickets?filter=critical`;
    expect((await readPages(call, list)).flat()).toEqual(['BUG-0001', 'BUG-0002']);
    expect((await readPages(call, `${list}&order=desc&limit=1`)).flat()).toEqual(['BUG-0002', 'BUG-0001']);
    expect((await readPages(call, `${list}&feedbackType=issues`)).flat()).toEqual(['BUG-0001', 'BUG-0002']);
    const close = { headers: { 'if-match': '*' }, body: { state: { status: 'Closed' } } };
    await call('PATCH', `${path}/tickets/BUG-0001`, close);
    expect((await readPages(call, list)).flat()).toEqual(['BUG-0002']);
  });

  test.for<[string, Where, string[], string?]>([
    ['state', { field: 'status', op: 'equals', value: 'Closed' }, ['BUG-0002']],
    ['age', { field: 'ticket.createdAt', op: 'after', value: '2026-11-21T09:00:02.500Z' }, ['BUG-0003', 'IDEA-0001']],
    [
      'field that a list entry has no room for',
      { field: 'description', op: 'contains', value: 'end' },
      ['BUG-0003'],
      'issues',
    ],
    ['submitter', { field: 'submitter.name', op: 'equals', value: 'Jim' }, ['IDEA-0001']],
    ["submitter's address", { field: 'submitter.email', op: 'equals', value: 'jim@example.com' }, ['IDEA-0001']],
    ['external data', { field: 'jira.key', op: 'equals', value: 'APO-7' }, ['BUG-0001']],
    ['missing file', { field: 'attachments', op: 'isNotEmpty' }, []],
    [
      'several',
      {
        any: [
          { field: 'jira.key', op: 'isNotEmpty' },
          { not: { field: 'ticket.type', op: 'equals', value: 'issues' } },
        ],
      },
      ['BUG-0001', 'IDEA-0001'],
    ],
  ])('judges by %s', async ([, where, ids, type], { engines }) => {
    const { call, path } = await projectWithReports(engines, { issues: 3, ideas: 1 });
    const change = async (id: string, body: unknown) =>
      await call('PATCH', `${path}/tickets/${id}`, { headers: { 'if-match': '*' }, body });
    await change('BUG-0001', { external: { jira: { key: 'APO-7' } } });
    await change('BUG-0002', { state: { status: 'Closed' } });
    await change('BUG-0003', { fields: { description: `${'x'.repeat(5_000)} end` } });
    for (const limit of [1, 200]) {
      expect((await readPages(call, `${path}/tickets?${ask(where, type)}&limit=${limit}`)).flat()).toEqual(ids);
      const turned = await readPages(call, `${path}/tickets?${ask(where, type)}&limit=${limit}&order=desc`);
      expect(turned.flat()).toEqual(ids.toReversed());
    }
  });

  test('may hold nothing and still go on, since a page looks through so many', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const last = 450;
    await storeTickets(engines.table, project, { first: 1, last }, (number) =>
      number === last ? { fields: { summary: 'Found', severity: 'Critical' } } : {},
    );
    const { asAdministrator: call } = admin(engines, project);
    const pages = await readPages(call, `/projects/${project}/tickets?filter=critical&limit=10`);
    expect(pages).toEqual([[], [], ['BUG-0450']]);
  });

  test.for([
    ['filter=none', [['filter', 'invalid_choice']]],
    ['filter=critical&feedbackType=ideas', [['filter', 'invalid_choice']]],
    [`filter=critical&${ask({ field: 'status', op: 'isEmpty' })}`, [['where', 'not_allowed']]],
    ['where={', [['where', 'invalid_text']]],
    ['where=[]', [['where', 'invalid_type']]],
    ['where=7', [['where', 'invalid_type']]],
    [ask({ field: 'status', op: 'changed' }), [['where', 'not_allowed']]],
    [ask({ field: 'severity', op: 'isEmpty' }), [['where', 'invalid_choice']]],
    [
      ask({
        all: [
          { field: 'sevrity', op: 'isEmpty' },
          { field: 'occurrences', op: 'equals', value: 'many' },
        ],
      }),
      [
        ['where', 'invalid_choice'],
        ['where', 'invalid_type'],
      ],
    ],
  ] as const)('is refused with every problem for ?%s', async ([query, expected], { engines }) => {
    const { project } = await seedProject(engines.table);
    const answer = await admin(engines, project).asAdministrator('GET', `/projects/${project}/tickets?${query}`);
    expect(answer.status).toBe(400);
    const { errors } = Object(answer.json);
    expect(errors.map(({ parameter }: Record<string, string>) => parameter)).toEqual(expected.map(([name]) => name));
    expect(errors).toHaveLength(expected.length);
  });

  test('has cursors for itself alone', async ({ engines }) => {
    const { call, path, project } = await projectWithReports(engines, { issues: 3, ideas: 1, critical: 3 });
    const other = await projectWithReports(engines, { issues: 3, critical: 3 });
    const where = ask({ field: 'status', op: 'equals', value: 'New' });
    const asked = `tickets?filter=critical&limit=1`;
    const { cursor } = Object((await call('GET', `${path}/${asked}`)).json);
    expect((await call('GET', `${path}/${asked}&cursor=${cursor}`)).json).toMatchObject({
      items: [{ id: 'BUG-0002' }],
    });
    for (const foreign of [
      `${path}/tickets?cursor=${cursor}`,
      `${path}/tickets?filter=ios-only&cursor=${cursor}`,
      `${path}/tickets?${where}&cursor=${cursor}`,
      `${path}/${asked}&order=desc&cursor=${cursor}`,
      `${path}/${asked}&feedbackType=issues&cursor=${cursor}`,
      `${other.path}/${asked}&cursor=${cursor}`,
      `${path}/${asked}&cursor=${cursor.slice(0, -2)}AA`,
      `/projects/${project}/members?cursor=${cursor}`,
    ]) {
      expect(await call('GET', foreign), foreign).toMatchObject({
        status: 400,
        json: { errors: [{ parameter: 'cursor' }] },
      });
    }
  });
});

test.for(['asc', 'desc'] as const)(
  'pages %s while tickets arrive hold each that was there at first once, and none twice',
  async (order, { engines }) => {
    const { call, path, project } = await projectWithReports(engines, { issues: 0, ideas: 3 });
    await storeTickets(engines.table, project, { first: 1, last: 40 });
    const before = (await readPages(call, `${path}/tickets?limit=200&order=${order}`)).flat();
    let arrived = 40;
    const seen: string[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: { items: { id: string }[]; cursor?: string } = Object(
        (await call('GET', `${path}/tickets?limit=7&order=${order}${more}`)).json,
      );
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.cursor;
      // At most a few more than a page: else there is no end to it.
      if (arrived < 80) await storeTickets(engines.table, project, { first: arrived + 1, last: arrived + 5 });
      arrived = Math.min(arrived + 5, 80);
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => before.includes(id))).toEqual(before);
  },
);

test('a list whose types have changed meanwhile is begun again rather than shown twice or not at all', async ({
  engines,
}) => {
  const { call, path, document } = await projectWithReports(engines, { issues: 2, ideas: 2 });
  const { cursor } = Object((await call('GET', `${path}/tickets?limit=3`)).json);
  const { members: _, ...rest } = document;
  const turned = { ...rest, feedbackTypes: document.feedbackTypes.toReversed() };
  const put = await call('PUT', `${path}/document`, { headers: { 'if-match': '*' }, body: turned });
  expect(put.status).toBe(200);
  const answer = await call('GET', `${path}/tickets?limit=3&cursor=${cursor}`);
  expect(answer).toMatchObject({ status: 400, json: { errors: [{ parameter: 'cursor' }] } });
});

test('list, filter and page cost the same consumed units per page with few tickets in the table and with many', {
  timeout: 120_000,
}, async ({ engines }) => {
  const { project } = await seedProject(engines.table);
  const { asAdministrator: call } = admin(engines, project);
  const every = (number: number) => ({
    ...(number % 10 === 0 ? { fields: { summary: 'One of ten', severity: 'Critical' } } : {}),
    ...(number % 5 === 0 ? { state: { team: 'beta-support', workflow: 'default', status: 'Open' } } : {}),
  });
  const queries = [
    '',
    '&order=desc',
    '&filter=critical',
    '&filter=critical&order=desc',
    `&${ask({ field: 'status', op: 'equals', value: 'Open' })}`,
    `&${ask({ field: 'submitter.name', op: 'equals', value: 'Crash Bot' })}`,
    `&${ask({ field: 'severity', op: 'equals', value: 'High' }, 'issues')}`,
  ];
  const measure = async () => {
    const units: number[][] = [];
    for (const query of queries) {
      const path = `/projects/${project}/tickets?limit=50${query}`;
      engines.table.meter.read();
      const first = await call('GET', path);
      const firstUnits = engines.table.meter.read().readUnits;
      const second = await call('GET', `${path}&cursor=${Object(first.json).cursor}`);
      expect([first.status, second.status]).toEqual([200, 200]);
      units.push([firstUnits, engines.table.meter.read().readUnits]);
    }
    return units;
  };
  await storeTickets(engines.table, project, { first: 1, last: 600 }, every);
  // Whoever asks first also reads the configuration.
  await call('GET', `/projects/${project}/tickets`);
  const few = await measure();
  await storeTickets(engines.table, project, { first: 601, last: 1_500 }, every);
  expect(await measure()).toEqual(few);
  expect(Math.max(...(few[0] ?? []))).toBeLessThanOrEqual(15);
});
