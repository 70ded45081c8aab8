import type { Schedule } from '../document/schema-automations.ts';
import { readTime, type ScheduleTime } from './schedule-time.ts';
import { type WallClock, wallClock } from './wall-clock.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** RFC 3339 writes years of four digits. */
const lastWritableMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** When a schedule may run: both ends are instants at which it still may. */
type Bounds = { fromMs: number; toMs: number };

/**
 * The first instant strictly after another at which a schedule runs, in epoch milliseconds; undefined where it runs no more.
 * How the change of clocks and short months are met is written down in docs/decisions/0024-when-schedules-run.md.
 */
export function nextOccurrence(schedule: Schedule, afterMs: number): number | undefined {
  const time = readTime(schedule);
  if (time === undefined) return undefined;
  const clock = wallClock(schedule.timeZone);
  const { fromMs, toMs } = readBounds(schedule, clock);
  const from = Math.max(afterMs, fromMs - 1);
  const next = time.every === 'hour' ? nextMinute(clock, time.minute, from) : nextDay(clock, time, from);
  return next <= toMs ? next : undefined;
}

/** The last instant after one and not after another at which a schedule runs, found without a walk through those between. */
export function latestOccurrence(schedule: Schedule, afterMs: number, untilMs: number): number | undefined {
  const time = readTime(schedule);
  if (time === undefined) return undefined;
  const clock = wallClock(schedule.timeZone);
  const { fromMs, toMs } = readBounds(schedule, clock);
  const until = Math.min(untilMs, toMs);
  const latest = time.every === 'hour' ? latestMinute(clock, time.minute, until) : latestDay(clock, time, until);
  return latest > afterMs && latest >= fromMs ? latest : undefined;
}

/** The first and the last instant at which a schedule may run; a date is a whole day of its zone. */
export function readBounds({ start, end, timeZone }: Schedule, clock = wallClock(timeZone)): Bounds {
  return {
    fromMs: start === undefined ? Number.NEGATIVE_INFINITY : (firstOfDay(clock, start, 0) ?? readInstant(start)),
    toMs: Math.min(lastWritableMs, end === undefined ? lastWritableMs : (lastOfDay(clock, end) ?? readInstant(end))),
  };
}

function firstOfDay(clock: WallClock, text: string, daysLater: number): number | undefined {
  return text.length === '2026-11-30'.length ? clock.read(Date.parse(text) + daysLater * dayMs) : undefined;
}

function lastOfDay(clock: WallClock, text: string): number | undefined {
  const next = firstOfDay(clock, text, 1);
  return next === undefined ? undefined : next - 1;
}

/** RFC 3339 has leap seconds and small letters, of which the engine does not know. */
function readInstant(text: string): number {
  return Date.parse(text.toUpperCase().replace(/:60(?=[.Z+-])/, ':59'));
}

/** The first instant after another at which the clock's minute hand has just reached a minute. */
function nextMinute(clock: WallClock, minute: number, afterMs: number): number {
  const next = afterMs + hourMs - mod(clock.show(afterMs) - minute * minuteMs, hourMs);
  if (clock.show(next) - next === clock.show(afterMs) - afterMs) return next;
  // The clock is set on the way: the minute is reached by the clock as it is from then on.
  const turn = clock.findTurn(afterMs, next);
  return turn + mod(minute * minuteMs - clock.show(turn), hourMs);
}

/** The last instant not after another at which the clock's minute hand has just reached a minute. */
function latestMinute(clock: WallClock, minute: number, untilMs: number): number {
  const latest = untilMs - mod(clock.show(untilMs) - minute * minuteMs, hourMs);
  if (clock.show(latest) - latest === clock.show(untilMs) - untilMs) return latest;
  const before = clock.findTurn(latest, untilMs) - 1;
  return before - mod(clock.show(before) - minute * minuteMs, hourMs);
}

type DayTime = Exclude<ScheduleTime, { every: 'hour' }>;

/** Begins two days early: a day that the zone leaves out runs within the following one. What is no number ends the search. */
function nextDay(clock: WallClock, time: DayTime, afterMs: number): number {
  let day = dayOnOrAfter(time, startOfDay(clock.show(afterMs)) - 2 * dayMs);
  for (;;) {
    const instant = clock.read(day + timeOfDay(time));
    if (!(instant <= afterMs)) return instant;
    day = dayOnOrAfter(time, day + dayMs);
  }
}

function latestDay(clock: WallClock, time: DayTime, untilMs: number): number {
  let day = dayOnOrBefore(time, startOfDay(clock.show(untilMs)) + 2 * dayMs);
  for (;;) {
    const instant = clock.read(day + timeOfDay(time));
    if (!(instant > untilMs)) return instant;
    day = dayOnOrBefore(time, day - dayMs);
  }
}

function timeOfDay({ hour, minute }: DayTime): number {
  return hour * hourMs + minute * minuteMs;
}

function startOfDay(wallMs: number): number {
  return wallMs - mod(wallMs, dayMs);
}

/** The first day of a schedule that is not before a day; days are wall times at midnight. */
function dayOnOrAfter(time: DayTime, dayMsOfWall: number): number {
  if (time.every === 'day') return dayMsOfWall;
  const date = new Date(dayMsOfWall);
  if (time.every === 'week') return dayMsOfWall + mod(time.weekday - date.getUTCDay(), 7) * dayMs;
  const here = dayOfMonth(date, 0, time.day);
  return here >= dayMsOfWall ? here : dayOfMonth(date, 1, time.day);
}

function dayOnOrBefore(time: DayTime, dayMsOfWall: number): number {
  if (time.every === 'day') return dayMsOfWall;
  const date = new Date(dayMsOfWall);
  if (time.every === 'week') return dayMsOfWall - mod(date.getUTCDay() - time.weekday, 7) * dayMs;
  const here = dayOfMonth(date, 0, time.day);
  return here <= dayMsOfWall ? here : dayOfMonth(date, -1, time.day);
}

/** A day of a month, or the month's last where it has none of that number; `monthsLater` counts from a date's own month. */
function dayOfMonth(date: Date, monthsLater: number, day: number | 'last'): number {
  const month = date.getUTCMonth() + monthsLater;
  // setUTCFullYear takes years below 100 as they are, and day 0 for the last of the month before.
  const last = new Date(new Date(0).setUTCFullYear(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
  return new Date(0).setUTCFullYear(date.getUTCFullYear(), month, day === 'last' ? last : Math.min(day, last));
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
