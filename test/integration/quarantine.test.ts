import { describe, expect } from 'vitest';
import { test } from '../engines.ts';
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
});
