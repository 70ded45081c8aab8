import { describe, expect } from 'vitest';
import { storeRun } from '../../adapters/dynamodb/runs.ts';
import { makeRun } from '../../core/runs/make-run.ts';
import { admin } from '../admin.ts';
import { type TestEngines, test } from '../engines.ts';
import { hideCommit, loseAnswer } from '../faults.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { macroWorker } from '../run-project.ts';
import { fixedClock } from '../seeded.ts';
import { throttle } from '../throttles.ts';

const tickets = ['BUG-0001', 'BUG-0002', 'BUG-0003'];
const busy = 'the table was too busy: run the macro again for this target';

/** A project with three issues, and a macro to run over them. */
async function projectWithTickets(engines: TestEngines) {
  await seedKeys(engines.table);
  const seeded = await seedProject(engines.table);
  const { send } = receiver(engines, seeded);
  for (const summary of tickets) await send({ summary });
  const clock = fixedClock();
  const { asAdministrator, observer } = admin(engines, `${seeded.project}/admin`, clock);
  const path = `/projects/${seeded.project}`;
  const run = async () => await asAdministrator('POST', `${path}/macros/send-to-jira/runs`, { body: { tickets } });
  return { asAdministrator, observer, path, run, clock };
}

describe('a run that meets a busy table', () => {
  test.for([
    ['reads', 'Get'],
    ['writes', 'TransactWrite'],
  ] as const)('on %s of one ticket reports that ticket, and does the others', async ([, call], { engines }) => {
    const { asAdministrator, path, run } = await projectWithTickets(engines);
    const undo = throttle(engines.table, (command, input) => command.startsWith(call) && input.includes('BUG-0002'));
    const answer = await run();
    undo();
    expect(answer).toMatchObject({
      status: 202,
      json: {
        state: 'done',
        done: 2,
        failed: 1,
        results: [
          { ticket: 'BUG-0001', outcome: 'done' },
          { ticket: 'BUG-0002', outcome: 'failed', reason: busy, actions: [] },
          { ticket: 'BUG-0003', outcome: 'done' },
        ],
      },
    });
    const { id } = Object(answer.json);
    expect((await asAdministrator('GET', `${path}/runs/${id}`)).json).toEqual(answer.json);
  });

  test('is tried again where the table is soon free', async ({ engines }) => {
    const { run } = await projectWithTickets(engines);
    let left = 3;
    const undo = throttle(engines.table, (command) => command.startsWith('TransactWrite') && left-- > 0);
    expect(await run()).toMatchObject({ status: 202, json: { done: 3, failed: 0 } });
    undo();
  });

  test('for long leaves what is left to the queue', async ({ engines }) => {
    const { asAdministrator, path, run, clock } = await projectWithTickets(engines);
    const undo = throttle(engines.table, (command, input) => {
      if (!command.startsWith('TransactWrite') || !input.includes('BUG-0002')) return false;
      clock.advance(20_000);
      return true;
    });
    const { status, json } = await run();
    undo();
    expect([status, json]).toMatchObject([202, { state: 'running', total: 3, done: 0, failed: 0 }]);
    expect(Object(json).results.map(({ ticket }: { ticket: string }) => ticket)).not.toContain('BUG-0002');
    const { id } = Object(json);
    const worker = macroWorker(engines, engines.macroQueue, id, clock);
    await worker({ kind: 'run-page', project: path.split('/')[2] ?? '', run: id, page: 1 });
    expect((await asAdministrator('GET', `${path}/runs/${id}`)).json).toMatchObject({ state: 'done', done: 3 });
  });

  test('at its end records it as soon as it can', async ({ engines }) => {
    const { asAdministrator, path, run } = await projectWithTickets(engines);
    let left = 2;
    const undo = throttle(engines.table, (_, input) => input.includes('"finishedAt"') && left-- > 0);
    const answer = await run();
    undo();
    const { id } = Object(answer.json);
    expect((await asAdministrator('GET', `${path}/runs/${id}`)).json).toEqual(answer.json);
  });

  test('at its end for good answers what was done, and is ended by whoever looks next', async ({ engines }) => {
    const { asAdministrator, path, run, clock } = await projectWithTickets(engines);
    const undo = throttle(engines.table, (_, input) => input.includes('"finishedAt"'));
    const answer = await run();
    undo();
    expect(answer).toMatchObject({ status: 202, json: { done: 3, results: [{}, {}, {}] } });
    const { id } = Object(answer.json);
    expect((await asAdministrator('GET', `${path}/runs/${id}`)).json).toMatchObject({ state: 'running', done: 3 });
    clock.advance(120_000);
    const worker = macroWorker(engines, engines.macroQueue, id, clock);
    await worker({ kind: 'tend-run', project: path.split('/')[2] ?? '', run: id });
    expect((await asAdministrator('GET', `${path}/runs/${id}`)).json).toMatchObject({ state: 'done', done: 3 });
  });

  test('before it began did nothing and answers 503', async ({ engines }) => {
    const { asAdministrator, path, run } = await projectWithTickets(engines);
    const deliveries = async () => Object((await asAdministrator('GET', `${path}/deliveries`)).json).items.length;
    const before = await deliveries();
    const undo = throttle(engines.table, (_, input) => input.includes('"startedAt"'));
    expect(await run()).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    undo();
    expect(await deliveries()).toBe(before);
  });
});

describe('a run whose writes were done although the answer says otherwise', () => {
  test('stores each delivery once', async ({ engines }) => {
    const { asAdministrator, path, run } = await projectWithTickets(engines);
    const deliveries = async () => Object((await asAdministrator('GET', `${path}/deliveries`)).json).items.length;
    const before = await deliveries();
    const undo = hideCommit(engines.table);
    expect(await run()).toMatchObject({ status: 202, json: { done: 3, failed: 0 } });
    undo();
    expect(await deliveries()).toBe(before + 3);
  });

  test('is recorded', async ({ engines }) => {
    const { table } = engines;
    const begun = { id: 'lost1', project: 'lost', macro: 'm', cause: { kind: 'person' as const } };
    const over = { kind: 'list' as const, target: 'ticket' as const };
    const startedAt = Date.parse('2026-11-21T09:00:00.000Z');
    const run = makeRun({ ...begun, over, startedAt });
    const restore = loseAnswer(table, 'Put');
    await storeRun(table, run, 4);
    restore();
    await expect(storeRun(table, makeRun({ ...begun, over, startedAt: startedAt + 1 }), 4)).rejects.toThrow();
  });
});
