import { describe, expect } from 'vitest';
import { listDeliveries } from '../../adapters/dynamodb/deliveries.ts';
import { findTicket, listTickets } from '../../adapters/dynamodb/tickets.ts';
import { type TestEngines, test } from '../engines.ts';
import { hideCommit, injectConflicts, loseAnswer } from '../faults.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { fixedClock } from '../seeded.ts';

async function ticketIds({ table }: TestEngines, project: string): Promise<string[]> {
  const { items } = await listTickets(table, project, 'issues', { limit: 200, newestFirst: false });
  return items.map(({ id }) => id);
}

test.beforeAll(async ({ engines }) => {
  await seedKeys(engines.table);
});

describe('a report', () => {
  test('creates a ticket and is answered with it', async ({ engines }) => {
    const seeded = await seedProject(engines.table);
    const { send } = receiver(engines, seeded);
    const answer = await send({ summary: 'It crashed', severity: 'Low', submitter: 'Jim@example.com', sumary: 'x' });
    expect(answer).toMatchObject({
      status: 201,
      headers: { location: `https://api.example.com/admin/v1/projects/${seeded.project}/tickets/BUG-0001` },
      json: {
        status: 201,
        ticket: {
          id: 'BUG-0001',
          feedbackType: 'issues',
          state: { team: 'beta-support', workflow: 'default', status: 'New' },
          submitter: 'jim@example.com',
          createdAt: '2026-11-21T09:00:00.000Z',
        },
        files: [
          { field: 'screenshot', parameter: 'screenshot', upload: { method: 'POST', maxBytes: 2_147_483_648 } },
          { field: 'crash-log', parameter: 'crashLog' },
        ],
        ignoredParameters: ['sumary'],
      },
    });
    expect(await findTicket(engines.table, seeded.project, 'BUG-0001')).toMatchObject({
      fields: { summary: 'It crashed', severity: 'Low' },
      version: 1,
    });
  });

  test('takes at most 2 round trips one after another and 6 write units', async ({ engines }) => {
    const { send } = receiver(engines, await seedProject(engines.table));
    await send({ summary: 'Warms the caches' });
    engines.table.meter.read();
    const report = {
      summary: 'It crashed',
      severity: 'Low',
      submitter: 'jim@example.com',
      description: 'x'.repeat(880),
    };
    expect(Buffer.byteLength(JSON.stringify(report))).toBeLessThanOrEqual(1_024);
    expect((await send(report)).status).toBe(201);
    const { operations, tableWriteUnits, indexWriteUnits } = engines.table.meter.read();
    // The first two go side by side: the number, and the members who decide the attribution. So do the activity and the ticket.
    expect(operations).toEqual(['UpdateItem', 'BatchGetItem', 'PutItem', 'PutItem']);
    expect({ tableWriteUnits, indexWriteUnits }).toEqual({ tableWriteUnits: 4, indexWriteUnits: 1 });
  });

  test('takes 3 round trips where the submitter is required, and 10 write units with an Idempotency-Key', async ({
    engines,
  }) => {
    const seeded = await seedProject(engines.table);
    const { send } = receiver(engines, seeded);
    const web = { source: 'webform', headers: { 'x-api-key': seeded.keyOf('web') } };
    await send({ title: 'Warms', email: 'jim@example.com', state: 'New' }, web);
    engines.table.meter.read();
    await send({ title: 'An idea', email: 'jim@example.com', state: 'New' }, web);
    expect(engines.table.meter.read().operations).toEqual(['BatchGetItem', 'UpdateItem', 'PutItem', 'PutItem']);
    await send({ summary: 'x', description: 'x'.repeat(900) }, { headers: { 'idempotency-key': 'once' } });
    const { tableWriteUnits, indexWriteUnits } = engines.table.meter.read();
    expect(tableWriteUnits + indexWriteUnits).toBeLessThanOrEqual(10);
  });

  test('keeps a submitter who is no member as the claimed one, and needs a member where there is no default', async ({
    engines,
  }) => {
    const seeded = await seedProject(engines.table);
    const { send } = receiver(engines, seeded);
    await send({ summary: 'x', submitter: 'stranger@example.com' });
    expect(await findTicket(engines.table, seeded.project, 'BUG-0001')).toMatchObject({
      submitter: 'crash-bot@example.com',
      claimedSubmitter: 'stranger@example.com',
    });
    const web = { source: 'webform', headers: { 'x-api-key': seeded.keyOf('web') } };
    expect(await send({ email: 'stranger@example.com', state: 'Nwe', text: 'x' }, web)).toMatchObject({
      status: 400,
      json: {
        status: 400,
        description: '3 parameters were rejected.',
        errors: [
          { parameter: 'title', code: 'required' },
          { parameter: 'state', code: 'unknown_status', allowed: ['New', 'Planned'] },
          { parameter: 'email', code: 'unknown_submitter' },
        ],
      },
    });
  });

  test('with several faults is told all of them at once, and nothing is stored', async ({ engines }) => {
    const seeded = await seedProject(engines.table);
    const { send } = receiver(engines, seeded);
    const answer = await send({
      summary: ' ',
      severity: 'high',
      platforms: ['iOS', 'iOS'],
      frustration: 6,
      occurrences: '7',
      crashedAt: '2026-02-30',
      screenshot: 'data:',
    });
    expect(answer).toMatchObject({
      status: 400,
      json: {
        description: '7 parameters were rejected.',
        errors: [
          { parameter: 'summary', code: 'blank' },
          {
            parameter: 'severity',
            code: 'invalid_choice',
            message: "'high' is not a choice of Severity.",
            allowed: ['Low', 'Medium', 'High', 'Critical'],
          },
          { parameter: 'platforms', code: 'duplicate_choice' },
          { parameter: 'frustration', code: 'out_of_range' },
          { parameter: 'occurrences', code: 'invalid_type' },
          { parameter: 'crashedAt', code: 'invalid_date' },
          { parameter: 'screenshot', code: 'not_allowed' },
        ],
      },
    });
    expect(await ticketIds(engines, seeded.project)).toEqual([]);
  });

  test('in a dry run creates nothing and takes no number', async ({ engines }) => {
    const seeded = await seedProject(engines.table);
    const { send } = receiver(engines, seeded);
    expect(await send({ summary: 'x', extra: 1 }, { query: 'dryRun=true' })).toMatchObject({
      status: 200,
      json: { status: 200, dryRun: true, ignoredParameters: ['extra'] },
    });
    expect((await send({ summary: 'x' })).json).toMatchObject({ ticket: { id: 'BUG-0001' } });
  });
});

test('fields that no item of the table could hold are refused with 413, and take no number', async ({ engines }) => {
  const seeded = await seedProject(engines.table, (document) => {
    const description = document.feedbackTypes[0]?.fields.find(({ key }) => key === 'description');
    if (description !== undefined) description.maxLength = 100_000;
  });
  const { send } = receiver(engines, seeded);
  const answer = await send({ summary: 'x', description: '🦊'.repeat(99_999) });
  expect(answer).toMatchObject({ status: 413, json: { description: expect.stringContaining('340000') } });
  expect((await send({ summary: 'x' })).json).toMatchObject({ ticket: { id: 'BUG-0001' } });
});

describe('the checks', () => {
  test('answer in the order of the contract', async ({ engines }) => {
    const seeded = await seedProject(engines.table);
    const { send } = receiver(engines, seeded);
    const huge = JSON.stringify({ summary: 'x'.repeat(1_048_576) });
    const wrongKey = { 'x-api-key': `mobile-${'0'.repeat(43)}` };
    const webKey = { 'x-api-key': seeded.keyOf('web') };
    const xml = { 'content-type': 'text/xml' };
    const cases = [
      [401, await send(huge, { source: 'nowhere', headers: { ...wrongKey, ...xml } })],
      [401, await send({}, { headers: { 'x-api-key': 'nonsense' } })],
      [404, await send(huge, { source: 'nowhere', headers: xml })],
      [404, await send({}, { parameters: { project: 'nowhere' } })],
      [404, await send({}, { parameters: { project: 'p'.repeat(3_000) } })],
      [403, await send(huge, { headers: { ...webKey, ...xml } })],
      [413, await send(huge, { headers: xml })],
      [415, await send('<a/>', { headers: xml })],
      [400, await send('{"summary": nope}')],
      [400, await send('[]')],
      [400, await send('')],
      [400, await send({})],
    ] as const;
    expect(cases.map(([, answer]) => answer.status)).toEqual(cases.map(([status]) => status));
    expect(cases[2][1].json).toEqual({ status: 404, description: 'The requested resource could not be found.' });
    expect(cases[8][1].json).toMatchObject({ description: expect.stringContaining('line 1, column 13') });
  });

  test.for([
    ['a lone surrogate', '{"summary":"\\ud800"}'],
    ['NUL', '{"summary":"\\u0000"}'],
    ['nesting over 20', `{"a":${'['.repeat(20)}${']'.repeat(20)}}`],
    ['nesting of 200,000, unfinished', '['.repeat(200_000)],
    ['a number that is not finite', '{"occurrences":1e999}'],
    ['a whole number beyond 2^53', '{"occurrences":9007199254740993}'],
    ['a number that the table cannot hold', '{"summary":"x","occurrences":1e-200}'],
  ] as const)('refuse %s with 400', async ([, body], { engines }) => {
    const { send } = receiver(engines, await seedProject(engines.table));
    expect(await send(body)).toMatchObject({ status: 400, json: { status: 400 } });
  });

  test('name places that are a megabyte long in a short answer', async ({ engines }) => {
    const { send } = receiver(engines, await seedProject(engines.table));
    const { status, json } = await send(`{"${'n'.repeat(900_000)}":[${Array(20).fill('"\\u0000"').join(',')}]}`);
    expect([status, JSON.stringify(json).length < 10_000]).toEqual([400, true]);
  });

  test('accept a key as header, as bearer token and in the query, and never show it', async ({ engines }) => {
    const seeded = await seedProject(engines.table);
    const { send, observer } = receiver(engines, seeded);
    const key = seeded.keyOf('mobile');
    const none = { 'x-api-key': '' };
    const answers = [
      await send({ summary: 'x' }),
      await send({ summary: 'x' }, { headers: { ...none, authorization: `Bearer ${key}` } }),
      await send({ summary: 'x' }, { headers: none, query: `apiKey=${key}` }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(JSON.stringify([answers, observer.lines])).not.toContain(key.slice('mobile-'.length));
  });

  test('take dryRun only as true or false, so that no mistake creates a ticket', async ({ engines }) => {
    const { send } = receiver(engines, await seedProject(engines.table));
    for (const query of ['dryRun=1', 'dryRun=True', 'dryRun']) {
      expect(await send({ summary: 'x' }, { query })).toMatchObject({
        status: 400,
        json: { errors: [{ parameter: 'dryRun', allowed: ['true', 'false'] }] },
      });
    }
  });

  test('let only allowed origins read the answer', async ({ engines }) => {
    const seeded = await seedProject(engines.table);
    const { send } = receiver(engines, seeded);
    const from = async (origin: string) =>
      (await send({}, { source: 'webform', headers: { 'x-api-key': seeded.keyOf('web'), origin } })).headers;
    expect(await from('https://forms.example.com')).toMatchObject({
      'access-control-allow-origin': 'https://forms.example.com',
      vary: 'Origin',
    });
    expect(await from('https://evil.example.com')).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('an Idempotency-Key', () => {
  test('makes eight parallel posts one ticket, and all eight answers name it', async ({ engines }) => {
    const seeded = await seedProject(engines.table);
    const { send } = receiver(engines, seeded);
    const post = async () => await send({ summary: 'x' }, { headers: { 'idempotency-key': 'one' } });
    const answers = await Promise.all(Array.from({ length: 8 }, post));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201));
    const named = new Set(answers.map(({ json }) => JSON.stringify(Object(json).ticket)));
    expect(named.size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true')).toHaveLength(7);
    // A race that is lost skips a number, so that the ticket need not be the first.
    expect(await ticketIds(engines, seeded.project)).toEqual([Object(answers[0]?.json).ticket.id]);
  });

  test('works with a body of twenty thousand unknown properties', async ({ engines }) => {
    const { send } = receiver(engines, await seedProject(engines.table));
    const unknown = Object.fromEntries(Array.from({ length: 20_000 }, (_, place) => [`unknown-property-${place}`, 1]));
    const post = async () => await send({ summary: 'x', ...unknown }, { headers: { 'idempotency-key': 'wide' } });
    const [first, again] = [await post(), await post()];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(Object(again.json).ignoredParameters).toEqual(Object(first.json).ignoredParameters);
  });

  test('with another body is refused with 422, and is forgotten after 24 hours', async ({ engines }) => {
    const clock = fixedClock();
    const { send } = receiver(engines, await seedProject(engines.table), clock);
    const given = { headers: { 'idempotency-key': 'two' } };
    expect((await send({ summary: 'x' }, given)).json).toMatchObject({ ticket: { id: 'BUG-0001' } });
    expect((await send({ summary: 'y' }, given)).status).toBe(422);
    clock.advance(24 * 60 * 60 * 1000 + 1);
    expect((await send({ summary: 'y' }, given)).json).toMatchObject({ ticket: { id: 'BUG-0002' } });
  });
});

describe('contention in the table', () => {
  test('is waited out, and the number that was taken is used', async ({ engines }) => {
    const { send } = receiver(engines, await seedProject(engines.table));
    const undo = injectConflicts(engines.table, 4);
    const answer = await send({ summary: 'x', severity: 'Critical' });
    undo();
    expect(answer).toMatchObject({ status: 201, json: { ticket: { id: 'BUG-0001' } } });
  });

  test('that outlasts five tries is answered with 503 and Retry-After, and nothing is written', async ({ engines }) => {
    const seeded = await seedProject(engines.table);
    const { send } = receiver(engines, seeded);
    const undo = injectConflicts(engines.table, 5);
    const answer = await send({ summary: 'x', severity: 'Critical' });
    undo();
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '2' }, json: { status: 503 } });
    expect(await ticketIds(engines, seeded.project)).toEqual([]);
  });
});

test('a Put whose answer is lost and that is repeated makes one ticket', async ({ engines }) => {
  const seeded = await seedProject(engines.table);
  const { send } = receiver(engines, seeded);
  const undo = loseAnswer(engines.table, 'Put');
  const answer = await send({ summary: 'x', submitter: 'stranger' });
  undo();
  expect(answer).toMatchObject({ status: 201, json: { ticket: { id: 'BUG-0001' } } });
  expect(await ticketIds(engines, seeded.project)).toEqual(['BUG-0001']);
});

test('a transaction that was carried out after all makes one ticket and one delivery', async ({ engines }) => {
  const seeded = await seedProject(engines.table);
  const { send } = receiver(engines, seeded);
  const undo = hideCommit(engines.table);
  const answer = await send({ summary: 'x', severity: 'Critical' });
  undo();
  expect(answer).toMatchObject({ status: 201, json: { ticket: { id: 'BUG-0001' } } });
  expect(await ticketIds(engines, seeded.project)).toEqual(['BUG-0001']);
  expect((await listDeliveries(engines.table, seeded.project, { limit: 10 }, {})).items).toHaveLength(1);
});

test('sixty parallel posts make BUG-0001 to BUG-0060', async ({ engines }) => {
  const seeded = await seedProject(engines.table);
  const { send } = receiver(engines, seeded);
  const answers = await Promise.all(Array.from({ length: 60 }, async () => await send({ summary: 'x' })));
  const ids = answers.map(({ json }) => Object(json).ticket.id).toSorted();
  expect(ids).toEqual(Array.from({ length: 60 }, (_, place) => `BUG-${String(place + 1).padStart(4, '0')}`));
});
