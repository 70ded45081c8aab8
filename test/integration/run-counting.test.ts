import { describe, expect } from 'vitest';
import { readRunPages } from '../../adapters/dynamodb/run-pages.ts';
import { type TestEngines, test } from '../engines.ts';
import { dieAtWrite } from '../faults.ts';
import { macroWorker, projectWithRuns } from '../run-project.ts';

const all = { where: { field: 'status', op: 'equals', value: 'New' }, confirm: true };

/** Makes every look into a list take so long on the test's clock. */
function slowLists({ table }: TestEngines, advance: () => void): () => void {
  const name = 'slowLists';
  table.client.middlewareStack.add(
    (next, context) => async (call) => {
      if (context.commandName?.startsWith('Query') && JSON.stringify(call.input).includes('byList')) advance();
      return await next(call);
    },
    { step: 'initialize', name },
  );
  return () => {
    table.client.middlewareStack.remove(name);
  };
}

describe('counting', () => {
  test('goes on in another message before its time is up, and finds each ticket once', async ({ engines }) => {
    const { ids, start, get, take, work, ask, workOff, results, clock } = await projectWithRuns(engines, {
      tickets: 260,
    });
    const { id } = Object((await start('close', all)).json);
    const undo = slowLists(engines, () => clock.advance(50_000));
    const facts: Readonly<Record<string, unknown>>[] = [];
    for (let some = await take(); some.length > 0; some = await take()) {
      for (const message of some) facts.push(await work(message));
    }
    undo();
    expect(facts).toMatchObject([
      { outcome: 'goes-on', total: 100 },
      { outcome: 'goes-on', total: 200 },
      { outcome: 'counted', total: 260 },
    ]);
    expect(await get(id)).toMatchObject({ state: 'counted', total: 260 });
    await ask(id, 'start');
    await workOff();
    expect((await results(id)).map(({ ticket }) => ticket)).toEqual(ids);
  });

  test.for([1, 2, 3])('that a process leaves behind at write %i is done by another', async (nth, { engines }) => {
    for (const isDone of [true, false]) {
      const project = await projectWithRuns(engines, { tickets: 610 });
      const { ids, start, get, takeAll, work, clock, queue, tick } = project;
      const { id } = Object((await start('close', all)).json);
      const [count] = await takeAll();
      if (count === undefined) throw new Error('nobody has it counted');
      const undo = dieAtWrite(engines.table, nth, { isDone });
      await work(count).catch(() => undefined);
      undo();
      const other = macroWorker(engines, queue, `${id}/other`, clock);
      await other(count);
      clock.advance(120_000);
      await tick();
      for (const message of await takeAll()) await other(message);
      expect(await get(id)).toMatchObject({ state: 'counted', total: 610 });
      const targets: string[] = [];
      for await (const pages of readRunPages(engines.table, { project: project.project, id })) {
        targets.push(...pages.flatMap((page) => page.targets));
      }
      expect(targets).toEqual(ids);
    }
  });

  test('by one keeps others away, and whoever comes too late stores nothing', async ({ engines }) => {
    const { start, get, takeAll, clock, queue } = await projectWithRuns(engines, { tickets: 260 });
    const { id } = Object((await start('close', all)).json);
    const [count] = await takeAll();
    if (count === undefined) throw new Error('nobody has it counted');
    const [slow, quick] = ['slow', 'quick'].map((seed) => macroWorker(engines, queue, `${id}/${seed}`, clock));
    let others: unknown;
    let isFirst = true;
    const { table } = engines;
    table.client.middlewareStack.add(
      (next, context) => async (call) => {
        const isList = context.commandName?.startsWith('Query') && JSON.stringify(call.input).includes('byList');
        if (isList && isFirst) {
          isFirst = false;
          others = [await quick?.(count)];
          clock.advance(80_000);
          others = [others, await quick?.(count)].flat();
        }
        return await next(call);
      },
      { step: 'initialize', name: 'overtaken' },
    );
    expect(await slow?.(count)).toMatchObject({ outcome: 'not-ours' });
    table.client.middlewareStack.remove('overtaken');
    expect(others).toMatchObject([{ outcome: 'in-hand' }, { outcome: 'counted', total: 260 }]);
    expect(await get(id)).toMatchObject({ state: 'counted', total: 260 });
  });
});
