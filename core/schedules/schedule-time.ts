import type { Schedule } from '../document/schema-automations.ts';

/** The wall time that a schedule names: which minute of which hour, and of which days. */
export type ScheduleTime =
  | { every: 'hour'; minute: number }
  | { every: 'day'; hour: number; minute: number }
  /** `weekday` counts from 0, Sunday, as JavaScript does. */
  | { every: 'week'; weekday: number; hour: number; minute: number }
  | { every: 'month'; day: number | 'last'; hour: number; minute: number };

const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const time = '([01][0-9]|2[0-3]):([0-5][0-9])';
const writings: Record<Schedule['every'], RegExp> = {
  hour: /^:([0-5][0-9])$/,
  day: new RegExp(`^${time}$`),
  week: new RegExp(`^(${weekdays.join('|')}) ${time}$`),
  month: new RegExp(`^([1-9]|[12][0-9]|3[01]|LAST) ${time}$`),
};

const defaultTimes: Record<Schedule['every'], string> = {
  hour: ':00',
  day: '00:00',
  week: 'MON 00:00',
  month: '1 00:00',
};

/** How `at` is written for each period, for people who wrote it otherwise. */
export const timeExamples: Record<Schedule['every'], string> = {
  hour: ':15',
  day: '03:00',
  week: 'MON 03:00',
  month: '1 03:00 or LAST 03:00',
};

/** When within its period a schedule runs, as its author would write it out. */
export function writtenTime({ every, at }: Pick<Schedule, 'every' | 'at'>): string {
  return at ?? defaultTimes[every];
}

/** Reads when within its period a schedule runs; undefined where `at` does not fit `every`. */
export function readTime(schedule: Pick<Schedule, 'every' | 'at'>): ScheduleTime | undefined {
  const { every } = schedule;
  const [, ...parts] = writings[every].exec(writtenTime(schedule)) ?? [];
  if (parts.length === 0) return undefined;
  const [hour, minute] = [Number(parts.at(-2)), Number(parts.at(-1))];
  const [day = ''] = parts;
  switch (every) {
    case 'hour':
      return { every, minute };
    case 'day':
      return { every, hour, minute };
    case 'week':
      return { every, weekday: weekdays.indexOf(day), hour, minute };
    case 'month':
      return { every, day: day === 'LAST' ? 'last' : Number(day), hour, minute };
  }
}
