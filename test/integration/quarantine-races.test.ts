import { describe, expect } from 'vitest';
import { test } from '../engines.ts';
import { dieAtWrite, hideCommit, injectConflicts, interposeOnce, loseAnswer, loseEveryAnswer } from '../faults.ts';
import { idOf, projectWithQuarantine } from '../quarantined-project.ts';

describe('a replay', () => {
  test('that is asked for many times at once, by one and in runs, makes one ticket', async ({ engines }) => {
    const { send, replay, replayAll, allow, tickets, show, workOff, results } = await projectWithQuarantine(engines);
    const id = idOf(await send({ summary: 'x', severity: 'Hihg' }));
    await allow('Hihg');
    const [one, other, run, queued] = await Promise.all([
      replay(id),
      replay(id),
      replayAll({ ids: [id, id] }),
      replayAll({}),
    ]);
    await workOff();
    const made = await tickets();
    expect(made).toHaveLength(1);
    const { ticket } = Object((await show(id)).json);
    expect(made).toMatchObject([{ id: ticket }]);
    const outcomes = [...(await results(Object(run.json).id)), ...(await results(Object(queued.json).id))];
    const makers = [one, other].filter(({ status }) => status === 201).length;
    const done = outcomes.filter(({ outcome }) => outcome === 'done').length;
    expect(makers + done).toBe(1);
    for (const { status } of [one, other]) expect([201, 409]).toContain(status);
    for (const { outcome } of outcomes) expect(['done', 'skipped']).toContain(outcome);
  });

  test('takes what was corrected right before it', async ({ engines }) => {
    const { send, replay, correct, allow, call, path } = await projectWithQuarantine(engines);
    const id = idOf(await send({ summary: 'As it came', severity: 'Hihg' }));
    await allow('Hihg');
    const stop = interposeOnce(engines.table, async () => await correct(id, { body: { summary: 'Corrected' } }, 1));
    const answer = await replay(id);
    stop();
    expect(answer.status).toBe(201);
    const { id: ticket } = Object(answer.json).ticket;
    expect((await call('GET', `${path}/tickets/${ticket}`)).json).toMatchObject({ fields: { summary: 'Corrected' } });
  });

  test('takes what is corrected while it reads a correction that this one takes away', async ({ engines }) => {
    const { send, replay, correct, call, path } = await projectWithQuarantine(engines);
    const id = idOf(await send({ severity: 'Hihg' }));
    const long = (summary: string) => ({ body: { summary, description: 'x'.repeat(10_000) } });
    await correct(id, long('First'), 1);
    const { client } = engines.table;
    const name = 'correctedMeanwhile';
    client.middlewareStack.add(
      (next) => async (command) => {
        const answer = await next(command);
        if (!JSON.stringify(Object(command.input).Key ?? '').includes(`QUARANTINE#`)) return answer;
        client.middlewareStack.remove(name);
        expect((await correct(id, long('Second'), 2)).status).toBe(200);
        return answer;
      },
      { step: 'initialize', name },
    );
    expect(await replay(id)).toMatchObject({ status: 201 });
    expect((await call('GET', `${path}/tickets/BUG-0001`)).json).toMatchObject({ fields: { summary: 'Second' } });
  });

  test.for([
    ['is lost', loseAnswer],
    ['is hidden', hideCommit],
    ['is always lost', loseEveryAnswer],
    ['is contention twice', injectConflicts],
  ] as const)('whose answer %s makes one ticket and says which', async ([, fault], { engines }) => {
    const { send, replay, allow, tickets, show } = await projectWithQuarantine(engines);
    const id = idOf(await send({ summary: 'x', severity: 'Hihg' }));
    await allow('Hihg');
    const { table } = engines;
    const stop =
      fault === loseAnswer
        ? loseAnswer(table, 'TransactWrite')
        : fault === injectConflicts
          ? injectConflicts(table, 2)
          : fault === hideCommit
            ? hideCommit(table)
            : loseEveryAnswer(table);
    const answer = await replay(id);
    stop();
    expect(answer).toMatchObject({ status: 201, json: { ticket: { id: 'BUG-0001' } } });
    expect(await tickets()).toHaveLength(1);
    expect((await show(id)).json).toMatchObject({ state: 'replayed', ticket: 'BUG-0001' });
  });

  test('that breaks off at any write makes one ticket all the same, in a run and by itself', async ({ engines }) => {
    for (const isDone of [false, true]) {
      for (let nth = 1; nth <= 3; nth += 1) {
        const { send, replay, allow, tickets, show } = await projectWithQuarantine(engines);
        const id = idOf(await send({ summary: 'x', severity: 'Hihg' }));
        await allow('Hihg');
        const stop = dieAtWrite(engines.table, nth, { isDone });
        const broken = await replay(id);
        stop();
        expect(nth > 2 ? [201] : [500]).toContain(broken.status);
        const again = await replay(id);
        expect([201, 409]).toContain(again.status);
        expect(await tickets(), `${nth} ${isDone}`).toHaveLength(1);
        expect((await show(id)).json).toMatchObject({ state: 'replayed' });
      }
    }
  });

  test('as a run that breaks off at any write is finished by the next who works its page', async ({ engines }) => {
    for (let nth = 1; nth <= 6; nth += 1) {
      const { send, replayAll, allow, tickets, workOff, work, take, get, clock, tick } =
        await projectWithQuarantine(engines);
      for (const summary of ['One', 'Two']) await send({ summary, severity: 'Hihg' });
      await allow('Hihg');
      const { id } = Object((await replayAll({})).json);
      const [count] = await take();
      if (count === undefined) throw new Error('it is not counted');
      await work(count);
      const [page] = await take();
      if (page === undefined) throw new Error('it has no page');
      const stop = dieAtWrite(engines.table, nth, { isDone: nth % 2 === 0 });
      await work(page).catch(() => undefined);
      stop();
      clock.advance(120_000);
      await work(page);
      await tick();
      await workOff();
      expect(await get(id), String(nth)).toMatchObject({ state: 'done', total: 2, done: 2 });
      expect(await tickets()).toHaveLength(2);
    }
  });
});

test('of a source that groups, each is counted once on the one ticket, whoever else tries', async ({ engines }) => {
  const { send, replay, replayAll, allow, tickets, kept, call, path, workOff } = await projectWithQuarantine(
    engines,
    ({ externalSources: [source] }) => {
      Object.assign(source ?? {}, { group: { by: ['summary'], add: 'occurrences' } });
    },
  );
  const ids: string[] = [];
  for (let place = 0; place < 4; place += 1) ids.push(idOf(await send({ summary: 'Same', severity: 'Hihg' })));
  await allow('Hihg');
  const [first = '', ...others] = ids;
  const stop = loseEveryAnswer(engines.table);
  await Promise.all([replay(first), replay(first), replayAll({ ids: others }), replayAll({})]);
  await workOff();
  stop();
  const [made, ...more] = await tickets();
  expect(more).toEqual([]);
  expect((await call('GET', `${path}/tickets/${made?.id}`)).json).toMatchObject({ fields: { occurrences: 4 } });
  expect((await kept()).map(({ state, ticket }) => [state, ticket])).toEqual(ids.map(() => ['replayed', made?.id]));
});

test('a run names what it could not take, and takes it in a retry once it is corrected', async ({ engines }) => {
  const { send, replayAll, get, results, correct, ask, workOff, tickets, takeAll, clock } =
    await projectWithQuarantine(engines);
  const fine = idOf(await send({ severity: 'Hihg' }));
  clock.advance(1_000);
  const broken = idOf(await send('{"summary": nope'));
  await correct(fine, { body: { summary: 'Corrected' } }, 1);
  const { id } = Object((await replayAll({ source: 'appcrashlog', confirm: true })).json);
  await workOff();
  expect(await get(id)).toMatchObject({ kind: 'resubmit', state: 'counted', total: 2 });
  await ask(id, 'start');
  await workOff();
  expect(await get(id)).toMatchObject({ state: 'done', done: 1, failed: 1 });
  expect(await results(id)).toMatchObject([
    { submission: fine, ticket: 'BUG-0001', outcome: 'done' },
    { submission: broken, outcome: 'failed', reason: expect.stringContaining('line 1, column 13') },
  ]);
  await correct(broken, { body: { summary: 'Corrected, too' } }, 1);
  await ask(id, 'retry');
  await workOff();
  expect(await get(id)).toMatchObject({ state: 'done', done: 2, failed: 0 });
  expect(await tickets()).toHaveLength(2);
  expect(await takeAll()).toEqual([]);
});

test('a run over named submissions says of each that is none, and of another source, why it was left', async ({
  engines,
}) => {
  const { send, replayAll, allow, keyOf } = await projectWithQuarantine(engines);
  const web = idOf(await send({}, { source: 'webform', headers: { 'x-api-key': keyOf('web') } }));
  const app = idOf(await send({ summary: 'x', severity: 'Hihg' }));
  await allow('Hihg');
  const answer = await replayAll({ ids: [app, 'nothing', '../x', web] });
  expect(answer).toMatchObject({
    status: 202,
    json: {
      state: 'done',
      done: 1,
      results: [
        { submission: app, outcome: 'done', ticket: 'BUG-0001' },
        { submission: 'nothing', outcome: 'failed', reason: 'it is not kept any more' },
        { submission: '../x', outcome: 'failed' },
        { submission: web, outcome: 'failed' },
      ],
    },
  });
  expect((await replayAll({ source: 'appcrashlog', ids: [web], dryRun: true })).json).toMatchObject({ checked: 0 });
});

test.for([{ ids: [] }, { ids: 'x' }, { source: '' }, { all: true }, { dryRun: 'true' }])(
  'a replay over %j is refused',
  async (body, { engines }) => {
    const { replayAll, takeAll } = await projectWithQuarantine(engines);
    expect((await replayAll(body)).status).toBe(400);
    expect(await takeAll()).toEqual([]);
  },
);
