import { expect, test } from 'vitest';
import { getValid } from '../../test/sample-document.ts';
import type { ProjectDocument } from '../document/schema.ts';
import { dueAt, planTimetable, Timetable, takeDue } from './plan-schedules.ts';

/** A project of scheduled automations, each hourly unless it says otherwise. */
function project(...automations: { key: string; enabled?: boolean; schedule?: object; trigger?: string }[]) {
  return getValid({
    project: { key: 'apollo', name: 'Apollo' },
    macros: [{ key: 'thank', name: 'Thank', target: 'member', actions: [{ kind: 'score', points: 1 }] }],
    automations: automations.map((automation) => ({
      macro: 'thank',
      ...(automation.trigger === undefined ? { schedule: { every: 'hour' } } : {}),
      ...automation,
    })),
  }).document;
}

const at = (time: string) => Date.parse(`2026-11-30T${time}Z`);
const whole = (time: string) => `2026-11-30T${time}:00.000Z`;

function plan(document: ProjectDocument, time: string, previous?: Timetable) {
  return Timetable.parse(planTimetable(document, previous, at(time)));
}

function take(timetable: Timetable, document: ProjectDocument, time: string) {
  const { due, next } = takeDue(timetable, document, at(time));
  return { due: due.map(({ automation, occurrence }) => [automation.key, occurrence]), next: Timetable.parse(next) };
}

test('each enabled automation with a schedule has its next run in the timetable', () => {
  const document = project(
    { key: 'hourly' },
    { key: 'off', enabled: false },
    { key: 'changed', trigger: 'modify' },
    { key: 'daily', schedule: { every: 'day', at: '12:00', timeZone: 'Europe/Berlin' } },
    { key: 'over', schedule: { every: 'day', end: '2026-11-29' } },
  );
  const timetable = plan(document, '09:15');
  expect(timetable).toMatchObject({ project: 'apollo' });
  expect(timetable.entries.map(({ automation, nextAt }) => [automation, nextAt])).toEqual([
    ['hourly', whole('10:00')],
    ['daily', whole('11:00')],
    ['over', undefined],
  ]);
  expect(dueAt(timetable)).toBe(whole('10:00'));
});

test('nothing is due where nothing runs any more', () => {
  expect(dueAt(plan(project(), '09:15'))).toBeUndefined();
  expect(dueAt(plan(project({ key: 'over', schedule: { every: 'day', end: '2026-11-29' } }), '09:15'))).toBeUndefined();
});

test('nothing runs before its time, and everything at its time', () => {
  const document = project({ key: 'hourly' }, { key: 'half', schedule: { every: 'hour', at: ':30' } });
  const timetable = plan(document, '09:15');
  expect(take(timetable, document, '09:29:59').due).toEqual([]);
  const first = take(timetable, document, '09:30');
  expect(first.due).toEqual([['half', whole('09:30')]]);
  expect(take(first.next, document, '09:30').due).toEqual([]);
  expect(take(first.next, document, '10:30').due).toEqual([
    ['hourly', whole('10:00')],
    ['half', whole('10:30')],
  ]);
});

test('however many runs were missed, one makes up for them, in the name of the latest', () => {
  const document = project({ key: 'hourly' });
  const { due, next } = take(plan(document, '00:30'), document, '09:15');
  expect(due).toEqual([['hourly', whole('09:00')]]);
  expect(next.entries).toEqual([expect.objectContaining({ lastAt: whole('09:00'), nextAt: whole('10:00') })]);
  expect(take(next, document, '09:59').due).toEqual([]);
});

test('a run that was missed before the end is made up for after it, and then there is none', () => {
  const document = project({ key: 'hourly', schedule: { every: 'hour', end: '2026-11-30T08:30:00Z' } });
  const { due, next } = take(plan(document, '05:30'), document, '09:15');
  expect(due).toEqual([['hourly', whole('08:00')]]);
  expect(dueAt(next)).toBeUndefined();
  expect(next.entries).toHaveLength(1);
});

test('an apply without a change of the schedule swallows no run that is due', () => {
  const timetable = plan(project({ key: 'hourly' }), '09:15');
  const same = project({ key: 'other' }, { key: 'hourly', schedule: { timeZone: 'UTC', at: ':00', every: 'hour' } });
  const applied = plan(same, '10:00:01', timetable);
  expect(applied.entries.map(({ nextAt }) => nextAt)).toEqual([whole('11:00'), whole('10:00')]);
  expect(take(applied, same, '10:00:01').due).toEqual([['hourly', whole('10:00')]]);
});

test('an apply without a change keeps what is known of the last run', () => {
  const document = project({ key: 'hourly' });
  const { next } = take(plan(document, '09:15'), document, '10:00');
  const ran = { ...next, entries: next.entries.map((entry) => ({ ...entry, lastRun: 'run-1' })) };
  expect(plan(document, '10:20', ran)).toEqual(ran);
});

test('a changed schedule runs for the first time after the apply, and keeps its history', () => {
  const document = project({ key: 'hourly' });
  const { next } = take(plan(document, '09:15'), document, '10:00');
  const changed = project({ key: 'hourly', schedule: { every: 'hour', at: ':10' } });
  const applied = plan(changed, '11:20', next);
  expect(applied.entries).toEqual([expect.objectContaining({ nextAt: whole('12:10'), lastAt: whole('10:00') })]);
  expect(take(applied, changed, '11:20').due).toEqual([]);
});

test('a schedule that ended is not due for what lay before its new end', () => {
  const document = project({ key: 'hourly' });
  const ended = project({ key: 'hourly', schedule: { every: 'hour', end: '2026-11-29' } });
  const applied = plan(ended, '10:30', plan(document, '09:15'));
  expect(applied.entries).toEqual([expect.not.objectContaining({ nextAt: expect.anything() })]);
});

test.each([
  ['removed', project()],
  ['disabled', project({ key: 'hourly', enabled: false })],
  ['given a trigger', project({ key: 'hourly', trigger: 'modify' })],
])('an automation that was %s leaves the timetable, even where it is due', (_what, without) => {
  const document = project({ key: 'hourly' });
  const timetable = plan(document, '09:15');
  expect(take(timetable, without, '10:00')).toEqual({ due: [], next: { project: 'apollo', entries: [] } });
  expect(plan(without, '10:00', timetable).entries).toEqual([]);
  // Enabled or added again, it begins anew.
  expect(dueAt(plan(document, '10:20', plan(without, '10:00', timetable)))).toBe(whole('11:00'));
});

test('what is taken goes by the document, though the timetable is of an older one', () => {
  const timetable = plan(project({ key: 'hourly' }), '09:15');
  const newer = project({ key: 'hourly', schedule: { every: 'day', at: '12:00' } }, { key: 'added' });
  const { due, next } = take(timetable, newer, '10:00');
  expect(due).toEqual([]);
  expect(next.entries.map(({ automation, nextAt }) => [automation, nextAt])).toEqual([
    ['hourly', whole('12:00')],
    ['added', whole('11:00')],
  ]);
});

test('a clock that is set back runs nothing twice', () => {
  const document = project({ key: 'hourly' });
  const { next } = take(plan(document, '09:15'), document, '10:00');
  expect(take(next, document, '09:30').due).toEqual([]);
  expect(take(next, document, '10:59').due).toEqual([]);
});
