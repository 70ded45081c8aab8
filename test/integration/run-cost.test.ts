import { expect } from 'vitest';
import { type TestEngines, test } from '../engines.ts';
import { projectWithRuns } from '../run-project.ts';

/** The write and read units that a run of `close` over so many tickets takes for each of them. */
async function unitsPerTicket(engines: TestEngines, tickets: number): Promise<{ written: number; read: number }> {
  const { start, work, takeAll, get } = await projectWithRuns(engines, { tickets });
  engines.table.meter.read();
  const { id } = Object((await start('close', { where: { field: 'status', op: 'equals', value: 'New' } })).json);
  for (let some = await takeAll(); some.length > 0; some = await takeAll()) {
    for (const message of some) await work(message);
  }
  const { readUnits, tableWriteUnits, indexWriteUnits } = engines.table.meter.read();
  expect(await get(id)).toMatchObject({ state: 'done', done: tickets });
  return { written: (tableWriteUnits + indexWriteUnits) / tickets, read: readUnits / tickets };
}

test('a run over 1,000 tickets takes as many units for each of them as one over 100, within 5 %', async ({
  engines,
}) => {
  const few = await unitsPerTicket(engines, 100);
  const many = await unitsPerTicket(engines, 1_000);
  expect(many.written / few.written).toBeGreaterThan(0.95);
  expect(many.written / few.written).toBeLessThan(1.05);
  expect(many.read / few.read).toBeLessThan(1.05);
}, 120_000);
