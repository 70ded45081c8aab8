import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect } from 'vitest';
import { timetableKey } from '../../adapters/dynamodb/keys.ts';
import { type TestEngines, test } from '../engines.ts';
import { hideCommit, injectConflicts } from '../faults.ts';
import { macroWorker, projectWithRuns } from '../run-project.ts';

const hour = 3_600_000;

/** A project whose one automation closes issues by a schedule, at an instant of its clock. */
async function scheduled(engines: TestEngines, at: string, schedule: object, tickets = 0) {
  const project = await projectWithRuns(engines, { tickets });
  const { clock, applyAutomations } = project;
  const moveTo = (instant: number) => clock.advance(instant - clock.now());
  moveTo(Date.parse(at));
  const sweep = { key: 'sweep', schedule, feedbackType: 'issues', macro: 'close' };
  await applyAutomations([sweep]);
  return { ...project, sweep, moveTo };
}

const table: [name: string, schedule: object, from: string, occurrences: string[]][] = [
  [
    'every day at 02:30 in Berlin, where that time is left out on 28 March 2027',
    { every: 'day', at: '02:30', timeZone: 'Europe/Berlin' },
    '2027-03-26T12:00:00Z',
    ['2027-03-27T01:30:00.000Z', '2027-03-28T01:30:00.000Z', '2027-03-29T00:30:00.000Z', '2027-03-30T00:30:00.000Z'],
  ],
  [
    'every day at 02:30 in Berlin, where that time comes twice on 31 October 2027',
    { every: 'day', at: '02:30', timeZone: 'Europe/Berlin' },
    '2027-10-29T12:00:00Z',
    ['2027-10-30T00:30:00.000Z', '2027-10-31T00:30:00.000Z', '2027-11-01T01:30:00.000Z'],
  ],
  [
    'every week on Monday at 03:00 in Berlin, across a month and a change of the clock',
    { every: 'week', at: 'MON 03:00', timeZone: 'Europe/Berlin' },
    '2027-03-20T12:00:00Z',
    ['2027-03-22T02:00:00.000Z', '2027-03-29T01:00:00.000Z', '2027-04-05T01:00:00.000Z'],
  ],
  [
    'on the last day of each month at 03:00 in New York',
    { every: 'month', at: 'LAST 03:00', timeZone: 'America/New_York' },
    '2027-01-15T12:00:00Z',
    ['2027-01-31T08:00:00.000Z', '2027-02-28T08:00:00.000Z', '2027-03-31T07:00:00.000Z'],
  ],
  [
    'every hour at :15, from a start to an end',
    { every: 'hour', at: ':15', start: '2027-02-28T23:00:00Z', end: '2027-03-01T01:15:00Z' },
    '2027-02-28T12:00:00Z',
    ['2027-02-28T23:15:00.000Z', '2027-03-01T00:15:00.000Z', '2027-03-01T01:15:00.000Z'],
  ],
];

describe('a schedule with the clock moved across a month and a daylight-saving change runs exactly when it should', () => {
  test.for(table)('%s', async ([, schedule, from, occurrences], { engines }) => {
    const { automations, tick, workOff, moveTo } = await scheduled(engines, from, schedule);
    for (const [place, occurrence] of occurrences.entries()) {
      const before = (await automations())[0];
      expect(before).toMatchObject({ key: 'sweep', nextRunAt: occurrence });
      moveTo(Date.parse(occurrence) - 1);
      await tick();
      expect((await automations())[0].lastRuns).toHaveLength(Math.min(place, 5));
      moveTo(Date.parse(occurrence));
      await tick();
      await tick();
      await workOff();
      const { lastRuns } = (await automations())[0];
      expect(lastRuns).toHaveLength(place + 1);
      expect(lastRuns[0]).toMatchObject({ at: occurrence, progress: { state: 'done', total: 0 } });
    }
  });

  test('and not again after its end', async ({ engines }) => {
    const schedule = { every: 'day', at: '03:00', end: '2027-02-28' };
    const { automations, tick, moveTo } = await scheduled(engines, '2027-02-28T02:00:00Z', schedule);
    moveTo(Date.parse('2027-02-28T03:00:00Z'));
    await tick();
    const [shown] = await automations();
    expect(shown).not.toHaveProperty('nextRunAt');
    expect(shown.lastRuns).toHaveLength(1);
  });
});

describe('a scheduled automation', () => {
  const daily = { every: 'day', at: '03:00', timeZone: 'Europe/Berlin' };
  const from = '2027-02-01T12:00:00Z';

  test('closes what its filter finds, as itself, and says how its last runs went', async ({ engines }) => {
    const { automations, tick, workOff, clock, call, path } = await scheduled(engines, from, daily, 3);
    clock.advance(15 * hour);
    await tick();
    await workOff();
    const [shown] = await automations();
    expect(shown.lastRuns).toMatchObject([{ progress: { state: 'done', total: 3, done: 3, failed: 0, skipped: 0 } }]);
    const { json } = await call('GET', `${path}/tickets/BUG-0002/history`);
    expect(Object(json).items[0].cause).toEqual({ kind: 'automation', key: 'sweep', chain: ['close'] });
    const run = Object((await call('GET', `${path}/runs/${shown.lastRuns[0].run}`)).json);
    expect(run).toMatchObject({ cause: { kind: 'automation', key: 'sweep' }, state: 'done' });
  });

  test('makes up for what was missed in an outage by one run', async ({ engines }) => {
    const { automations, tick, clock } = await scheduled(engines, from, daily);
    clock.advance(5 * 24 * hour);
    await tick();
    await tick();
    const [shown] = await automations();
    expect(shown).toMatchObject({
      nextRunAt: '2027-02-07T02:00:00.000Z',
      lastRuns: [{ at: '2027-02-06T12:00:00.000Z' }],
    });
    expect(shown.lastRuns).toHaveLength(1);
  });

  test('is not swallowed by an apply that comes just then, and not repeated by one', async ({ engines }) => {
    const { automations, tick, clock, applyAutomations, sweep } = await scheduled(engines, from, daily);
    clock.advance(15 * hour);
    await applyAutomations([{ ...sweep, name: 'Renamed' }]);
    await tick();
    expect((await automations())[0].lastRuns).toHaveLength(1);
    await applyAutomations([{ ...sweep, name: 'Renamed again' }]);
    await tick();
    expect((await automations())[0].lastRuns).toHaveLength(1);
  });

  test('that was applied a moment ago is not lost to a worker that remembers the document before', async ({
    engines,
  }) => {
    const project = await scheduled(engines, from, { every: 'hour', at: ':00' });
    const { clock, applyAutomations, sweep, automations, queue, project: key } = project;
    const warm = macroWorker(engines, queue, `${key}/warm`, clock, 10_000);
    clock.advance(hour - 2_000);
    await warm({ kind: 'run-schedules', project: key });
    const later = { ...sweep, key: 'later', schedule: { every: 'day', at: '13:05' } };
    await applyAutomations([sweep, later]);
    clock.advance(2_000);
    await warm({ kind: 'run-schedules', project: key });
    expect(await automations()).toMatchObject([
      { key: 'sweep', lastRuns: [{}] },
      { key: 'later', nextRunAt: '2027-02-01T13:05:00.000Z' },
    ]);
  });

  test('of a document that is older than timetables gets its times when the same document is applied', async ({
    engines,
  }) => {
    const { automations, applyAutomations, sweep, project } = await scheduled(engines, from, daily);
    await engines.table.client.send(new DeleteCommand({ TableName: engines.table.name, Key: timetableKey(project) }));
    expect((await automations())[0]).not.toHaveProperty('nextRunAt');
    await applyAutomations([sweep]);
    expect((await automations())[0]).toMatchObject({ nextRunAt: '2027-02-02T02:00:00.000Z' });
  });

  test('that is disabled or gone runs no more, and its next run is not shown', async ({ engines }) => {
    const { automations, tick, clock, applyAutomations, sweep } = await scheduled(engines, from, daily);
    await applyAutomations([{ ...sweep, enabled: false }]);
    clock.advance(48 * hour);
    await tick();
    const [shown] = await automations();
    expect(shown).toMatchObject({ enabled: false, lastRuns: [] });
    expect(shown).not.toHaveProperty('nextRunAt');
    await applyAutomations([]);
    await tick();
    expect(await automations()).toEqual([]);
  });

  test('begins once although messages come twice, the commit is hidden, or the table is busy', async ({ engines }) => {
    const { automations, work, clock, project } = await scheduled(engines, from, daily);
    clock.advance(15 * hour);
    const busy = injectConflicts(engines.table, 1);
    await work({ kind: 'run-schedules', project });
    busy();
    const hidden = hideCommit(engines.table);
    await work({ kind: 'run-schedules', project });
    hidden();
    await Promise.all([1, 2, 3].map(() => work({ kind: 'run-schedules', project })));
    expect((await automations())[0].lastRuns).toHaveLength(1);
  });
});

test('automations on submission and modification say how their last runs went', async ({ engines }) => {
  const { automations, applyAutomations, start, workOff, clock } = await projectWithRuns(engines, { tickets: 2 });
  await applyAutomations([
    { key: 'noting', trigger: 'modify', macro: 'tell-slack', filter: { field: 'status', op: 'changed' } },
  ]);
  clock.advance(1_000);
  await start('close', { tickets: ['BUG-0001'] });
  await workOff();
  expect(await automations()).toMatchObject([
    { key: 'noting', trigger: 'modify', lastRuns: [{ ticket: 'BUG-0001', outcome: 'done' }] },
  ]);
});
