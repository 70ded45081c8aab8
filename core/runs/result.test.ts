import { describe, expect, test } from 'vitest';
import type { ActionResult } from '../records/action-result.ts';
import { isRetried, resultOf, resultWithout, sayNotRetried, tally } from './result.ts';

const queued: ActionResult = { kind: 'webhook', action: 'webhook-1', outcome: 'queued', delivery: 'd1' };
const failed: ActionResult = { ...queued, action: 'webhook-2', outcome: 'failed', reason: 'Jira ID is empty' };
const unchanged: ActionResult = { kind: 'workflow', action: 'workflow-1', outcome: 'unchanged' };
const skipped: ActionResult = { kind: 'workflow', action: 'workflow-3', outcome: 'skipped', reason: 'not yet' };

describe('the result for one ticket', () => {
  test.each([
    ['done once something is under way', [queued, skipped], { outcome: 'done' }],
    ['failed where one action failed, with its reason', [queued, failed], { outcome: 'failed', reason: failed.reason }],
    ['done where all is as it should be already', [unchanged, skipped], { outcome: 'done' }],
    ['skipped where all was, with the first reason', [skipped], { outcome: 'skipped', reason: 'not yet' }],
  ])('is %s', (_, actions, expected) => {
    expect(resultOf({ ticket: 'BUG-0001' }, actions)).toEqual({ ticket: 'BUG-0001', ...expected, actions });
  });
});

test('a retry works a failed target of which nothing was done, and leaves one of which something was', () => {
  const ticket = { ticket: 'BUG-0001' };
  const applied: ActionResult = { kind: 'score', action: 'score-1', outcome: 'applied' };
  expect(sayNotRetried(resultOf(ticket, [queued, failed])).reason).toMatch(/^Jira ID is empty; .*a retry leaves it/);
  for (const actions of [[failed], [unchanged, skipped, failed]])
    expect(isRetried(resultOf(ticket, actions))).toBe(true);
  for (const actions of [
    [queued, failed],
    [failed, applied],
  ])
    expect(isRetried(resultOf(ticket, actions))).toBe(false);
  for (const actions of [[queued], [skipped]]) expect(isRetried(resultOf(ticket, actions))).toBe(false);
  expect(isRetried(resultWithout(ticket, 'failed', 'the table was too busy'))).toBe(true);
});

test('the longest of reasons is cut, so that a page of results can always be read', () => {
  const reason = 'x'.repeat(100_000);
  const result = resultOf({ ticket: 'BUG-0001' }, [{ ...failed, reason }]);
  expect(result.reason).toBe(`${'x'.repeat(1_000)}…`);
  expect(JSON.stringify(result).length).toBeLessThan(2_000);
});

test('results are counted by their outcome', () => {
  const results = [
    resultOf({ ticket: 'BUG-0001' }, [queued]),
    resultWithout({ ticket: 'BUG-0002' }, 'failed', 'there is no such ticket'),
    resultOf({ ticket: 'BUG-0003' }, [skipped]),
  ];
  expect(tally(results)).toEqual({ done: 1, failed: 1, skipped: 1 });
});
