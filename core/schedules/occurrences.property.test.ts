import fc from 'fast-check';
import { DateTime } from 'luxon';
import { expect, test } from 'vitest';
import type { Schedule } from '../document/schema-automations.ts';
import { latestOccurrence, nextOccurrence } from './occurrences.ts';

const two = (value: number) => String(value).padStart(2, '0');
const minute = fc.integer({ min: 0, max: 59 });
/** Most clocks are set at night. */
const hour = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 23 }));
const time = fc.tuple(hour, minute).map(([hours, minutes]) => `${two(hours)}:${two(minutes)}`);
const day = fc.constantFrom('MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN');
const date = fc.oneof(fc.integer({ min: 1, max: 31 }).map(String), fc.constant('LAST'));
const timeZone = fc.constantFrom(
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Apia', 'Asia/Tehran'],
  ...['America/Sao_Paulo', 'America/St_Johns', 'Africa/Casablanca', 'Antarctica/Troll', 'Pacific/Kiritimati'],
);
const at = fc.oneof(
  minute.map((value) => ({ every: 'hour' as const, at: `:${two(value)}` })),
  time.map((value) => ({ every: 'day' as const, at: value })),
  fc.tuple(day, time).map(([name, value]) => ({ every: 'week' as const, at: `${name} ${value}` })),
  fc.tuple(date, time).map(([number, value]) => ({ every: 'month' as const, at: `${number} ${value}` })),
);
const schedule = fc.tuple(at, timeZone).map(([when, zone]): Schedule => ({ ...when, timeZone: zone }));
const hourMs = 3_600_000;
const instant = fc.integer({ min: Date.UTC(1995, 0, 1), max: Date.UTC(2035, 0, 1) });
/** Days around which the clock of one of the zones is set. */
const turning = fc
  .tuple(
    fc.constantFrom('2026-03-29', '2026-10-25', '2026-03-08', '2026-11-01', '2026-04-05', '2026-10-04', '2011-12-30'),
    fc.integer({ min: -48 * hourMs, max: 48 * hourMs }),
  )
  .map(([around, shiftMs]) => Date.parse(around) + shiftMs);
const anyInstant = fc.oneof(instant, turning);
const runs = { numRuns: 2_000 };

function next(given: Schedule, after: number): number {
  const found = nextOccurrence(given, after);
  if (found === undefined) throw new Error('a schedule without an end runs for ever');
  return found;
}

test('each run is later than the instant it is asked after, and on a whole minute', () => {
  fc.assert(
    fc.property(schedule, anyInstant, (given, after) => {
      const found = next(given, after);
      expect(found).toBeGreaterThan(after);
      expect(found % 60_000).toBe(0);
      expect(next(given, found)).toBeGreaterThan(found);
      expect(next(given, found - 1)).toBe(found);
    }),
    runs,
  );
});

test('no run lies between an instant and the next run', () => {
  fc.assert(
    fc.property(schedule, anyInstant, fc.double({ min: 0, max: 1, noNaN: true }), (given, after, share) => {
      const found = next(given, after);
      const between = Math.floor(after + (found - 1 - after) * share);
      expect(next(given, between)).toBe(found);
    }),
    runs,
  );
});

test('a run shows the wanted time on the clock of its zone, unless the zone leaves that time out', () => {
  fc.assert(
    fc.property(schedule, anyInstant, (given, after) => {
      const shown = DateTime.fromMillis(next(given, after), { zone: given.timeZone });
      const wanted = given.at ?? '';
      if (given.every === 'hour') {
        expect(shown.toFormat(':mm')).toBe(wanted);
        return;
      }
      if (shown.toFormat('HH:mm') === wanted.slice(-5)) return;
      // An instant a day earlier knows nothing of the change: the clock was set since.
      expect(shown.minus({ hours: 24 }).offset).not.toBe(shown.offset);
    }),
    runs,
  );
});

test('the latest run up to an instant is the one before the next', () => {
  fc.assert(
    fc.property(schedule, anyInstant, fc.integer({ min: 0, max: 400 * 24 * hourMs }), (given, after, spanMs) => {
      const until = after + spanMs;
      const latest = latestOccurrence(given, after, until);
      if (latest === undefined) {
        expect(next(given, after)).toBeGreaterThan(until);
        return;
      }
      expect(latest).toBeGreaterThan(after);
      expect(latest).toBeLessThanOrEqual(until);
      expect(next(given, latest)).toBeGreaterThan(until);
      expect(next(given, latest - 1)).toBe(latest);
    }),
    runs,
  );
});
