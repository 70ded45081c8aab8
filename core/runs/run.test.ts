import { describe, expect, test } from 'vitest';
import type { ActionResult } from '../records/action-result.ts';
import { beginRun, finishRun, resultOf, resultWithout } from './run.ts';

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

test('a run counts its results when it ends', () => {
  const run = beginRun({ id: 'r1', macro: 'close', total: 3, startedAt: '2026-11-21T09:00:00.000Z' });
  const results = [
    resultOf({ ticket: 'BUG-0001' }, [queued]),
    resultWithout({ ticket: 'BUG-0002' }, 'failed', 'there is no such ticket'),
    resultOf({ ticket: 'BUG-0003' }, [skipped]),
  ];
  expect(finishRun(run, results, '2026-11-21T09:00:01.000Z')).toEqual({
    id: 'r1',
    macro: 'close',
    state: 'done',
    total: 3,
    done: 1,
    failed: 1,
    skipped: 1,
    startedAt: '2026-11-21T09:00:00.000Z',
    finishedAt: '2026-11-21T09:00:01.000Z',
    results,
  });
});
