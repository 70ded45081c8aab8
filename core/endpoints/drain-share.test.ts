import { expect, test } from 'vitest';
import { isDrained } from './drain-share.ts';

/** How many of a lane's backlog in one shard one drain takes; chance is spread evenly. */
function countDrained(backlog: number, isFailing: boolean): number {
  const places = Array.from({ length: backlog }, (_, place) => place + 1);
  return places.filter((place) => isDrained({ place, isFailing, random: (place * 0.618034) % 1 })).length;
}

test('an endpoint that takes what it gets has its backlog worked off, 10,000 a minute over four shards', () => {
  expect(countDrained(2_500, false)).toBe(2_500);
});

test('of an endpoint that fails no more than some 160 are carried to the queue, however many wait', () => {
  expect(countDrained(100, true)).toBe(100);
  expect(countDrained(25_000, true)).toBeGreaterThan(140);
  expect(countDrained(25_000, true)).toBeLessThan(165);
});

test('whatever stands ahead, each delivery is taken in the end', () => {
  expect(isDrained({ place: 101, isFailing: true, random: 0.09 })).toBe(true);
  expect(isDrained({ place: 5_000, isFailing: true, random: 0.0019 })).toBe(true);
  expect(isDrained({ place: 5_000, isFailing: true, random: 0.0021 })).toBe(false);
});
