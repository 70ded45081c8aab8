import { expect, test } from 'vitest';
import { emptyLine, placeInLine } from './line.ts';

/** Sends so many away at one instant and returns what they were told. */
function sendAway(count: number, next: { firstAt: number; spacingMs: number; byQueue: number; random?: number }) {
  let line = emptyLine;
  return Array.from({ length: count }, () => {
    const placed = placeInLine(line, { now: 0, random: 0, ...next });
    line = placed.line;
    return placed;
  });
}

test('each comes so long after the one before, and nobody after more than 15 minutes', () => {
  const told = sendAway(400, { firstAt: 5_000, spacingMs: 3_000, byQueue: 1 }).map(({ until }) => until);
  expect(told.slice(0, 3)).toEqual([5_000, 8_000, 11_000]);
  expect(told.at(-1)).toBe(900_000);
});

test('the queue has so many of them at a time, and more once those have come back', () => {
  const told = sendAway(5, { firstAt: 5_000, spacingMs: 100, byQueue: 2 });
  expect(told.map(({ byQueue }) => byQueue)).toEqual([true, true, false, false, false]);
  const { line = emptyLine } = told.at(-1) ?? {};
  const next = { firstAt: 0, spacingMs: 100, byQueue: 2, random: 0 };
  expect(placeInLine(line, { ...next, now: 4_999 }).byQueue).toBe(false);
  expect(placeInLine(line, { ...next, now: 5_000 }).byQueue).toBe(true);
});

test('a line that has gone by is over', () => {
  const { line = emptyLine } = sendAway(100, { firstAt: 5_000, spacingMs: 100, byQueue: 1 }).at(-1) ?? {};
  expect(placeInLine(line, { now: 20_000, firstAt: 25_000, spacingMs: 100, byQueue: 1, random: 0 }).until).toBe(25_000);
});

test('chance puts nobody forward, and off by at most a tenth', () => {
  const [{ until = 0 } = {}] = sendAway(1, { firstAt: 30_000, spacingMs: 100, byQueue: 1, random: 0.999 });
  expect(until).toBeGreaterThan(32_900);
  expect(until).toBeLessThanOrEqual(33_000);
});
