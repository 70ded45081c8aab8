import { describe, expect } from 'vitest';
import { listDeliveries } from '../../adapters/dynamodb/deliveries.ts';
import { findTicket, listTickets } from '../../adapters/dynamodb/tickets.ts';
import type { ExternalSource, ProjectDocument } from '../../core/document/schema.ts';
import { judgeUploadCapability } from '../../core/uploads/capabilities.ts';
import { routes } from '../../functions/routes.ts';
import { admin, testKeys } from '../admin.ts';
import { type TestEngines, test } from '../engines.ts';
import { hideCommit, injectConflicts, interposeOnce, loseAnswer } from '../faults.ts';
import { replaceDocument, seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { fixedClock } from '../seeded.ts';

const crash = { summary: 'Crash on start', device: { os: { version: '18.1' } } };

/** The crash log of the example, which groups by summary and OS version. */
async function crashLog(
  engines: TestEngines,
  change: (source: ExternalSource, document: ProjectDocument) => void = () => undefined,
) {
  const clock = fixedClock();
  const seeded = await seedProject(engines.table, (document) => {
    const [source] = document.externalSources;
    if (source === undefined) throw new Error('the example has changed');
    source.group = { by: ['summary', 'os-version'], add: 'occurrences' };
    change(source, document);
  });
  const { project } = seeded;
  const { send } = receiver(engines, seeded, clock);
  const { asAdministrator } = admin(engines, `${project}/admin`, clock);
  return {
    ...{ clock, project, send },
    /** Each ticket's id with its occurrences, as the list shows them. */
    async listed() {
      const { items } = await listTickets(engines.table, project, 'issues', { limit: 200, newestFirst: false });
      return items.map(({ id, fields }) => `${id} ${fields.occurrences}`);
    },
    find: async (id: string) => await findTicket(engines.table, project, id),
    ask: async (method: string, path: string, given: object = {}) =>
      await asAdministrator(method, `/projects/${project}${path}`, given),
    /** Gives a ticket another status by hand. */
    async close(id: string, status: string) {
      const body = { state: { status } };
      const answer = await asAdministrator('PATCH', `/projects/${project}/tickets/${id}`, {
        ...{ body, headers: { 'if-match': '*' } },
      });
      expect(answer.status).toBe(200);
    },
    /** Gives the source another key, which is known at once. */
    async rename(key: string, aliases: string[]) {
      const [source] = seeded.document.externalSources;
      Object.assign(source ?? {}, { key, aliases });
      await replaceDocument(engines.table, project, seeded.document);
      clock.advance(10_000);
    },
    deliveries: async () => (await listDeliveries(engines.table, project, { limit: 50 }, {})).items,
    async history(id: string) {
      const { json } = await asAdministrator('GET', `/projects/${project}/tickets/${id}/history?limit=200`);
      return Object(json).items;
    },
  };
}

const withoutAutomations = (_: ExternalSource, document: ProjectDocument) => {
  document.automations = [];
};

/** Sends each change of the occurrences somewhere. */
const followAll = (_: ExternalSource, document: ProjectDocument) => {
  document.automations = [
    {
      ...{ key: 'follow', enabled: true, trigger: 'modify', feedbackType: 'issues', macro: 'tell-slack' },
      filter: { field: 'occurrences', op: 'changed' },
    },
  ];
};

test.beforeAll(async ({ engines }) => {
  await seedKeys(engines.table);
});

describe('a source that groups', () => {
  test('A crash reported 50 times in a minute is one ticket with Occurrences 50', async ({ engines }) => {
    const { send, listed, find, clock, history } = await crashLog(engines);
    for (let report = 0; report < 50; report += 1) {
      expect((await send(crash)).status).toBe(report === 0 ? 201 : 200);
      clock.advance(1_000);
    }
    expect(await listed()).toEqual(['BUG-0001 50']);
    expect(await find('BUG-0001')).toMatchObject({ fields: { occurrences: 50 }, version: 50 });
    expect(await history('BUG-0001')).toHaveLength(49);
  });

  test.for([
    ['nothing follows from it', 50, withoutAutomations],
    ['an automation does not match the ticket', 50, undefined],
    ['an automation follows each of them', 20, followAll],
  ] as const)('takes reports of a crash at once as one ticket where %s', async ([, count, change], { engines }) => {
    const { send, listed, find } = await crashLog(engines, change);
    const answers = await Promise.all(Array.from({ length: count }, async () => await send(crash)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array(count - 1).fill(200), 201]);
    const [line = '', ...others] = await listed();
    expect(others).toEqual([]);
    const [id = '', occurrences] = line.split(' ');
    expect(occurrences).toBe(String(count));
    expect(await find(id)).toMatchObject({ fields: { occurrences: count }, version: count });
  });

  test('is changed by hand and commented on while reports are counted', async ({ engines }) => {
    const { send, find, listed, ask, history } = await crashLog(engines, withoutAutomations);
    await send(crash);
    const path = '/tickets/BUG-0001';
    const seen = await ask('GET', path);
    await send(crash);
    const patch = async (body: object, etag = seen.headers.etag) =>
      await ask('PATCH', path, { body, headers: { 'if-match': etag } });
    // Reports are counted between reading and writing, again and again.
    const stop = interposeOnce(engines.table, async () => await send(crash));
    const moved = await patch({ state: { status: 'Open' }, fields: { summary: 'Crash, seen' } });
    stop();
    expect(moved).toMatchObject({ status: 200, json: { fields: { occurrences: 3, summary: 'Crash, seen' } } });
    expect(moved.headers.etag).toBe(`"${(await find('BUG-0001'))?.version}"`);
    expect(await listed()).toEqual(['BUG-0001 3']);
    expect((await patch({ state: { status: 'New' } })).status).toBe(412);
    // A number might be the one that was counted.
    const again = await ask('GET', path);
    await send(crash);
    expect((await patch({ fields: { occurrences: 1 } }, again.headers.etag)).status).toBe(412);
    const stopAgain = interposeOnce(engines.table, async () => await send(crash));
    const commented = await ask('POST', `${path}/comments`, { body: { text: 'Looking', visibility: 'public' } });
    stopAgain();
    expect(commented.status).toBe(201);
    const storm = Array.from({ length: 20 }, async () => await send(crash));
    const changes = ['Open', 'New'].map(async (status) => await patch({ state: { status } }, '*'));
    expect((await Promise.all(changes)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await Promise.all(storm)).map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(await find('BUG-0001')).toMatchObject({ fields: { occurrences: 25, summary: 'Crash, seen' } });
    expect(await listed()).toEqual(['BUG-0001 25']);
    expect(JSON.stringify(await history('BUG-0001'))).toContain('Crash, seen');
  });

  test('answers with the ticket as it is, and with forms for its files that are good for 7 days from now', async ({
    engines,
  }) => {
    const { send, clock, close, project } = await crashLog(engines);
    await send(crash);
    clock.advance(30 * 24 * 60 * 60 * 1_000);
    await close('BUG-0001', 'Open');
    const answer = await send({ ...crash, sumary: 'x' });
    expect(answer).toMatchObject({
      status: 200,
      headers: { location: expect.stringContaining('/tickets/BUG-0001') },
      json: {
        ...{ status: 200, grouped: true, ignoredParameters: ['sumary'] },
        ticket: { id: 'BUG-0001', state: { status: 'Open' }, createdAt: '2026-11-21T09:00:00.000Z' },
        files: [{ field: 'screenshot' }, { field: 'crash-log' }],
      },
    });
    // Whose report it was first is no business of whoever sends the same.
    expect(JSON.stringify(answer.json)).not.toContain('@example.com');
    const [{ endpoint }] = Object(answer.json).files;
    const capability = new URL(endpoint).searchParams.get('upload') ?? '';
    const of = { project, ticket: 'BUG-0001', parameter: 'screenshot' };
    const judged = (days: number) =>
      judgeUploadCapability(testKeys.capability, of, { capability, now: clock.now() + days * 24 * 60 * 60 * 1_000 });
    expect([judged(6.9), judged(7.1)]).toEqual(['valid', 'expired']);
  });

  test.for<[string, object, object, number]>([
    ['the same texts', crash, { ...crash, description: 'again' }, 1],
    ['another version', crash, { ...crash, device: { os: { version: '18.2' } } }, 2],
    ['spaces that differ', crash, { ...crash, summary: 'Crash on start ' }, 2],
    ['one value absent', crash, { summary: 'Crash on start' }, 2],
    ['the same value absent, and null', { summary: 'Odd' }, { summary: 'Odd', device: { os: { version: null } } }, 1],
    ['a blank value for an absent one', { summary: 'Odd' }, { summary: 'Odd', device: { os: { version: ' ' } } }, 1],
  ])('compares what is sent: %s', async ([, first, second, tickets], { engines }) => {
    const { send, listed } = await crashLog(engines);
    await send(first);
    await send(second);
    expect(await listed()).toHaveLength(tickets);
  });

  test('compares parameters of any kind, and a field of choices in any order, but not reports that say nothing', async ({
    engines,
  }) => {
    const { send, listed } = await crashLog(engines, (source) => {
      source.group = { by: ['/crash', 'platforms'], add: 'occurrences' };
    });
    const stack = 'x'.repeat(300_000);
    await send({ summary: 'A', crash: { stack, line: 7 }, platforms: ['iOS', 'Web'] });
    await send({ summary: 'B', crash: { line: 7, stack }, platforms: ['Web', 'iOS'] });
    await send({ summary: 'C', crash: { line: 8, stack }, platforms: ['Web', 'iOS'] });
    await send({ summary: 'D' });
    await send({ summary: 'D' });
    expect(await listed()).toEqual(['BUG-0001 2', 'BUG-0002 1', 'BUG-0003 1', 'BUG-0004 1']);
  });

  test('counts as many as a report says, and stops at the most that the field takes', async ({ engines }) => {
    const { send, listed, find } = await crashLog(engines, (_, document) => {
      const field = document.feedbackTypes[0]?.fields.find(({ key }) => key === 'occurrences');
      if (field !== undefined) field.max = 100;
    });
    await send({ ...crash, occurrences: 7 });
    await send({ ...crash, occurrences: 5 });
    await send({ ...crash, occurrences: 0 });
    await send({ ...crash, occurrences: 0.5 });
    expect(await listed()).toEqual(['BUG-0001 12.5']);
    expect((await send({ ...crash, occurrences: 90 })).status).toBe(200);
    expect((await send(crash)).status).toBe(200);
    expect(await listed()).toEqual(['BUG-0001 100']);
    expect(await find('BUG-0001')).toMatchObject({ version: 4 });
  });

  test('never counts beyond what JSON carries exactly', async ({ engines }) => {
    const { send, find } = await crashLog(engines);
    const most = Number.MAX_SAFE_INTEGER;
    for (const occurrences of [most - 1, 1, 1, most, 1e-100, 0.1]) {
      expect((await send({ ...crash, occurrences })).status).toBeLessThan(300);
    }
    expect((await find('BUG-0001'))?.fields.occurrences).toBe(most);
  });

  test('begins anew where the ticket is closed, and goes on with the ticket that was created then', async ({
    engines,
  }) => {
    const { send, listed, close } = await crashLog(engines);
    await send(crash);
    await send(crash);
    await close('BUG-0001', 'Closed');
    expect((await send(crash)).status).toBe(201);
    await close('BUG-0001', 'Open');
    expect((await send(crash)).json).toMatchObject({ grouped: true, ticket: { id: 'BUG-0002' } });
    expect(await listed()).toEqual(['BUG-0001 2', 'BUG-0002 2']);
  });

  test('begins anew where the ticket is deleted', async ({ engines }) => {
    const { send, listed, ask } = await crashLog(engines);
    await send(crash);
    expect((await ask('DELETE', '/tickets/BUG-0001')).status).toBeLessThan(300);
    expect((await send(crash)).status).toBe(201);
    await send(crash);
    expect(await listed()).toEqual(['BUG-0002 2']);
  });

  test('keeps its groups under a new name, and apart from other sources', async ({ engines }) => {
    const { send, listed, rename } = await crashLog(engines);
    await send(crash);
    await rename('crashes', ['appcrashlog']);
    expect((await send(crash, { source: 'crashes' })).json).toMatchObject({ grouped: true });
    expect((await send(crash, { source: 'appcrashlog' })).json).toMatchObject({ grouped: true });
    expect(await listed()).toEqual(['BUG-0001 3']);
    await rename('others', []);
    expect((await send(crash, { source: 'others' })).status).toBe(201);
  });

  test('says with a dry run what it would do, and does nothing', async ({ engines }) => {
    const { send, listed } = await crashLog(engines);
    const query = 'dryRun=true';
    expect((await send(crash, { query })).json).toEqual({ status: 200, dryRun: true, ignoredParameters: [] });
    await send(crash);
    expect((await send(crash, { query })).json).toMatchObject({
      ...{ status: 200, dryRun: true, grouped: true },
      ticket: { id: 'BUG-0001' },
    });
    expect(await listed()).toEqual(['BUG-0001 1']);
  });

  test.for([
    ['nothing follows', withoutAutomations, 1],
    ['an automation follows', followAll, 1],
    ['the number is at its bound', undefined, Number.MAX_SAFE_INTEGER],
  ] as const)('counts a call with an Idempotency-Key once where %s', async ([, change, occurrences], { engines }) => {
    const { send, find } = await crashLog(engines, change);
    await send({ ...crash, occurrences });
    const headers = { 'idempotency-key': 'once' };
    const first = await send(crash, { headers });
    const raised = (await find('BUG-0001'))?.fields.occurrences;
    const again = await Promise.all([send(crash, { headers }), send(crash, { headers })]);
    for (const { status, headers: answered, json } of again) {
      expect([status, answered['idempotency-replayed']]).toEqual([200, 'true']);
      expect(Object(json).ticket).toEqual(Object(first.json).ticket);
      expect(json).toMatchObject({ grouped: true });
    }
    expect((await send({ ...crash, description: 'other' }, { headers })).status).toBe(422);
    expect((await find('BUG-0001'))?.fields.occurrences).toBe(raised);
    const together = { 'idempotency-key': 'at once' };
    const statuses = await Promise.all([1, 2, 3].map(async () => (await send(crash, { headers: together })).status));
    expect(statuses).toEqual([200, 200, 200]);
    expect((await find('BUG-0001'))?.fields.occurrences).toBe(Math.min(Number(raised) + 1, Number.MAX_SAFE_INTEGER));
  });

  test('answers each report of a batch, grouped or not', async ({ engines }) => {
    const { send, listed } = await crashLog(engines);
    const headers = { 'idempotency-key': 'batch' };
    const routeKey = `${routes['receive-batch'].method} ${routes['receive-batch'].path}`;
    const reports = [crash, crash, { summary: 7 }, crash, { summary: 'Other' }];
    const answer = await send(reports, { headers, routeKey });
    expect(answer.json).toMatchObject({
      accepted: 4,
      reports: [{ status: 201 }, { status: 200, grouped: true }, { status: 400 }, { grouped: true }, { status: 201 }],
    });
    const again = await send(reports, { headers, routeKey });
    expect(Object(again.json).reports[3]).toMatchObject({ status: 200, grouped: true, replayed: true });
    expect(await listed()).toEqual(['BUG-0001 3', 'BUG-0002 1']);
  });

  test.for(['Update', 'TransactWrite'] as const)(
    'counts once where the answer to its %s is lost',
    async (kind, { engines }) => {
      const { send, listed } = await crashLog(engines);
      await send(crash);
      const mend = loseAnswer(engines.table, kind);
      expect((await send(crash)).status).toBe(200);
      mend();
      expect(await listed()).toEqual(['BUG-0001 2']);
    },
  );

  test('counts once where a commit is hidden, and in spite of conflicts', async ({ engines }) => {
    const { send, listed } = await crashLog(engines);
    const mendFirst = hideCommit(engines.table);
    expect((await send(crash)).status).toBe(201);
    mendFirst();
    const mend = hideCommit(engines.table);
    expect((await send(crash)).status).toBe(200);
    mend();
    const calm = injectConflicts(engines.table, 6);
    expect((await send(crash)).status).toBe(200);
    calm();
    expect(await listed()).toEqual(['BUG-0001 3']);
  });

  test('answers 503 to what met conflicts to the end, and counts nothing', async ({ engines }) => {
    const { send, listed } = await crashLog(engines);
    await send(crash);
    const calm = injectConflicts(engines.table, 10_000);
    const answer = await send(crash);
    calm();
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '2']);
    expect(await listed()).toEqual(['BUG-0001 1']);
  });

  test.for([
    ['closed', 'Closed', ['BUG-0001 1', 'BUG-0002 1']],
    ['changed', 'Open', ['BUG-0001 2']],
  ] as const)('sees what a person did to the ticket meanwhile: %s', async ([, status, expected], { engines }) => {
    const { send, listed, close } = await crashLog(engines);
    await send(crash);
    const calm = interposeOnce(engines.table, async () => await close('BUG-0001', status));
    expect((await send(crash)).status).toBe(status === 'Closed' ? 201 : 200);
    calm();
    expect(await listed()).toEqual(expected);
  });

  test('decides what follows on the ticket as it is, and says in the history where each change came from', async ({
    engines,
  }) => {
    const { send, history, deliveries } = await crashLog(engines, followAll);
    await send(crash);
    await send(crash);
    expect(await deliveries()).toHaveLength(1);
    expect(await history('BUG-0001')).toMatchObject([
      { cause: { kind: 'source', key: 'appcrashlog' }, changes: [{ path: 'field.occurrences', from: 1, to: 2 }] },
    ]);
  });

  test('follows an automation that waits for a number', async ({ engines }) => {
    const { send, deliveries, history } = await crashLog(engines, (_, document) => {
      followAll(_, document);
      const [follow] = document.automations;
      if (follow === undefined) return;
      follow.limit = 'oncePerTicket';
      follow.filter = { field: 'occurrences', op: 'greaterThan', value: 4 };
    });
    await Promise.all(Array.from({ length: 8 }, async () => await send(crash)));
    expect(await deliveries()).toHaveLength(1);
    expect(await send(crash)).toMatchObject({ status: 200 });
    const [id] = await deliveries();
    expect(id).toBeDefined();
    const ticket = id?.target && 'ticket' in id.target ? id.target.ticket : '';
    expect((await history(ticket))[0]).toMatchObject({ changes: [{ path: 'field.occurrences', added: 1 }] });
  });

  test('costs no more where it does not group, and little where it does', async ({ engines }) => {
    const operationsOf = async (report: object, change: Parameters<typeof crashLog>[1]) => {
      const { send } = await crashLog(engines, change);
      await send(crash);
      engines.table.meter.read();
      await send(report);
      const { operations, tableWriteUnits, indexWriteUnits } = engines.table.meter.read();
      return { operations, units: tableWriteUnits + indexWriteUnits };
    };
    const ungrouped = await operationsOf({ ...crash, summary: 'Another' }, (source) => {
      source.group = undefined;
    });
    expect(ungrouped.operations).toEqual(['UpdateItem', 'BatchGetItem', 'PutItem', 'PutItem']);
    const created = await operationsOf({ ...crash, summary: 'Another' }, withoutAutomations);
    expect(created.operations.toSorted()).toEqual(
      ['BatchGetItem', 'UpdateItem', 'BatchGetItem', 'PutItem', 'TransactWriteItems'].toSorted(),
    );
    const raised = await operationsOf(crash, withoutAutomations);
    expect(raised.operations.toSorted()).toEqual(['BatchGetItem', 'GetItem', 'PutItem', 'TransactWriteItems']);
    expect([ungrouped.units, created.units, raised.units]).toEqual([4, 7, 6]);
  });
});
