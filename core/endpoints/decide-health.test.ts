import { describe, expect, test } from 'vitest';
import { decideHealth } from './decide-health.ts';
import type { EndpointHealth, HealthEvent } from './health.ts';

const name = { endpoint: 'e1', project: 'apollo', macro: 'tell-slack', action: 'webhook-1' };
const start = Date.parse('2026-11-21T09:00:00.000Z');
const dayMs = 24 * 60 * 60 * 1000;
const target = { ticket: 'BUG-0001' };
const failure = { delivery: 'd1', target, reason: 'the receiver answered 503', class: 'http', isNotice: false };
const failed: HealthEvent = { kind: 'failed', ...failure };
const succeeded: HealthEvent = { kind: 'succeeded', delivery: 'd1', target };

describe('the health of an endpoint', () => {
  test('is not written for the success of a healthy one, nor for each further failure of a failing one', () => {
    expect(decideHealth(name, undefined, succeeded, start)).toEqual({ outcome: 'unchanged' });
    expect(decideHealth(name, healthAfter([failed]), failed, start + 1)).toEqual({ outcome: 'unchanged' });
  });

  test('tells of the first failure ever, and of the first one after a success', () => {
    const health = healthAfter([failed, failed, succeeded, failed]);
    expect(health.notices.map(({ kind, at }) => [kind, at])).toEqual([
      ['failing', '2026-11-21T09:00:00.000Z'],
      ['failing', '2026-11-21T09:00:03.000Z'],
    ]);
    expect(health.lastSuccessAt).toBe('2026-11-21T09:00:02.000Z');
  });

  test('is paused by the first failure after five days without a success', () => {
    const failing = healthAfter([failed]);
    expect(decideHealth(name, failing, failed, start + 5 * dayMs - 1)).toEqual({ outcome: 'unchanged' });
    expect(decideHealth(name, failing, failed, start + 5 * dayMs)).toMatchObject({
      outcome: 'changed',
      health: { pausedBy: 'failing', notices: [{ kind: 'failing' }, { kind: 'paused', target }] },
    });
  });

  test.for<HealthEvent & { kind: 'gone' | 'disable' }>([
    { kind: 'gone', ...failure },
    { kind: 'disable', isDelivered: false, ...failure },
  ])('is paused once by $kind', (event) => {
    const { kind } = event;
    const paused = healthAfter([event]);
    expect(paused).toMatchObject({ pausedBy: kind, notices: [{ kind: 'paused' }] });
    expect(decideHealth(name, paused, event, start + 1)).toEqual({ outcome: 'unchanged' });
  });

  test('is called neither failing nor failed where it asks for no more with a success', () => {
    const event: HealthEvent = { kind: 'disable', isDelivered: true, ...failure };
    const paused = healthAfter([event]);
    expect(paused).toMatchObject({ pausedBy: 'disable', lastSuccessAt: '2026-11-21T09:00:00.000Z' });
    expect(paused).not.toHaveProperty('failingSince');
    expect(paused).not.toHaveProperty('lastFailure');
    expect(healthAfter([failed, event])).not.toHaveProperty('failingSince');
  });

  test('is resumed by the delivery that was let through, and by no other', () => {
    const paused = { ...healthAfter([{ kind: 'gone', ...failure }]), probe: 'd2' };
    expect(decideHealth(name, paused, succeeded, start)).toEqual({ outcome: 'unchanged' });
    const resumed = decideHealth(name, paused, { ...succeeded, delivery: 'd2' }, start);
    expect(resumed).toMatchObject({
      outcome: 'changed',
      health: { notices: [{ kind: 'paused' }, { kind: 'resumed' }] },
    });
    expect(resumed).not.toHaveProperty('health.pausedAt');
    expect(resumed).not.toHaveProperty('health.failingSince');
  });

  test('lets no second try of a delivery through that was let through and failed', () => {
    const paused = { ...healthAfter([{ kind: 'gone', ...failure }]), probe: 'd1' };
    const failedAgain = decideHealth(name, paused, failed, start);
    expect(failedAgain).toMatchObject({
      outcome: 'changed',
      health: { pausedBy: 'gone', notices: [{ kind: 'paused' }] },
    });
    expect(failedAgain).not.toHaveProperty('health.probe');
  });

  test('is paused and resumed by hand, each once', () => {
    const paused = healthAfter([{ kind: 'person-paused' }, { kind: 'person-paused' }]);
    expect(paused.notices.map(({ kind }) => kind)).toEqual(['paused']);
    expect(paused).not.toHaveProperty('probeAt');
    const resumed = healthAfter([{ kind: 'person-paused' }, { kind: 'person-resumed' }, { kind: 'person-resumed' }]);
    expect(resumed.notices.map(({ kind }) => kind)).toEqual(['paused', 'resumed']);
  });

  test('lets nothing through any more once a person paused what had paused by itself', () => {
    const paused = healthAfter([{ kind: 'gone', ...failure }, { kind: 'person-paused' }]);
    expect(paused).toMatchObject({ pausedBy: 'person', notices: [{ kind: 'paused' }] });
    expect(paused).not.toHaveProperty('probeAt');
  });

  test('tells nobody of what a notice met', () => {
    expect(decideHealth(name, undefined, { ...failed, isNotice: true }, start)).toEqual({ outcome: 'unchanged' });
    expect(healthAfter([{ kind: 'gone', ...failure, isNotice: true }])).toMatchObject({
      pausedBy: 'gone',
      notices: [],
    });
  });
});

/** The health after these events, a second apart. */
function healthAfter(events: readonly HealthEvent[]): EndpointHealth {
  let health: EndpointHealth | undefined;
  for (const [place, event] of events.entries()) {
    const transition = decideHealth(name, health, event, start + place * 1_000);
    if (transition.outcome === 'changed') health = transition.health;
  }
  if (health === undefined) throw new Error('nothing has happened');
  return health;
}
