import { describe, expect, test } from 'vitest';
import type { EndpointHealth } from './health.ts';
import { afterNotice, afterProbe, afterReturn, afterWatch, planTending, takeSlots } from './tending.ts';

const now = Date.parse('2026-11-21T09:00:00.000Z');
const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
const healthy: EndpointHealth = { endpoint: 'e1', project: 'p', macro: 'm', action: 'a', notices: [], tendAt: at(0) };
const paused: EndpointHealth = { ...healthy, pausedAt: at(-60), pausedBy: 'gone', probeAt: at(0) };

describe('looking at an endpoint', () => {
  test('is for a delivery to be let through once an hour where no person paused it', () => {
    expect(planTending(paused, now)).toEqual({ kind: 'watch', probe: true });
    expect(planTending({ ...paused, probeAt: at(1) }, now)).toEqual({ kind: 'watch', probe: false });
    const { probeAt: _, ...byHand } = paused;
    expect(planTending(byHand, now)).toEqual({ kind: 'watch', probe: false });
    expect(afterProbe(paused, 'd1', now)).toMatchObject({ probe: 'd1', probeAt: at(60), tendAt: at(60) });
    expect(afterProbe({ ...paused, probe: 'd0' }, undefined, now)).not.toHaveProperty('probe');
    expect(afterWatch(byHand, now)).toMatchObject({ tendAt: at(60) });
  });

  test('goes on after a resume until nothing is found once no sender can set anything aside any more', () => {
    const returning = { ...healthy, returningUntil: at(2) };
    expect(planTending(returning, now)).toEqual({ kind: 'return' });
    expect(afterReturn(returning, 0, now)).toMatchObject({ returningUntil: at(2), tendAt: at(2) });
    expect(afterReturn(returning, 5, now + 120_000)).toMatchObject({ returningUntil: at(4), tendAt: at(4) });
    const done = afterReturn(returning, 0, now + 120_000);
    expect(done).not.toHaveProperty('tendAt');
    expect(planTending(done, now)).toEqual({ kind: 'nothing' });
  });

  test('ends with its last notice where nothing else is to be done', () => {
    const notice = { kind: 'failing' as const, at: at(0), reason: 'down' };
    const two = { ...healthy, notices: [notice, { ...notice, at: at(1) }] };
    expect(afterNotice(two)).toMatchObject({ tendAt: at(0), notices: [{ at: at(1) }] });
    expect(afterNotice(afterNotice(two))).not.toHaveProperty('tendAt');
    expect(afterNotice({ ...paused, notices: [notice] })).toMatchObject({ tendAt: at(0), notices: [] });
  });

  test('takes each slot of a return once, whatever else happens to the endpoint', () => {
    const returning = { ...healthy, returningUntil: at(2) };
    const first = takeSlots(returning, returning, { count: 3, now });
    expect(first).toMatchObject({ firstAt: now, health: { nextSlotAt: new Date(now + 300).toISOString() } });
    const mine = first?.health ?? returning;
    expect(takeSlots(mine, { ...mine, failingSince: at(0) }, { count: 1, now })).toMatchObject({ firstAt: now + 300 });
    expect(takeSlots(returning, mine, { count: 1, now })).toBeUndefined();
    expect(takeSlots(mine, { ...mine, pausedAt: at(0) }, { count: 1, now })).toBeUndefined();
    expect(takeSlots(mine, mine, { count: 1, now: now + 60_000 })).toMatchObject({ firstAt: now + 60_000 });
  });

  test('comes again soon where notices could not be told', () => {
    const notices = [{ kind: 'failing' as const, at: at(0), reason: 'down' }];
    expect(afterWatch({ ...paused, probeAt: at(60), notices }, now)).toMatchObject({ tendAt: at(2) });
    expect(afterProbe({ ...paused, notices }, undefined, now)).toMatchObject({ tendAt: at(2), probeAt: at(60) });
    const done = afterReturn({ ...healthy, returningUntil: at(0), notices }, 0, now);
    expect(done).toMatchObject({ tendAt: at(2) });
    expect(done).not.toHaveProperty('returningUntil');
  });
});
