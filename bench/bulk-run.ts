import { projectWithRuns } from '../test/run-project.ts';
import { againstBar, type Figure, withoutBar } from './figure.ts';
import { openPlace, type Place } from './place.ts';
import type { Setting } from './setting.ts';

/** Messages of the queue that are worked side by side: as many as the function has instances on one machine. */
const sideBySide = 5;

/** What a run came to: units that were written and read for each ticket, and how long it took. */
type Came = { tickets: number; written: number; read: number; seconds: number };

/** Closes 100 tickets and 10,000, each as one run over a filter, and compares what a ticket takes. */
export async function measureBulkRun({ assemblyDir, quick }: Setting): Promise<Figure[]> {
  const place = await openPlace(assemblyDir);
  const few = await closeTickets(place, 100);
  const many = await closeTickets(place, quick ? 1_000 : 10_000);
  await place.stop();
  const ratio = (many.written + many.read) / (few.written + few.read);
  const names = { few: few.tickets.toLocaleString('en'), many: many.tickets.toLocaleString('en') };
  return [
    againstBar(
      {
        subject: `bulk run, units per ticket, ${names.many} tickets against ${names.few}`,
        value: ratio,
        figure: `${ratio.toFixed(3)}x`,
        how: 'Consumed units, read and written, of a run of `close` (status and comment) over a filter: counting, pages, results and all.',
      },
      { atMost: 1.05, unit: 'x' },
    ),
    ...[few, many].map((came) => describe(came)),
  ];
}

function describe({ tickets, written, read, seconds }: Came): Figure {
  const rate = Math.round(tickets / seconds);
  return withoutBar({
    subject: `bulk run, ${tickets.toLocaleString('en')} tickets`,
    figure: `${written.toFixed(2)} written and ${read.toFixed(2)} read for each, ${seconds.toFixed(1)} s (${rate}/s)`,
    how: `The handlers in one process over the table engine, ${sideBySide} messages side by side.`,
  });
}

async function closeTickets(place: Place, tickets: number): Promise<Came> {
  console.error(`  bulk run: ${tickets} tickets`);
  const { start, workOff, get } = await projectWithRuns(place, { tickets });
  const { meter } = place.table;
  meter.read();
  const startedAt = performance.now();
  const where = { field: 'status', op: 'notEquals', value: 'Closed' };
  const { id } = Object((await start('close', { where })).json);
  await workOff(sideBySide);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { readUnits, tableWriteUnits, indexWriteUnits } = meter.read();
  const { state, done } = await get(id);
  if (state !== 'done' || done !== tickets) throw new Error(`the run is ${state} with ${done} of ${tickets} done`);
  return { tickets, written: (tableWriteUnits + indexWriteUnits) / tickets, read: readUnits / tickets, seconds };
}
