import { describe, expect, test } from 'vitest';
import type { Schedule } from '../document/schema-automations.ts';
import { latestOccurrence, nextOccurrence } from './occurrences.ts';

type Given = Omit<Schedule, 'timeZone'> & { timeZone?: string };

function schedule(given: Given): Schedule {
  return { timeZone: 'UTC', ...given };
}

/** The instants at which a schedule runs after one, as many as asked for, in UTC without seconds. */
function listRuns(given: Given, after: string, count: number): string[] {
  const runs: string[] = [];
  let at: number | undefined = Date.parse(after);
  while (runs.length < count) {
    at = nextOccurrence(schedule(given), at);
    if (at === undefined) break;
    runs.push(new Date(at).toISOString().replace(':00.000Z', 'Z'));
  }
  return runs;
}

describe('a schedule runs', () => {
  test.each<[what: string, given: Given, after: string, runs: string[]]>([
    ['on the hour', { every: 'hour' }, '2026-11-30T09:15Z', ['2026-11-30T10:00Z', '2026-11-30T11:00Z']],
    [
      'at a minute of the hour',
      { every: 'hour', at: ':15' },
      '2026-11-30T09:15Z',
      ['2026-11-30T10:15Z', '2026-11-30T11:15Z'],
    ],
    ['at midnight', { every: 'day' }, '2026-11-30T00:00Z', ['2026-12-01T00:00Z', '2026-12-02T00:00Z']],
    ['on Mondays', { every: 'week' }, '2026-11-29T00:00Z', ['2026-11-30T00:00Z', '2026-12-07T00:00Z']],
    [
      'on a weekday, across a month end',
      { every: 'week', at: 'SAT 23:59' },
      '2026-11-28T23:58Z',
      ['2026-11-28T23:59Z', '2026-12-05T23:59Z'],
    ],
    ['on the first of the month', { every: 'month' }, '2026-12-01T00:00Z', ['2027-01-01T00:00Z', '2027-02-01T00:00Z']],
    [
      'on the last of the month',
      { every: 'month', at: 'LAST 03:00' },
      '2028-01-31T03:00Z',
      ['2028-02-29T03:00Z', '2028-03-31T03:00Z', '2028-04-30T03:00Z'],
    ],
    [
      'on the last day of a month that has no 31st',
      { every: 'month', at: '31 03:00' },
      '2027-01-30T00:00Z',
      ['2027-01-31T03:00Z', '2027-02-28T03:00Z', '2027-03-31T03:00Z'],
    ],
    [
      'on the 29th where there is one',
      { every: 'month', at: '29 12:00' },
      '2027-02-01T00:00Z',
      ['2027-02-28T12:00Z', '2027-03-29T12:00Z'],
    ],
    [
      'on a leap day',
      { every: 'month', at: '29 12:00' },
      '2028-02-28T12:00Z',
      ['2028-02-29T12:00Z', '2028-03-29T12:00Z'],
    ],
    [
      "by its zone's days, which begin before those of UTC",
      { every: 'month', at: '1 03:00', timeZone: 'Asia/Kolkata' },
      '2026-11-30T00:00Z',
      ['2026-11-30T21:30Z', '2026-12-31T21:30Z'],
    ],
    [
      "at a minute of its zone's hour",
      { every: 'hour', at: ':15', timeZone: 'Asia/Kolkata' },
      '2026-11-30T00:00Z',
      ['2026-11-30T00:45Z', '2026-11-30T01:45Z'],
    ],
    [
      'on a weekday of its zone',
      { every: 'week', at: 'MON 03:00', timeZone: 'Asia/Kolkata' },
      '2026-11-29T00:00Z',
      ['2026-11-29T21:30Z', '2026-12-06T21:30Z'],
    ],
  ])('%s', (_what, given, after, runs) => {
    expect(listRuns(given, after, runs.length)).toEqual(runs);
  });
});

describe('where the clock is set,', () => {
  test.each<[what: string, given: Given, after: string, runs: string[]]>([
    [
      'a time that Berlin leaves out is met an hour later by the clock, once',
      { every: 'day', at: '02:30', timeZone: 'Europe/Berlin' },
      '2026-03-28T00:00Z',
      ['2026-03-28T01:30Z', '2026-03-29T01:30Z', '2026-03-30T00:30Z'],
    ],
    [
      'a time that Berlin has twice counts the first time',
      { every: 'day', at: '02:30', timeZone: 'Europe/Berlin' },
      '2026-10-24T00:00Z',
      ['2026-10-24T00:30Z', '2026-10-25T00:30Z', '2026-10-26T01:30Z'],
    ],
    [
      'weekly at 03:00 in Berlin stays at 03:00 by the clock',
      { every: 'week', at: 'SUN 03:00', timeZone: 'Europe/Berlin' },
      '2026-03-22T00:00Z',
      ['2026-03-22T02:00Z', '2026-03-29T01:00Z', '2026-04-05T01:00Z'],
    ],
    [
      'monthly in New York stays at 09:00 by the clock',
      { every: 'month', at: '8 09:00', timeZone: 'America/New_York' },
      '2026-02-01T00:00Z',
      ['2026-02-08T14:00Z', '2026-03-08T13:00Z', '2026-04-08T13:00Z'],
    ],
    [
      'a time that New York leaves out is met an hour later by the clock, once',
      { every: 'day', at: '02:00', timeZone: 'America/New_York' },
      '2026-03-07T12:00Z',
      ['2026-03-08T07:00Z', '2026-03-09T06:00Z'],
    ],
    [
      'a time that New York has twice counts the first time',
      { every: 'day', at: '01:59', timeZone: 'America/New_York' },
      '2026-10-31T12:00Z',
      ['2026-11-01T05:59Z', '2026-11-02T06:59Z'],
    ],
    [
      'a time that Lord Howe leaves out is met half an hour later by the clock',
      { every: 'day', at: '02:15', timeZone: 'Australia/Lord_Howe' },
      '2026-10-02T20:00Z',
      ['2026-10-03T15:45Z', '2026-10-04T15:15Z'],
    ],
    [
      'a time that Lord Howe has twice counts the first time',
      { every: 'day', at: '01:45', timeZone: 'Australia/Lord_Howe' },
      '2026-04-03T20:00Z',
      ['2026-04-04T14:45Z', '2026-04-05T15:15Z'],
    ],
    [
      'the day that Samoa left out shares the run of the next',
      { every: 'day', at: '03:00', timeZone: 'Pacific/Apia' },
      '2011-12-28T00:00Z',
      ['2011-12-28T13:00Z', '2011-12-29T13:00Z', '2011-12-30T13:00Z', '2011-12-31T13:00Z'],
    ],
    [
      'the Friday that Samoa left out is met on Saturday',
      { every: 'week', at: 'FRI 03:00', timeZone: 'Pacific/Apia' },
      '2011-12-28T00:00Z',
      ['2011-12-30T13:00Z', '2012-01-05T13:00Z'],
    ],
    [
      'the midnight that São Paulo left out is met at one',
      { every: 'day', timeZone: 'America/Sao_Paulo' },
      '2018-11-03T12:00Z',
      ['2018-11-04T03:00Z', '2018-11-05T02:00Z'],
    ],
    [
      'an hour that Berlin leaves out is no hour',
      { every: 'hour', at: ':30', timeZone: 'Europe/Berlin' },
      '2026-03-29T00:00Z',
      ['2026-03-29T00:30Z', '2026-03-29T01:30Z', '2026-03-29T02:30Z'],
    ],
    [
      'half an hour that Lord Howe leaves out moves the runs by the clock',
      { every: 'hour', at: ':15', timeZone: 'Australia/Lord_Howe' },
      '2026-10-03T14:00Z',
      ['2026-10-03T14:45Z', '2026-10-03T16:15Z', '2026-10-03T17:15Z'],
    ],
    [
      'a minute that Lord Howe has twice counts each time',
      { every: 'hour', at: ':45', timeZone: 'Australia/Lord_Howe' },
      '2026-04-04T14:00Z',
      ['2026-04-04T14:45Z', '2026-04-04T15:15Z', '2026-04-04T16:15Z'],
    ],
  ])('%s', (_what, given, after, runs) => {
    expect(listRuns(given, after, runs.length)).toEqual(runs);
  });

  test.each<[day: string, timeZone: string, start: string, runs: number]>([
    ['an ordinary one', 'Europe/Berlin', '2026-11-30', 24],
    ['the short one', 'Europe/Berlin', '2026-03-29', 23],
    ['the long one', 'Europe/Berlin', '2026-10-25', 25],
    ['the short one', 'America/New_York', '2026-03-08', 23],
    ['the long one', 'America/New_York', '2026-11-01', 25],
  ])('each day has as many hourly runs as hours: %s of %s', (_day, timeZone, day, runs) => {
    const given = { every: 'hour' as const, at: ':30', timeZone, start: day, end: day };
    expect(listRuns(given, '2026-01-01T00:00Z', 30)).toHaveLength(runs);
  });
});

describe('start and end', () => {
  test.each<[what: string, given: Given, runs: string[]]>([
    ['dates are whole days', { every: 'day', at: '12:00', start: '2026-11-29', end: '2026-11-30' }, ['29', '30']],
    [
      'dates are days of the zone',
      { every: 'day', at: '23:30', timeZone: 'America/New_York', start: '2026-11-28', end: '2026-11-29' },
      ['29', '30'],
    ],
    [
      'instants may still be met',
      { every: 'day', at: '12:00', start: '2026-11-29T12:00:00Z', end: '2026-11-30T12:00:00Z' },
      ['29', '30'],
    ],
    [
      'a second later is too late, and a second earlier too soon',
      { every: 'day', at: '12:00', start: '2026-11-29t12:00:01z', end: '2026-12-01T11:59:59Z' },
      ['30'],
    ],
    [
      'a leap second is taken for the one before',
      { every: 'day', at: '12:00', start: '2026-11-29T23:59:60Z', end: '2026-11-30' },
      ['30'],
    ],
    ['the last day that can be written is the last', { every: 'day', start: '9999-12-30' }, ['30', '31']],
    ['there may be no run between them', { every: 'week', start: '2026-11-24', end: '2026-11-29' }, []],
  ])('%s', (_what, given, days) => {
    expect(listRuns(given, '2020-01-01T00:00Z', 5).map((run) => run.slice(8, 10))).toEqual(days);
  });
});

describe('the latest missed run', () => {
  const latest = (given: Given, after: string, until: string) => {
    const found = latestOccurrence(schedule(given), Date.parse(after), Date.parse(until));
    return found === undefined ? undefined : new Date(found).toISOString().replace(':00.000Z', 'Z');
  };

  test('is found at once after years of silence', () => {
    expect(latest({ every: 'hour', at: ':15' }, '1990-01-01T00:00Z', '2026-11-30T09:14Z')).toBe('2026-11-30T08:15Z');
    expect(latest({ every: 'month', at: 'LAST 03:00' }, '1990-01-01T00:00Z', '2026-11-30T02:59Z')).toBe(
      '2026-10-31T03:00Z',
    );
  });

  test('may be this very instant, and is never the one that is known', () => {
    expect(latest({ every: 'day' }, '2026-11-29T00:00Z', '2026-11-30T00:00Z')).toBe('2026-11-30T00:00Z');
    expect(latest({ every: 'day' }, '2026-11-30T00:00Z', '2026-11-30T23:59Z')).toBeUndefined();
  });

  test('lies between start and end', () => {
    const given = { every: 'day' as const, start: '2026-11-10', end: '2026-11-12' };
    expect(latest(given, '2026-01-01T00:00Z', '2026-12-01T00:00Z')).toBe('2026-11-12T00:00Z');
    expect(latest(given, '2026-01-01T00:00Z', '2026-11-09T23:59Z')).toBeUndefined();
  });

  test('is the last of an hour that occurs twice, and the run after a gap', () => {
    const hourly = { every: 'hour' as const, at: ':30', timeZone: 'Europe/Berlin' };
    expect(latest(hourly, '2026-10-25T00:00Z', '2026-10-25T01:45Z')).toBe('2026-10-25T01:30Z');
    expect(latest(hourly, '2026-10-25T00:00Z', '2026-10-25T01:15Z')).toBe('2026-10-25T00:30Z');
    const howe = { every: 'hour' as const, at: ':15', timeZone: 'Australia/Lord_Howe' };
    expect(latest(howe, '2026-10-03T00:00Z', '2026-10-03T16:00Z')).toBe('2026-10-03T14:45Z');
  });
});
