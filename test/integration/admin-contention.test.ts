import { describe, expect } from 'vitest';
import { storeFinishedRun, storeRun } from '../../adapters/dynamodb/runs.ts';
import { beginRun, finishRun } from '../../core/runs/run.ts';
import { admin } from '../admin.ts';
import { type TestEngines, test } from '../engines.ts';
import { hideCommit, loseAnswer } from '../faults.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
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

  test('for long leaves the tickets that are left to another run', async ({ engines }) => {
    const { run, clock } = await projectWithTickets(engines);
    const undo = throttle(engines.table, (command, input) => {
      if (!command.startsWith('TransactWrite') || !input.includes('BUG-0002')) return false;
      clock.advance(20_000);
      return true;
    });
    const answer = await run();
    undo();
    expect(answer).toMatchObject({
      status: 202,
      json: {
        results: [
          { outcome: 'done' },
          { outcome: 'failed', reason: busy },
          { outcome: 'failed', reason: 'the time of this run was up: run the macro again for this target' },
        ],
      },
    });
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

  test('at its end for good answers what was done, and is logged as not recorded', async ({ engines }) => {
    const { asAdministrator, observer, path, run } = await projectWithTickets(engines);
    const undo = throttle(engines.table, (_, input) => input.includes('"finishedAt"'));
    const answer = await run();
    undo();
    expect(answer).toMatchObject({ status: 202, json: { state: 'done', done: 3 } });
    const { id } = Object(answer.json);
    expect((await asAdministrator('GET', `${path}/runs/${id}`)).json).toMatchObject({ state: 'running', results: [] });
    expect(observer.lines).toContainEqual(expect.objectContaining({ run: id, recorded: false }));
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
    const run = beginRun({ id: 'lost1', macro: 'm', total: 1, startedAt: '2026-11-21T09:00:00.000Z' });
    const restoreFirst = loseAnswer(table, 'Put');
    await storeRun(table, 'lost', run);
    restoreFirst();
    const restoreLast = loseAnswer(table, 'Put');
    const finished = finishRun(run, [], '2026-11-21T09:00:01.000Z');
    expect(await storeFinishedRun(table, 'lost', finished)).toBe('stored');
    restoreLast();
    await expect(storeRun(table, 'lost', run)).rejects.toThrow();
  });
});
