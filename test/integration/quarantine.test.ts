import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect } from 'vitest';
import { keptCountKey } from '../../adapters/dynamodb/keys.ts';
import { personClaims } from '../admin.ts';
import { test } from '../engines.ts';
import { replaceDocument } from '../project.ts';
import { idOf, projectWithQuarantine } from '../quarantined-project.ts';

test('Three submissions with a misspelled choice sit in quarantine; after the document is corrected, a dry run says 3 would pass, the replay makes 3 tickets, each marked as replayed', async ({
  engines,
}) => {
  const { send, clock, kept, allow, replayAll, workOff, get, results, tickets, call, path, takeAll } =
    await projectWithQuarantine(engines);
  const ids: string[] = [];
  for (const summary of ['One', 'Two', 'Three']) {
    const answer = await send({ summary, severity: 'Hihg' });
    expect(answer).toMatchObject({ status: 400, json: { status: 400, errors: [{ code: 'invalid_choice' }] } });
    ids.push(idOf(answer));
    clock.advance(1_000);
  }
  expect(await kept()).toMatchObject(ids.toReversed().map((id) => ({ id, source: 'appcrashlog', state: 'waiting' })));
  expect(await replayAll({ source: 'appcrashlog', dryRun: true })).toMatchObject({
    status: 200,
    json: { dryRun: true, checked: 3, wouldPass: 0, wouldFail: 3, examples: [{ id: ids[0] }, {}, {}], more: false },
  });
  await allow('Hihg');
  clock.advance(60_000);
  expect(await replayAll({ source: 'appcrashlog', dryRun: true })).toMatchObject({
    status: 200,
    json: { dryRun: true, checked: 3, wouldPass: 3, wouldFail: 0, examples: [], more: false },
  });
  expect(await tickets()).toEqual([]);
  const begun = await replayAll({ source: 'appcrashlog' });
  expect(begun).toMatchObject({ status: 202, json: { kind: 'resubmit', state: 'counting' } });
  const { id } = Object(begun.json);
  await workOff();
  expect(await get(id)).toMatchObject({ state: 'done', total: 3, done: 3, failed: 0, skipped: 0 });
  const done = await results(id);
  expect(done).toMatchObject(ids.map((submission) => ({ submission, outcome: 'done' })));
  for (const [place, { ticket }] of done.entries()) {
    expect((await call('GET', `${path}/tickets/${ticket}`)).json).toMatchObject({
      fields: { severity: 'Hihg', summary: ['One', 'Two', 'Three'][place] },
      origin: {
        kind: 'source',
        key: 'appcrashlog',
        replayed: ids[place],
        submittedAt: `2026-11-21T09:00:0${place}.000Z`,
      },
      createdAt: '2026-11-21T09:01:03.000Z',
    });
    const { items } = Object((await call('GET', `${path}/tickets/${ticket}/history?order=asc`)).json);
    expect(items[0]).toMatchObject({
      cause: { kind: 'source', key: 'appcrashlog', by: 'root@example.com' },
      changes: [{ path: 'ticket.origin.replayed', to: ids[place] }, {}],
    });
  }
  expect(await kept('?state=waiting')).toEqual([]);
  expect(await kept('?state=replayed')).toMatchObject(done.toReversed().map(({ ticket }) => ({ ticket })));
  expect(await tickets()).toHaveLength(3);
  // A second replay of the same finds nothing to do.
  const again = Object((await replayAll({ ids })).json);
  expect(again).toMatchObject({ state: 'done', total: 3, skipped: 3 });
  expect(await tickets()).toHaveLength(3);
  expect(await takeAll()).toEqual([]);
});

describe('a rejected report', () => {
  test('is kept as it came, with why it was refused, and becomes a ticket by one call', async ({ engines }) => {
    const { send, show, replay, allow, call, path } = await projectWithQuarantine(engines);
    const body = '{ "summary": "It  crashed",\n"severity":"Hihg" }';
    const answer = await send(body);
    const id = idOf(answer);
    const shown = await show(id);
    expect(shown).toMatchObject({ status: 200, headers: { etag: '"1"' } });
    expect(shown.json).toEqual({
      ...{ id, source: 'appcrashlog', state: 'waiting', version: 1 },
      project: expect.any(String),
      submittedAt: '2026-11-21T09:00:00.000Z',
      apiKey: 'mobile',
      requestId: 'request-1',
      description: '1 parameter was rejected.',
      errors: Object(answer.json).errors,
      body: { bytes: body.length, text: body },
    });
    expect(await replay(id, '?dryRun=true')).toMatchObject({
      status: 400,
      json: { errors: [{ parameter: 'severity' }] },
    });
    expect(await replay(id)).toMatchObject({ status: 400, json: { errors: [{ parameter: 'severity' }] } });
    await allow('Hihg');
    expect(await replay(id, '?dryRun=true')).toMatchObject({ status: 200, json: { dryRun: true } });
    expect(await replay(id)).toMatchObject({
      status: 201,
      headers: { location: `https://api.example.com/admin/v1${path}/tickets/BUG-0001` },
      json: { submission: id, ticket: { id: 'BUG-0001', submitter: 'crash-bot@example.com' } },
    });
    expect((await show(id)).json).toMatchObject({ state: 'replayed', ticket: 'BUG-0001', version: 2 });
    expect(await replay(id)).toMatchObject({ status: 409, json: { description: expect.stringContaining('BUG-0001') } });
    expect((await call('GET', `${path}/tickets/BUG-0001`)).json).toMatchObject({ origin: { replayed: id } });
  });

  test.for([
    ['broken JSON', '{"summary": nope', {}],
    ['an empty body', '', {}],
    ['no object', '[]', {}],
    ['what cannot be stored', '{"summary":"\\u0000"}', {}],
    ['a missing field', '{}', {}],
    ['a submitter who is unknown', '{"title":"x","state":"New","email":"stranger@example.com"}', { source: 'webform' }],
  ] as const)('of %s is kept', async ([, body, given], { engines }) => {
    const { send, show, keyOf } = await projectWithQuarantine(engines);
    const headers = 'source' in given ? { 'x-api-key': keyOf('web') } : {};
    const answer = await send(body, { ...given, headers });
    expect(answer.status).toBe(400);
    expect((await show(idOf(answer))).json).toMatchObject({
      body: { bytes: Buffer.byteLength(body), text: body },
      description: Object(answer.json).description,
      ...(Object(answer.json).errors === undefined ? {} : { errors: Object(answer.json).errors }),
    });
  });

  test('is not kept where it was only tried, or refused for something else', async ({ engines }) => {
    const { send, kept, keyOf } = await projectWithQuarantine(engines);
    const huge = { summary: 'x', description: 'x'.repeat(1_048_576) };
    const batch = 'POST /api/v1/projects/{project}/feedback/{source}/batch';
    const answers = [
      await send({}, { query: 'dryRun=true' }),
      await send('nope', { query: 'dryRun=true' }),
      await send({}, { query: 'dryRun=maybe' }),
      await send('nope', { headers: { 'idempotency-key': 'x'.repeat(256) } }),
      await send(huge),
      await send('<a/>', { headers: { 'content-type': 'text/xml' } }),
      await send({}, { headers: { 'x-api-key': 'nonsense' } }),
      await send({}, { headers: { 'x-api-key': keyOf('web') } }),
      await send('nope', { routeKey: batch }),
      await send([], { routeKey: batch }),
      await send([{}], { routeKey: batch, query: 'dryRun=true' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 413, 415, 401, 403, 400, 400, 200]);
    for (const { text } of answers) expect(text).not.toContain('quarantine');
    expect(await kept()).toEqual([]);
  });

  test('of a batch is kept by itself, and its ticket answers the batch when that comes again', async ({ engines }) => {
    const { send, show, replay, allow } = await projectWithQuarantine(engines);
    const batch = {
      routeKey: 'POST /api/v1/projects/{project}/feedback/{source}/batch',
      headers: { 'idempotency-key': 'batch-1' },
    };
    const reports = [{ summary: 'Fine' }, { summary: 'It crashed', severity: 'Hihg' }];
    const answer = await send(reports, batch);
    const [first, second] = Object(answer.json).reports;
    expect(first).toMatchObject({ status: 201 });
    const id = idOf({ json: second });
    expect((await show(id)).json).toMatchObject({ body: { text: JSON.stringify(reports[1]) } });
    await allow('Hihg');
    expect(await replay(id)).toMatchObject({ status: 201, json: { ticket: { id: 'BUG-0002' } } });
    expect((await send(reports, batch)).json).toMatchObject({
      reports: [
        { replayed: true, ticket: { id: 'BUG-0001' } },
        { replayed: true, ticket: { id: 'BUG-0002' } },
      ],
    });
  });

  test('that is large lies in S3 byte for byte, and goes with its entry', async ({ engines }) => {
    const { send, show, call, path, kept } = await projectWithQuarantine(engines);
    const body = JSON.stringify({ summary: 'x', severity: 'Hihg', description: 'ü🚀'.repeat(4_000) });
    const id = idOf(await send(body));
    expect((await show(id)).json).toMatchObject({ body: { bytes: Buffer.byteLength(body), text: body } });
    const object = `${engines.s3Endpoint}/${engines.bucketName}/bodies/quarantine/${id}`;
    expect((await fetch(object)).status).toBe(200);
    expect((await call('DELETE', `${path}/quarantine/${id}`)).status).toBe(204);
    expect((await fetch(object)).status).toBe(404);
    expect((await show(id)).status).toBe(404);
    expect((await call('DELETE', `${path}/quarantine/${id}`)).status).toBe(404);
    expect(await kept()).toEqual([]);
  });

  test('whose body is gone says so, and is not taken', async ({ engines }) => {
    const { send, show, replay } = await projectWithQuarantine(engines);
    const id = idOf(await send({ severity: 'Hihg', description: 'x'.repeat(10_000) }));
    await fetch(`${engines.s3Endpoint}/${engines.bucketName}/bodies/quarantine/${id}`, { method: 'DELETE' });
    expect((await show(id)).json).toMatchObject({ body: { gone: true } });
    expect(await replay(id)).toMatchObject({ status: 400, json: { description: 'The body is not kept any more.' } });
  });

  test('is corrected by whoever saw its present version, and says what is still wrong', async ({ engines }) => {
    const { send, show, correct, replay, tickets } = await projectWithQuarantine(engines);
    const id = idOf(await send({ severity: 'Hihg' }));
    expect((await correct(id, { body: { summary: 'x' } }, undefined)).status).toBe(428);
    expect((await correct(id, { body: { summary: 'x' } }, 2)).status).toBe(412);
    for (const body of [{}, { body: 'x' }, { body: [] }, { body: { summary: 'x' }, state: 'waiting' }]) {
      expect((await correct(id, body, 1)).status, JSON.stringify(body)).toBe(400);
    }
    expect(await correct(id, { body: { summary: 'x', severity: 'Hihg' } }, 1)).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      json: { version: 2, check: { outcome: 'refused', errors: [{ parameter: 'severity' }] } },
    });
    const two = await Promise.all(
      ['Low', 'High'].map((severity) => correct(id, { body: { summary: 'x', severity } }, 2)),
    );
    expect(two.map(({ status }) => status).toSorted()).toEqual([200, 412]);
    expect(two.find(({ status }) => status === 200)?.json).toMatchObject({
      ...{ version: 3, state: 'waiting', check: { outcome: 'passes', ignoredParameters: [] } },
      body: { text: '{"severity":"Hihg"}' },
      correction: {
        by: 'root@example.com',
        at: '2026-11-21T09:00:00.000Z',
        body: { text: expect.stringContaining('"x"') },
      },
    });
    expect((await replay(id)).status).toBe(201);
    expect(await correct(id, { body: { summary: 'y' } }, 4)).toMatchObject({ status: 409 });
    expect((await show(id)).json).toMatchObject({ state: 'replayed', replayedBy: 'root@example.com' });
    expect(await tickets()).toHaveLength(1);
  });

  test('that its sender had taken meanwhile is not taken twice, and the ticket of a replay answers its sender', async ({
    engines,
  }) => {
    const { send, replay, allow, tickets } = await projectWithQuarantine(engines);
    const named = (name: string) => ({ headers: { 'idempotency-key': name } });
    const one = idOf(await send({ summary: 'One', severity: 'Hihg' }, named('one')));
    const two = idOf(await send({ summary: 'Two', severity: 'Hihg' }, named('two')));
    await send({ summary: 'One', severity: 'High' }, named('one'));
    await allow('Hihg');
    expect(await replay(one)).toMatchObject({
      status: 409,
      json: { description: expect.stringContaining('BUG-0001') },
    });
    expect(await replay(two)).toMatchObject({ status: 201, json: { ticket: { id: 'BUG-0002' } } });
    expect(await send({ summary: 'Two', severity: 'Hihg' }, named('two'))).toMatchObject({
      status: 201,
      headers: { 'idempotency-replayed': 'true' },
      json: { ticket: { id: 'BUG-0002' } },
    });
    expect(await tickets()).toHaveLength(2);
  });

  test('that its sender had taken is known for as long as it is kept, and the key is free for its sender after a day', async ({
    engines,
  }) => {
    const { send, replay, replayAll, workOff, results, allow, tickets, clock } = await projectWithQuarantine(engines);
    const named = (name: string) => ({ headers: { 'idempotency-key': name } });
    const one = idOf(await send({ summary: 'One', severity: 'Hihg' }, named('one')));
    clock.advance(3 * 3_600_000);
    await send({ summary: 'One', severity: 'High' }, named('one'));
    await allow('Hihg');
    for (const hours of [0, 25, 12 * 24]) {
      clock.advance(hours * 3_600_000);
      expect((await replay(one)).status, String(hours)).toBe(409);
      const { id } = Object((await replayAll({})).json);
      await workOff();
      expect(await results(id)).toMatchObject([{ outcome: 'skipped', reason: expect.stringContaining('BUG-0001') }]);
    }
    expect(await tickets()).toHaveLength(1);
    const fresh = await send({ summary: 'Another', severity: 'Low' }, named('one'));
    expect(fresh).toMatchObject({ status: 201, json: { ticket: { id: 'BUG-0002' } } });
    expect((await send({ summary: 'Another', severity: 'Low' }, named('one'))).headers).toMatchObject({
      'idempotency-replayed': 'true',
    });
    expect((await replay(one)).status).toBe(409);
  });

  test('under a key whose day was over when it came is no repetition of what the key named before', async ({
    engines,
  }) => {
    const { send, replay, allow, clock, call, path } = await projectWithQuarantine(engines);
    const named = (name: string) => ({ headers: { 'idempotency-key': name } });
    await send({ summary: 'Long ago', severity: 'High' }, named('one'));
    clock.advance(25 * 3_600_000);
    const one = idOf(await send({ summary: 'One', severity: 'Hihg' }, named('one')));
    await allow('Hihg');
    expect(await replay(one)).toMatchObject({ status: 201, json: { ticket: { id: 'BUG-0002' } } });
    expect((await call('GET', `${path}/tickets/BUG-0002`)).json).toMatchObject({ fields: { summary: 'One' } });
    expect(await send({ summary: 'One', severity: 'Hihg' }, named('one'))).toMatchObject({
      headers: { 'idempotency-replayed': 'true' },
      json: { ticket: { id: 'BUG-0002' } },
    });
  });

  test('sets off automations as a new one does, under whatever key its source has by then', async ({ engines }) => {
    const { send, replay, document, call, path, project } = await projectWithQuarantine(engines, (configured) => {
      configured.automations = [
        { key: 'all', enabled: true, trigger: 'submit', feedbackType: 'issues', macro: 'tell-slack' },
      ];
    });
    const id = idOf(await send({ summary: 'x', severity: 'Hihg' }));
    const [source] = document.externalSources;
    if (source === undefined) throw new Error('the example has changed');
    Object.assign(source, { key: 'renamed', aliases: ['appcrashlog'] });
    document.feedbackTypes[0]?.fields.find(({ key }) => key === 'severity')?.options?.push('Hihg');
    await replaceDocument(engines.table, project, document);
    expect((await replay(id)).status).toBe(201);
    expect((await call('GET', `${path}/tickets/BUG-0001`)).json).toMatchObject({ origin: { key: 'renamed' } });
    expect((await call('GET', `${path}/deliveries?ticket=BUG-0001`)).json).toMatchObject({
      items: [{ macro: 'tell-slack', outcome: 'pending' }],
    });
  });

  test('is selected by any key that its source has had', async ({ engines }) => {
    const { send, kept, replayAll, workOff, get, document, project, keyOf } = await projectWithQuarantine(engines);
    const id = idOf(await send({ summary: 'x', severity: 'Hihg' }));
    idOf(await send({}, { source: 'webform', headers: { 'x-api-key': keyOf('web') } }));
    const [source] = document.externalSources;
    Object.assign(source ?? {}, { key: 'renamed', aliases: ['appcrashlog'] });
    document.feedbackTypes[0]?.fields.find(({ key }) => key === 'severity')?.options?.push('Hihg');
    await replaceDocument(engines.table, project, document);
    for (const asked of ['appcrashlog', 'renamed']) {
      expect(await kept(`?source=${asked}&state=waiting`)).toMatchObject([{ id, source: 'appcrashlog' }]);
      expect((await replayAll({ source: asked, dryRun: true })).json).toMatchObject({ checked: 1, wouldPass: 1 });
    }
    expect(await kept('?source=nothing')).toEqual([]);
    const run = Object((await replayAll({ source: 'renamed' })).json);
    expect(run.over).toEqual({ kind: 'quarantine', source: 'renamed', to: expect.any(String) });
    await workOff();
    expect(await get(run.id)).toMatchObject({ state: 'done', total: 1, done: 1 });
  });

  test('of a source that is gone says so', async ({ engines }) => {
    const { send, replay, document, project, replayAll } = await projectWithQuarantine(engines);
    const id = idOf(await send({ summary: 'x', severity: 'Hihg' }));
    document.externalSources = document.externalSources.slice(1);
    await replaceDocument(engines.table, project, document);
    expect(await replay(id)).toMatchObject({
      status: 400,
      json: { description: expect.stringContaining('appcrashlog') },
    });
    expect((await replayAll({ dryRun: true })).json).toMatchObject({ wouldFail: 1, examples: [{ id }] });
  });

  test('is gone after 14 days, and is nothing in another project', async ({ engines }) => {
    const { send, show, clock } = await projectWithQuarantine(engines);
    const other = await projectWithQuarantine(engines);
    const id = idOf(await send({}));
    expect((await other.show(id)).status).toBe(404);
    expect((await other.replay(id)).status).toBe(404);
    clock.advance(14 * 24 * 3_600_000 - 1);
    expect((await show(id)).status).toBe(200);
    clock.advance(1);
    expect((await show(id)).status).toBe(404);
  });

  test('is listed and counted no more once its time is over, deleted or not', async ({ engines }) => {
    const { send, kept, replayAll, workOff, get, clock, call, path } = await projectWithQuarantine(engines);
    const ids: string[] = [];
    for (let place = 0; place < 4; place += 1) {
      ids.push(idOf(await send({ severity: 'Hihg' })));
      clock.advance(24 * 3_600_000);
    }
    // The first two are over by now, the second to the millisecond.
    clock.advance(11 * 24 * 3_600_000);
    const left = ids.slice(2).toReversed();
    expect((await kept()).map(({ id }) => id)).toEqual(left);
    expect((await kept('?state=waiting')).map(({ id }) => id)).toEqual(left);
    const first = Object((await call('GET', `${path}/quarantine?limit=1`)).json);
    const second = Object((await call('GET', `${path}/quarantine?limit=1&cursor=${first.cursor}`)).json);
    expect(second).toMatchObject({ items: [{ id: ids[2] }] });
    expect((await replayAll({ dryRun: true })).json).toMatchObject({ checked: 2, more: false });
    const { id } = Object((await replayAll({})).json);
    await workOff();
    expect(await get(id)).toMatchObject({ state: 'done', total: 2 });
  });

  test('goes with the ticket that it became, with its bodies', async ({ engines }) => {
    const { send, allow, replay, show, kept, call, path, project, work, get } = await projectWithQuarantine(engines);
    const large = { summary: 'x', severity: 'Hihg', description: 'x'.repeat(10_000) };
    const id = idOf(await send(large));
    const other = idOf(await send(large));
    await allow('Hihg');
    expect(await replay(id)).toMatchObject({ status: 201, json: { ticket: { id: 'BUG-0001' } } });
    expect(await replay(other)).toMatchObject({ status: 201, json: { ticket: { id: 'BUG-0002' } } });
    const deleted = await call('DELETE', `${path}/tickets/BUG-0001`);
    expect(deleted.status).toBe(202);
    const { id: run } = Object(deleted.json);
    await work({ kind: 'count-run', project, run });
    await work({ kind: 'run-page', project, run, page: 1 });
    expect(await get(run)).toMatchObject({ state: 'done', total: 2, done: 2 });
    expect((await show(id)).status).toBe(404);
    const object = `${engines.s3Endpoint}/${engines.bucketName}/bodies/quarantine/${id}`;
    expect((await fetch(object)).status).toBe(404);
    expect(await kept()).toMatchObject([{ id: other, ticket: 'BUG-0002' }]);
  });

  test('is listed for whoever may read, and shown with its body to those who manage the project, who change it', async ({
    engines,
  }) => {
    const { send, api, path } = await projectWithQuarantine(engines);
    const id = idOf(await send({}));
    const ada = api.as(personClaims('ada@example.com'));
    const entry = `${path}/quarantine/${id}`;
    const asked: [string, string][] = [
      ['GET', `${path}/quarantine`],
      ['GET', entry],
      ['PUT', entry],
      ['DELETE', entry],
      ['POST', `${entry}/replay`],
      ['POST', `${path}/quarantine/replay`],
    ];
    const statuses = [];
    for (const [method, target] of asked) statuses.push((await ada(method, target, { body: {} })).status);
    expect(statuses).toEqual([200, 403, 403, 403, 403, 403]);
  });
});

describe('what is kept', () => {
  test('costs sources without it nothing, and those with it nothing for what they accept', async ({ engines }) => {
    const { send } = await projectWithQuarantine(engines, ({ externalSources }) => {
      for (const source of externalSources) source.keepRejected = false;
    });
    await send({ summary: 'Warms the caches' });
    engines.table.meter.read();
    const answer = await send({});
    expect(answer.text).not.toContain('quarantine');
    expect(engines.table.meter.read().operations).toEqual(['PutItem']);
    const keeping = await projectWithQuarantine(engines);
    await keeping.send({ summary: 'Warms the caches' });
    engines.table.meter.read();
    await keeping.send({ summary: 'It crashed' });
    expect(engines.table.meter.read().operations).toHaveLength(4);
    idOf(await keeping.send({}));
    expect(engines.table.meter.read().operations).toEqual(['UpdateItem', 'PutItem', 'PutItem']);
  });

  test('is a thousand an hour at most; after that nothing more is written until the next', async ({ engines }) => {
    const { send, kept, clock, project } = await projectWithQuarantine(engines);
    await send({});
    const Key = keptCountKey(project, 'appcrashlog', '2026-11-21T09:00:00.000Z');
    const Item = { ...Key, type: 'kept-count', n: 999 };
    await engines.table.client.send(new PutCommand({ TableName: engines.table.name, Item }));
    expect((await send({})).text).toContain('quarantine');
    for (let place = 0; place < 3; place += 1) {
      engines.table.meter.read();
      const answer = await send({});
      expect(answer.status).toBe(400);
      expect(answer.text).not.toContain('quarantine');
      const activityAlone = ['PutItem'];
      const { operations } = engines.table.meter.read();
      expect(operations).toEqual(place === 0 ? ['UpdateItem', ...activityAlone] : activityAlone);
    }
    clock.advance(3_600_000);
    expect((await send({})).text).toContain('quarantine');
    expect(await kept()).toHaveLength(3);
  });

  test.for(['Put', 'Update'] as const)('refuses no differently where its %s fails', async (kind, { engines }) => {
    const { send, observer, kept, project } = await projectWithQuarantine(engines);
    const name = 'brokenQuarantine';
    engines.table.client.middlewareStack.add(
      (next, context) => async (call) => {
        const isOfIt = /QUARANTINE#|KEPT#/.test(
          JSON.stringify(Object(call.input).Item ?? Object(call.input).Key ?? ''),
        );
        if (isOfIt && context.commandName?.startsWith(kind) === true) throw new Error(`injected in ${project}`);
        return await next(call);
      },
      { step: 'initialize', name },
    );
    const answer = await send({});
    engines.table.client.middlewareStack.remove(name);
    expect(answer).toMatchObject({ status: 400, json: { errors: [{ parameter: 'summary', code: 'required' }] } });
    expect(answer.text).not.toContain('quarantine');
    expect(observer.lines).toContainEqual(expect.objectContaining({ message: 'rejected report not kept', project }));
    expect(await kept()).toEqual([]);
  });

  test('leaves out a large body where the time of its call is nearly over', async ({ engines }) => {
    const { send, clock, kept } = await projectWithQuarantine(engines);
    const large = { severity: 'Hihg', description: 'x'.repeat(10_000) };
    const name = 'slowTable';
    // Each of its writes takes ten seconds: the first one, of the activity, begins with the call.
    engines.table.client.middlewareStack.add(
      (next, context) => async (call) => {
        if (context.commandName?.startsWith('Put') === true) clock.advance(10_000);
        return await next(call);
      },
      { step: 'initialize', name },
    );
    const answer = await send([large, { severity: 'Hihg' }, large], {
      routeKey: 'POST /api/v1/projects/{project}/feedback/{source}/batch',
    });
    engines.table.client.middlewareStack.remove(name);
    const reports: object[] = Object(answer.json).reports;
    expect(reports.map((report) => 'quarantine' in report)).toEqual([false, true, false]);
    expect(await kept()).toHaveLength(1);
  });

  test('is listed newest first, by source and state, page by page', async ({ engines }) => {
    const { send, clock, kept, call, path, keyOf } = await projectWithQuarantine(engines);
    const ids: string[] = [];
    for (let place = 0; place < 5; place += 1) {
      ids.push(idOf(await send({})));
      idOf(await send({}, { source: 'webform', headers: { 'x-api-key': keyOf('web') } }));
      clock.advance(1);
    }
    const first = Object((await call('GET', `${path}/quarantine?source=appcrashlog&limit=2`)).json);
    expect(first.items.map(({ id }: { id: string }) => id)).toEqual([ids[4], ids[3]]);
    const second = await kept(`?source=appcrashlog&limit=2&cursor=${first.cursor}`);
    expect(second.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    expect((await call('GET', `${path}/quarantine?source=webform&cursor=${first.cursor}`)).status).toBe(400);
    expect((await call('GET', `${path}/quarantine?state=lost`)).status).toBe(400);
    expect(await kept('?state=replayed')).toEqual([]);
  });
});
