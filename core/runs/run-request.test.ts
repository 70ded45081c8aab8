import { describe, expect, test } from 'vitest';
import { makeRun } from './make-run.ts';
import { type Run, RunState } from './run.ts';
import { judgeRequest, type RunRequest, stateChanges } from './run-request.ts';

const requests: readonly RunRequest[] = ['start', 'cancel', 'resume', 'retry'];

function runIn(state: Run['state'], more: Partial<Run> = {}): Run {
  const over = { kind: 'list' as const, target: 'ticket' as const };
  const run = makeRun({ id: 'r1', project: 'apollo', macro: 'close', cause: { kind: 'person' }, over, startedAt: 0 });
  return { ...run, state, pages: 2, failed: 1, ...more };
}

describe('what can be asked of a run', () => {
  test('follows from its state', () => {
    const table = RunState.options.map((state) => [
      state,
      requests.filter((request) => judgeRequest(runIn(state), request).outcome === 'allowed'),
    ]);
    expect(Object.fromEntries(table)).toEqual({
      counting: ['cancel'],
      counted: ['start', 'cancel'],
      running: ['cancel'],
      cancelling: [],
      cancelled: ['resume', 'retry'],
      done: ['retry'],
    });
  });

  test('is said to whoever asks for something else', () => {
    const reasons = [runIn('done'), runIn('cancelling'), runIn('running')].map((run) => judgeRequest(run, 'resume'));
    expect(reasons).toEqual([
      {
        outcome: 'refused',
        reason: 'This run is done and cannot be resumed: its failed targets can be tried again (retry).',
      },
      {
        outcome: 'refused',
        reason:
          'This run is cancelling and cannot be resumed: wait until it is cancelled, then it can be resumed, or its failed targets tried again (retry).',
      },
      { outcome: 'refused', reason: 'This run is running and cannot be resumed: it can be cancelled.' },
    ]);
  });

  test.each([
    ['nothing failed', { failed: 0 }, 'nothing to try again'],
    ['a call made it, and only that knows what was sent', { pages: 0 }, 'run the macro again'],
  ])('is no retry where %s', (_, more, words) => {
    expect(judgeRequest(runIn('done', more), 'retry')).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining(words),
    });
  });
});

test('no change leads out of a state that is at its end but a retry and a resume', () => {
  const fromEnd = Object.entries(stateChanges).filter(([, { from }]) => from.some((state) => state === 'done'));
  expect(fromEnd.map(([name]) => name)).toEqual(['retry']);
  const reached = new Set(Object.values(stateChanges).map(({ to }) => to));
  expect([...reached].toSorted()).toEqual([...RunState.options].toSorted());
});
