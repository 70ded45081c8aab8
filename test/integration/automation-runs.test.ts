import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect } from 'vitest';
import { beginAutomationRun, finishedRun } from '../../adapters/dynamodb/automation-runs.ts';
import { Automation } from '../../core/document/schema-automations.ts';
import { type TestEngines, test } from '../engines.ts';
import { projectWithRuns } from '../run-project.ts';

const sweep = {
  key: 'sweep',
  schedule: { every: 'day', at: '03:00' },
  feedbackType: 'issues',
  filter: { field: 'severity', op: 'equals', value: 'Low' },
  macro: 'close',
};

/** A project with an automation, and its run committed as whoever keeps the time would do it. */
async function scheduled(engines: TestEngines, automation: object, id: string) {
  const parsed = Automation.parse(automation);
  const project = await projectWithRuns(engines, {
    tickets: 40,
    describe: (number) => ({ fields: { summary: 'x', severity: number % 2 === 0 ? 'Low' : 'High' } }),
    change: (document) => {
      document.automations = [parsed];
      for (const macro of document.macros) macro.confirm = true;
    },
  });
  const { clock, document } = project;
  const begin = async (run: string) => {
    const storage = { table: engines.table, dueShards: 4 };
    const TransactItems = beginAutomationRun(storage, document, parsed, { id: run, now: clock.now() });
    await engines.table.client.send(new TransactWriteCommand({ TransactItems }));
    clock.advance(60_000);
    await project.tick();
    await project.workOff();
  };
  await begin(id);
  return { ...project, begin };
}

describe('a run of an automation', () => {
  test('is counted and worked by whoever looks at what is due, and nobody has to start it', async ({ engines }) => {
    const { get, call, path } = await scheduled(engines, sweep, 'sweeprun1');
    expect(await get('sweeprun1')).toMatchObject({
      state: 'done',
      macro: 'close',
      cause: { kind: 'automation', key: 'sweep' },
      total: 20,
      done: 20,
    });
    const { json } = await call('GET', `${path}/tickets/BUG-0002/history`);
    expect(Object(json).items[0].cause).toEqual({ kind: 'automation', key: 'sweep', chain: ['close'] });
  });

  test('that runs once for each ticket skips those for which it has run', async ({ engines }) => {
    const once = { ...sweep, limit: 'oncePerTicket' };
    const { get, begin, results } = await scheduled(engines, once, 'oncerun1');
    expect(await get('oncerun1')).toMatchObject({ done: 20, skipped: 0 });
    await begin('oncerun2');
    expect(await get('oncerun2')).toMatchObject({ state: 'done', done: 0, skipped: 20 });
    expect((await results('oncerun2'))[0]).toMatchObject({ reason: 'has run for this ticket before' });
  });
});

test('a macro that a call has run on one target is a run that can be looked at', async ({ engines }) => {
  const { get, results, ask, project, clock } = await projectWithRuns(engines);
  const result = { ticket: 'BUG-0001', outcome: 'done' as const, actions: [] };
  const cause = { kind: 'listener' as const, key: 'jiraclosed' };
  const made = { id: 'callrun1', project, macro: 'close', cause, result, startedAt: clock.now(), now: clock.now() };
  const TransactItems = finishedRun({ table: engines.table, dueShards: 4 }, made);
  await engines.table.client.send(new TransactWriteCommand({ TransactItems }));
  expect(await get('callrun1')).toMatchObject({ state: 'done', total: 1, done: 1, cause, results: [result] });
  expect(await results('callrun1')).toEqual([result]);
  expect((await ask('callrun1', 'retry')).status).toBe(409);
});
