import { expect, test } from 'vitest';
import type { Delivery } from '../deliveries/delivery.ts';
import { whyLeftOut } from './left-out.ts';

function settled(changes: Partial<Delivery> = {}): Delivery {
  return {
    ...{ id: 'd1', project: 'apollo', macro: 'update-jira', action: 'webhook-1', target: { ticket: 'BUG-0001' } },
    cause: { kind: 'automation', key: 'all' },
    outcome: 'failed',
    request: { method: 'PUT', url: [{ text: 'https://example.com' }], headers: [], timeoutMs: 15_000 },
    retry: 'standard',
    ...{ attemptsMade: 10, leases: 10, createdAt: '2026-11-21T09:00:00.000Z' },
    ...changes,
  };
}

const mail = { to: ['ann@example.com'], subject: 'New', text: 'New' };

type Case = [name: string, changes: Partial<Delivery>, latest: string | undefined, reason: RegExp | undefined];
const cases: Case[] = [
  ['leaves out a replay', { replayOf: 'd0' }, undefined, /a replay: d0/],
  ['leaves out a test', { cause: { kind: 'test', key: 'jim@example.com' } }, undefined, /as a test/],
  ['leaves out an e-mail to somebody of a team', { mail: { ...mail, wayOut: true } }, undefined, /team/],
  ['leaves out what a newer one has made void', { latestOnly: true }, 'd2', /d2 is newer/],
  ['leaves out what was superseded', { latestOnly: true, outcome: 'cancelled' }, undefined, /superseded/],
  ['takes what failed', {}, undefined, undefined],
  ['takes what failed although others came after it', {}, 'd2', undefined],
  ['takes the newest of those that say how things are', { latestOnly: true }, 'd1', undefined],
  ['takes one of which the record says nothing', { latestOnly: true }, undefined, undefined],
  ['takes an e-mail of a macro', { mail }, undefined, undefined],
];

test.each(cases)('a bulk replay %s', (_, changes, latest, reason) => {
  const left = whyLeftOut(settled(changes), latest);
  if (reason === undefined) expect(left).toBeUndefined();
  else expect(left).toMatch(reason);
});
