import { isDate } from '../dates.ts';
import { nextOccurrence, readBounds } from '../schedules/occurrences.ts';
import { readTime, timeExamples } from '../schedules/schedule-time.ts';
import type { Checking } from './checking.ts';
import { type Path, quote } from './problems.ts';
import type { Schedule } from './schema-automations.ts';
import { isTimeZone } from './time-zone.ts';

/** Checks when an automation is to run: its time, its zone, and that it runs at all between start and end. */
export function checkSchedule(checking: Checking, path: Path, schedule: Schedule): void {
  const { report } = checking;
  const { every, at, timeZone, start, end } = schedule;
  checkTime(checking, [...path, 'at'], schedule);
  if (!isTimeZone(timeZone)) {
    report(
      [...path, 'timeZone'],
      'invalid_choice',
      `${quote(timeZone)} is not the name of a time zone such as Europe/Berlin`,
    );
  }
  for (const [name, text] of Object.entries({ start, end })) {
    if (text === undefined || isDate(text)) continue;
    report([...path, name], 'invalid_date', `${quote(text)} is not a date such as 2026-11-30 or 2026-11-30T09:15:00Z`);
  }
  if (start === undefined || end === undefined || !isDate(start) || !isDate(end)) return;
  // What is wrong with a zone or a time is said above, and must not hide what is wrong with the dates.
  const readable = {
    ...{ every, start, end, timeZone: isTimeZone(timeZone) ? timeZone : 'UTC' },
    ...(readTime(schedule) === undefined ? {} : { at }),
  };
  const { fromMs, toMs } = readBounds(readable);
  if (fromMs > toMs) report([...path, 'end'], 'out_of_range', 'end is before start');
  else if (nextOccurrence(readable, fromMs - 1) === undefined) {
    const first = nextOccurrence({ ...readable, end: undefined }, fromMs - 1);
    const when = first === undefined ? '' : `: the first time would be ${new Date(first).toISOString()}`;
    report([...path, 'end'], 'out_of_range', `it never runs between start and end${when}`);
  }
}

function checkTime({ report, warn }: Checking, path: Path, schedule: Schedule): void {
  const { every, at } = schedule;
  const time = readTime(schedule);
  if (time === undefined) {
    report(path, 'invalid_date', `${quote(at)} is not a time for every: ${every}, such as ${timeExamples[every]}`);
  } else if (time.every === 'month' && time.day === 31) {
    warn(path, 'in months that have no 31st it runs on the last day: write LAST to say so');
  } else if (time.every === 'month' && time.day !== 'last' && time.day > 28) {
    warn(path, `in a February that has no ${time.day}th it runs on the last day; LAST is the last day of every month`);
  }
}
