import { describe, expect, test } from 'vitest';
import type { Delivery } from './delivery.ts';
import { makeReplay } from './make-replay.ts';

const at = '2026-11-21T09:00:00.000Z';
const made = { id: 'new', now: '2026-11-22T09:00:00.000Z' };

function settled(changes: Partial<Delivery> = {}): Delivery {
  return {
    ...{ id: 'old', project: 'apollo', macro: 'tell-slack', action: 'webhook-1', target: { ticket: 'BUG-0001' } },
    cause: { kind: 'automation', key: 'all' },
    outcome: 'failed',
    reason: 'the receiver answered 500',
    request: { method: 'PUT', url: [{ text: 'https://example.com' }], headers: [], timeoutMs: 15_000 },
    retry: 'standard',
    capture: { group: 'jira', fields: [] },
    latestOnly: true,
    supersedes: 'older',
    ...{ attemptsMade: 10, leases: 10, createdAt: at },
    ...changes,
  };
}

describe('a replay', () => {
  test('has the request and the terms of its original, and starts anew', () => {
    const { request, capture } = settled();
    expect(makeReplay(settled(), made)).toEqual({
      outcome: 'made',
      delivery: {
        ...{ id: 'new', project: 'apollo', macro: 'tell-slack', action: 'webhook-1', target: { ticket: 'BUG-0001' } },
        cause: { kind: 'replay', key: 'old' },
        replayOf: 'old',
        outcome: 'pending',
        ...{ request, capture, latestOnly: true, retry: 'none', attemptsMade: 0, leases: 0 },
        nextAttemptAt: made.now,
        createdAt: made.now,
      },
    });
  });

  test('that says how things are has one try, lest a late one overwrite what is newer', () => {
    const { latestOnly: _, ...plain } = settled();
    expect(makeReplay(settled(), made)).toMatchObject({ delivery: { retry: 'none' } });
    expect(makeReplay(plain, made)).toMatchObject({ delivery: { retry: 'standard' } });
  });

  test('of a replay keeps the first id on the wire, and names the one it was made of', () => {
    expect(makeReplay(settled({ replayOf: 'first' }), made)).toMatchObject({
      delivery: { replayOf: 'first', cause: { key: 'old' } },
    });
  });

  test('of a test leaves the record alone as well', () => {
    const replay = makeReplay(settled({ cause: { kind: 'test', key: 'jim@example.com' } }), made);
    expect(replay.outcome === 'made' && replay.delivery.capture).toBeUndefined();
  });

  test('is refused while the delivery is pending, and where it was never rendered', () => {
    expect(makeReplay(settled({ outcome: 'pending' }), made)).toMatchObject({
      outcome: 'refused',
      reason: expect.stringMatching(/still pending/),
    });
    const { request: _, ...unrendered } = settled();
    expect(makeReplay(unrendered, made)).toMatchObject({ reason: expect.stringMatching(/run the macro again/) });
  });
});
