import { expect, test } from 'vitest';
import { type Breaker, type CallResult, closedBreaker, isOpen, noteCall, noteResult } from './breaker.ts';

/** A breaker after calls that ended so, all at one instant. */
function after(now: number, ...results: CallResult[]): Breaker {
  return results.reduce((breaker, result) => noteResult(breaker, result, now), closedBreaker);
}

test('three timeouts in a row open it, with anything between them it stays closed', () => {
  expect(isOpen(after(0, 'timeout', 'timeout'))).toBe(false);
  expect(isOpen(after(0, 'timeout', 'timeout', 'timeout'))).toBe(true);
  expect(isOpen(after(0, 'timeout', 'timeout', 'answered', 'timeout'))).toBe(false);
});

test('a call that was not made after all leaves the timeouts as they are', () => {
  expect(after(0, 'timeout', 'none', 'timeout')).toEqual(after(0, 'timeout', 'timeout'));
});

test('the first probe may go 30 s after it opened, the next 30 s after the one before', () => {
  const opened = after(1_000, 'timeout', 'timeout', 'timeout');
  expect(opened.probeAt).toBe(31_000);
  const probing = noteCall(opened, 40_000);
  expect(probing.probeAt).toBe(70_000);
  expect(noteResult(probing, 'timeout', 55_000).probeAt).toBe(70_000);
});

test('a probe that was not made makes room for another at once', () => {
  const probing = noteCall(after(0, 'timeout', 'timeout', 'timeout'), 30_000);
  expect(noteResult(probing, 'none', 30_500)).toEqual({ timeouts: 3, probeAt: 30_500 });
});

test('calls do not move a closed breaker, and an answer closes an open one', () => {
  expect(noteCall(closedBreaker, 5)).toEqual(closedBreaker);
  expect(noteResult(after(0, 'timeout', 'timeout', 'timeout'), 'answered', 9)).toEqual(closedBreaker);
});
