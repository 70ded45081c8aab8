import { describe, expect } from 'vitest';
import { listActivity } from '../../adapters/dynamodb/activity.ts';
import { listTickets } from '../../adapters/dynamodb/tickets.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import { routes } from '../../functions/routes.ts';
import { type TestEngines, test } from '../engines.ts';
import { breakTransaction } from '../faults.ts';
import type { TestCall } from '../gateway.ts';
import { seedKeys, seedProject, type TestProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { fixedClock } from '../seeded.ts';

const { method, path } = routes['receive-batch'];

/** A source of the example that takes batches, and the tickets that came of them. */
async function batches(engines: TestEngines, clock = fixedClock(), change?: (document: ProjectDocument) => void) {
  const seeded: TestProject = await seedProject(engines.table, change);
  const { send, observer } = receiver(engines, seeded, clock);
  return {
    clock,
    observer,
    project: seeded.project,
    send: async (body: unknown, call: TestCall = {}) => await send(body, { ...call, routeKey: `${method} ${path}` }),
    activity: async () => {
      const { items } = await listActivity(engines.table, { apiKey: 'mobile' }, { limit: 200, now: clock.now() });
      return items.filter(({ project }) => project === seeded.project);
    },
    tickets: async () =>
      (await listTickets(engines.table, seeded.project, 'issues', { limit: 200, newestFirst: false })).items,
  };
}

test.beforeAll(async ({ engines }) => {
  await seedKeys(engines.table);
});

describe('a batch of reports', () => {
  test.for(['an array', 'an object'])('as %s creates a ticket from each, in its order', async (form, { engines }) => {
    const { send, tickets } = await batches(engines);
    const reports = [{ summary: 'First', sumary: 'x' }, { summary: 'Second' }, { summary: 'Third' }];
    const answer = await send(form === 'an array' ? reports : { reports });
    expect(answer).toMatchObject({
      status: 200,
      json: {
        status: 200,
        accepted: 3,
        refused: 0,
        reports: [
          { status: 201, ticket: { id: 'BUG-0001' }, ignoredParameters: ['sumary'], files: [{}, {}] },
          { status: 201, ticket: { id: 'BUG-0002' } },
          { status: 201, ticket: { id: 'BUG-0003' } },
        ],
      },
    });
    expect((await tickets()).map(({ fields }) => fields.summary)).toEqual(['First', 'Second', 'Third']);
  });

  test('answers of a report that is nested without end, and stores those before and after it', async ({ engines }) => {
    const { send, tickets } = await batches(engines, fixedClock(), ({ externalSources: [source] }) => {
      if (source !== undefined) source.keepRejected = true;
    });
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const answer = await send(`[{"summary":"One"},{"summary":"Two","x":${deep}},{"summary":"Three"}]`);
    expect(answer).toMatchObject({
      status: 200,
      json: {
        accepted: 2,
        reports: [{ status: 201 }, { status: 400, description: expect.stringContaining('nested') }, { status: 201 }],
      },
    });
    expect((await tickets()).map(({ fields }) => fields.summary)).toEqual(['One', 'Three']);
  });

  test('is not held back by what is wrong with one of them, and each is told all of its problems', async ({
    engines,
  }) => {
    const { send, tickets } = await batches(engines);
    const answer = await send([{ summary: 7, severity: 'Odd' }, 'no report', null, { summary: 'Good' }, {}]);
    expect(answer).toMatchObject({
      status: 200,
      json: {
        accepted: 1,
        refused: 4,
        reports: [
          { status: 400, errors: [{ parameter: 'summary' }, { parameter: 'severity' }] },
          { status: 400, description: expect.stringContaining('must be a JSON object') },
          { status: 400 },
          { status: 201, ticket: { id: 'BUG-0001' } },
          { status: 400, errors: [{ parameter: 'summary', code: 'required' }] },
        ],
      },
    });
    expect(await tickets()).toHaveLength(1);
  });

  test('of a hundred is taken, and one of a hundred and one is refused whole', async ({ engines }) => {
    const { send, tickets } = await batches(engines);
    const hundred = Array.from({ length: 100 }, (_, place) => ({ summary: `Report ${place}` }));
    expect(await send([...hundred, { summary: 'Too many' }])).toMatchObject({
      status: 400,
      json: { errors: [{ parameter: 'reports', code: 'too_long' }] },
    });
    expect(await tickets()).toEqual([]);
    expect(await send(hundred)).toMatchObject({ status: 200, json: { accepted: 100, refused: 0 } });
    expect((await tickets()).map(({ fields }) => fields.summary)).toEqual(hundred.map(({ summary }) => summary));
  });

  test.for(['[]', '{}', '{"reports": []}', '{"reports": "x"}', '"text"', '7', 'null', '[{]'])(
    'that is none, such as %s, is refused with 400',
    async (body, { engines }) => {
      const { send } = await batches(engines);
      expect((await send(body)).status).toBe(400);
    },
  );

  test('sent again with its Idempotency-Key makes no second ticket, and tries again what was refused', async ({
    engines,
  }) => {
    const { send, tickets } = await batches(engines);
    const headers = { 'idempotency-key': 'once' };
    await send([{ summary: 'First' }, { summary: 7 }, { summary: 'Third' }], { headers });
    const again = await send([{ summary: 'First' }, { summary: 'Mended' }, { summary: 'Changed' }], { headers });
    expect(again).toMatchObject({
      status: 200,
      json: {
        accepted: 2,
        refused: 1,
        reports: [
          { status: 201, replayed: true, ticket: { id: 'BUG-0001' } },
          { status: 201, ticket: { id: 'BUG-0003' } },
          { status: 422 },
        ],
      },
    });
    expect((await tickets()).map(({ fields }) => fields.summary)).toEqual(['First', 'Third', 'Mended']);
  });

  test('refuses what cannot be stored in the report that has it, and takes one nested 20 deep as though it came alone', async ({
    engines,
  }) => {
    const { send, tickets } = await batches(engines);
    const deep: unknown = JSON.parse(`${'{"deep":'.repeat(19)}{}${'}'.repeat(19)}`);
    const tooDeep = { summary: 'Too deep', more: { more: deep } };
    const fit = { ...Object(deep), summary: 'Deep' };
    expect(
      await send({ reports: [{ summary: 'a' }, { summary: 'b\0' }, { summary: '\ud800' }, tooDeep, fit] }),
    ).toMatchObject({
      status: 200,
      json: {
        accepted: 2,
        reports: [
          { status: 201 },
          { status: 400, description: expect.stringContaining('NUL') },
          { status: 400, description: expect.stringContaining('Unicode') },
          { status: 400, description: expect.stringContaining('20 deep') },
          { status: 201 },
        ],
      },
    });
    expect(await tickets()).toHaveLength(2);
  });

  test('is one line of the log with all of its tickets, and one entry of the activity that says what was refused', async ({
    engines,
  }) => {
    const { send, observer, activity } = await batches(engines);
    await send([{ summary: 'First', severity: 'Critical' }, { summary: 7 }, { summary: 'Third' }]);
    expect(observer.lines.filter(({ message }) => message === 'request')).toEqual([
      expect.objectContaining({ reports: 3, accepted: 2, queued: 1, tickets: ['BUG-0001', 'BUG-0002'] }),
    ]);
    expect(await activity()).toMatchObject([
      { status: 200, outcome: 'accepted', reason: expect.stringContaining('1 of 3 reports were refused. /1: ') },
    ]);
  });

  test.for([
    ['checked', [{ summary: 'Good' }], 'dryRun=true', false],
    ['replayed', [{ summary: 'Good' }], '', true],
    ['refused', [{}], '', false],
  ] as const)(
    'is in the activity as %s where all of its reports are',
    async ([outcome, reports, query, twice], { engines }) => {
      const { send, activity } = await batches(engines);
      const headers = { 'idempotency-key': 'once' };
      if (twice) await send(reports, { headers });
      await send(reports, { headers, query });
      expect((await activity())[0]).toMatchObject({ status: 200, outcome });
    },
  );

  test('takes no more reports once its answer has 4 MB', async ({ engines }) => {
    const many = Array.from({ length: 490 }, (_, place) => `${'x'.repeat(190)}${place}`);
    const { send, tickets } = await batches(engines, fixedClock(), (document) => {
      const type = document.feedbackTypes.find(({ key }) => key === 'issues');
      const severity = type?.fields.find(({ key }) => key === 'severity');
      if (severity?.kind !== 'singleChoice') throw new Error('the example has changed');
      severity.options = [...(severity.options ?? []), ...many];
    });
    const answer = await send(Array.from({ length: 100 }, () => ({ summary: 'x', severity: 'odd' })));
    expect(answer.status).toBe(200);
    expect(Buffer.byteLength(answer.text)).toBeLessThan(5_000_000);
    expect(answer.json).toHaveProperty('reports[0].status', 400);
    expect(answer.json).toHaveProperty('reports[99].status', 503);
    expect(await tickets()).toEqual([]);
  });

  test('only checks with ?dryRun=true', async ({ engines }) => {
    const { send, tickets } = await batches(engines);
    expect(await send([{ summary: 'Good' }, { summary: 7 }], { query: 'dryRun=true' })).toMatchObject({
      status: 200,
      json: { accepted: 1, refused: 1, reports: [{ status: 200, dryRun: true }, { status: 400 }] },
    });
    expect(await tickets()).toEqual([]);
  });

  test('says which reports are there when one of them fails for a reason of ours', async ({ engines }) => {
    const { send, tickets, observer } = await batches(engines);
    const headers = { 'idempotency-key': 'once' };
    const mend = breakTransaction(engines.table, 1);
    const reports = [{ summary: 'First' }, { summary: 'Broken' }, { summary: 'Third' }];
    const answer = await send(reports, { headers });
    mend();
    expect(answer).toMatchObject({
      status: 200,
      json: {
        accepted: 2,
        refused: 1,
        reports: [{ status: 201 }, { status: 500, description: expect.stringContaining('request-1') }, { status: 201 }],
      },
    });
    expect(observer.lines).toContainEqual(
      expect.objectContaining({ message: 'report failed', place: 1, error: 'Error: injected' }),
    );
    expect(await send(reports, { headers })).toMatchObject({ json: { accepted: 3, refused: 0 } });
    expect((await tickets()).map(({ fields }) => fields.summary)).toEqual(['First', 'Third', 'Broken']);
  });

  test('answers 503 to what it had no time for, and takes that when it comes again', async ({ engines }) => {
    const clock = fixedClock();
    let lookMs = 3_000;
    const now = () => {
      clock.advance(lookMs);
      return clock.now();
    };
    const { send, tickets } = await batches(engines, { ...clock, now });
    const reports = Array.from({ length: 10 }, (_, place) => ({ summary: `Report ${place}` }));
    const headers = { 'idempotency-key': 'once' };
    const first = await send(reports, { headers });
    const taken = (await tickets()).length;
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(10);
    expect(first).toMatchObject({ status: 200, json: { accepted: taken, refused: 10 - taken } });
    expect(first.json).toHaveProperty('reports[9].status', 503);
    lookMs = 0;
    expect(await send(reports, { headers })).toMatchObject({ json: { accepted: 10, refused: 0 } });
    expect(await tickets()).toHaveLength(10);
  });
});
