import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect } from 'vitest';
import { runKey } from '../../adapters/dynamodb/keys.ts';
import { type TestEngines, test } from '../engines.ts';
import { breakTransaction, refuseMessages } from '../faults.ts';
import { projectWithRuns } from '../run-project.ts';

type Project = Awaited<ReturnType<typeof projectWithRuns>>;

/** Lets the due entry of every run come up, and works what it brings. */
async function tend({ clock, tick, workOff }: Project): Promise<void> {
  clock.advance(120_000);
  await tick();
  await workOff();
}

describe('a run that is stored is answered with 202, and goes on by its due entry', () => {
  test('where the queue takes neither its counting nor its pages', async ({ engines }) => {
    const project = await projectWithRuns(engines, { tickets: 30 });
    const restore = refuseMessages(project.queue);
    const answer = await project.start('close', { tickets: project.ids });
    expect(answer).toMatchObject({ status: 202, json: { state: 'counting', total: 30 } });
    expect(project.api.observer.lines.at(-1)).toMatchObject({ unsent: 1, fault: expect.stringContaining('reached') });
    const { id } = Object(answer.json);
    expect(await project.work({ kind: 'count-run', project: project.project, run: id })).toMatchObject({
      outcome: 'counted',
      unsent: 2,
    });
    restore();
    await tend(project);
    expect(await project.get(id)).toMatchObject({ state: 'done', done: 30 });
  });

  test('and so is its start, its resume and its retry', async ({ engines }) => {
    const project = await projectWithRuns(engines, { tickets: 30 });
    const { id } = Object(
      (await project.start('close', { tickets: [...project.ids, 'BUG-9999'], confirm: true })).json,
    );
    await project.workOff();
    const restore = refuseMessages(project.queue);
    expect(await project.ask(id, 'start')).toMatchObject({ status: 202, json: { state: 'running' } });
    expect(await project.ask(id, 'cancel')).toMatchObject({ status: 202, json: { state: 'cancelled' } });
    expect(await project.ask(id, 'resume')).toMatchObject({ status: 202, json: { state: 'running' } });
    restore();
    await tend(project);
    expect(await project.get(id)).toMatchObject({ state: 'done', done: 30, failed: 1 });
    const undo = refuseMessages(project.queue);
    expect(await project.ask(id, 'retry')).toMatchObject({ status: 202, json: { state: 'running', round: 2 } });
    undo();
  });

  test.for([0, 3] as const)(
    'where something breaks at its transaction %i while it is worked at once',
    async (passing, { engines }) => {
      const project = await projectWithRuns(engines, { tickets: 3 });
      const restore = breakTransaction(engines.table, passing);
      const answer = await project.start('close', { tickets: project.ids });
      restore();
      expect(answer.status).toBe(202);
      const { id } = Object(answer.json);
      await tend(project);
      await tend(project);
      const { done, failed, state } = await project.get(id);
      expect([done + failed, state]).toEqual([3, 'done']);
    },
  );

  test('where the document cannot be read when its targets are to be worked', async ({ engines }) => {
    const project = await projectWithRuns(engines, { tickets: 3 });
    const restore = breakReads(engines, project.project);
    const answer = await project.start('close', { tickets: project.ids });
    restore();
    expect(answer).toMatchObject({ status: 202, json: { state: 'running', total: 3, done: 0 } });
    expect(project.api.observer.lines.at(-1)).toMatchObject({ outcome: 'broken', fault: expect.any(String) });
    await tend(project);
    expect(await project.get(Object(answer.json).id)).toMatchObject({ state: 'done', done: 3 });
  });
});

test('a run that counts a page too much ends nevertheless, when nothing moves any more', async ({ engines }) => {
  const project = await projectWithRuns(engines, { tickets: 30 });
  const { id } = Object((await project.start('close', { tickets: project.ids })).json);
  const [count] = await project.takeAll();
  if (count !== undefined) await project.work(count);
  const { table } = engines;
  // As where a page is settled at the instant at which a resume has counted it as open.
  const UpdateExpression = 'ADD #open :one';
  const ExpressionAttributeNames = { '#open': 'open' };
  const update = { UpdateExpression, ExpressionAttributeNames, ExpressionAttributeValues: { ':one': 1 } };
  await table.client.send(new UpdateCommand({ TableName: table.name, Key: runKey(project.project, id), ...update }));
  await project.workOff();
  await tend(project);
  expect(await project.get(id)).toMatchObject({ state: 'running', done: 30 });
  await tend(project);
  expect(await project.get(id)).toMatchObject({ state: 'done', done: 30, total: 30 });
});

/** Makes every read of a project's items fail once its run is stored, for a reason that nobody foresaw. */
function breakReads({ table }: TestEngines, project: string): () => void {
  const name = 'brokenReads';
  let isStored = false;
  table.client.middlewareStack.add(
    (next, context) => async (call) => {
      const input = JSON.stringify(call.input);
      const isRead = /^(Get|Query|BatchGet)/.test(context.commandName ?? '');
      if (isStored && isRead && input.includes(project)) throw new Error('injected');
      const result = await next(call);
      isStored ||= context.commandName?.startsWith('Put') === true && input.includes('"type":"run"');
      return result;
    },
    { step: 'initialize', name, priority: 'low' },
  );
  return () => {
    table.client.middlewareStack.remove(name);
  };
}
