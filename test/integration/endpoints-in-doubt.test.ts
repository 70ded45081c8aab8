import type { ServerResponse } from 'node:http';
import { describe, expect } from 'vitest';
import { changeEndpoint } from '../../adapters/dynamodb/endpoints.ts';
import { writeMembers } from '../../adapters/dynamodb/members.ts';
import { endpointId } from '../../core/deliveries/message.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import { decideHealth } from '../../core/endpoints/decide-health.ts';
import { oneEndpoint } from '../endpoint.ts';
import { test } from '../engines.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const ok = (response: ServerResponse) => response.end('ok');
const down = (response: ServerResponse) => response.writeHead(503).end('down');
const gone = (response: ServerResponse) => response.writeHead(410).end('gone');

describe('an endpoint', () => {
  test('that delivers a retry is failing no more, although the sender remembers it as healthy', async ({ engines }) => {
    let answer = ok;
    const parts = await oneEndpoint(engines, (response) => answer(response));
    const { clock, report, deliver, deliverElsewhere, health, close } = parts;
    const [before, delivery] = [await report(), await report()];
    await deliverElsewhere(before);
    answer = down;
    await deliver(delivery);
    expect(await health()).toHaveProperty('failingSince');
    answer = ok;
    clock.advance(5_600);
    expect(await deliverElsewhere(delivery)).toMatchObject({ outcome: 'delivered' });
    expect(await health()).not.toHaveProperty('failingSince');
    answer = down;
    clock.advance(6 * dayMs);
    await deliver(await report());
    expect(await health()).not.toHaveProperty('pausedAt');
    expect((await health())?.notices.map(({ kind }) => kind)).toEqual(['failing', 'failing']);
    await close();
  });

  test('that delivered what came next is failing no more once its sender hears of the failure', async ({ engines }) => {
    let answer = ok;
    const parts = await oneEndpoint(engines, (response) => answer(response));
    const { clock, report, deliver, deliverElsewhere, health, close } = parts;
    const [before, failed, next] = [await report(), await report(), await report()];
    await deliverElsewhere(before);
    answer = down;
    await deliver(failed);
    answer = ok;
    clock.advance(1_000);
    await deliverElsewhere(next);
    answer = down;
    clock.advance(6 * dayMs);
    await deliverElsewhere(await report());
    expect(await health()).not.toHaveProperty('pausedAt');
    expect(await health()).toMatchObject({ failingSince: new Date(clock.now()).toISOString() });
    await close();
  });

  test('is not paused by a 410 that counts as success', async ({ engines }) => {
    const { report, deliver, find, health, acceptGone, close } = await oneEndpoint(engines, gone);
    const delivery = await report();
    await acceptGone(delivery);
    await deliver(delivery);
    expect(await find(delivery)).toMatchObject({ outcome: 'delivered' });
    expect(await health()).toBeUndefined();
    await close();
  });

  test('that asks for no more with a success is not called failing', async ({ engines }) => {
    const { report, deliver, health, close } = await oneEndpoint(engines, (response) => {
      response.writeHead(200, { 'webhook-delivery': 'disable' }).end();
    });
    await deliver(await report());
    expect(await health()).toMatchObject({ pausedBy: 'disable', lastSuccessAt: expect.any(String) });
    expect(await health()).not.toHaveProperty('failingSince');
    expect(await health()).not.toHaveProperty('lastFailure');
    await close();
  });

  test('brings back ten a second also where it was paused and resumed in between', async ({ engines }) => {
    const { clock, report, deliver, pause, resume, tend, find, close } = await oneEndpoint(engines, ok);
    await pause();
    const waited = [await report(), await report(), await report()];
    const late = await report();
    for (const delivery of waited) await deliver(delivery);
    await resume();
    expect(await tend()).toMatchObject({ returned: 3 });
    await pause();
    await deliver(late);
    await resume();
    expect(await tend()).toMatchObject({ returned: 1 });
    expect(Date.parse((await find(late))?.nextAttemptAt ?? '') - clock.now()).toBe(350);
    await close();
  });

  test('fails nothing for an earlier pause that the delivery waited in', async ({ engines }) => {
    let answer = gone;
    const parts = await oneEndpoint(engines, (response) => answer(response));
    const { clock, report, deliver, pause, resume, tend, find, health, close } = parts;
    const [first, delivery] = [await report(), await report()];
    await deliver(first);
    await deliver(delivery);
    clock.advance(hourMs);
    await tend();
    expect(await health()).toMatchObject({ probe: delivery.id });
    answer = down;
    await resume();
    clock.advance(minuteMs);
    expect(await deliver(delivery)).toMatchObject({ outcome: 'pending' });
    clock.advance(14 * dayMs);
    await pause();
    expect(await deliver(delivery)).toMatchObject({ outcome: 'paused' });
    expect(await tend()).toMatchObject({ failed: 0 });
    clock.advance(14 * dayMs);
    expect(await tend()).toMatchObject({ failed: 1 });
    expect(await find(delivery)).toMatchObject({ outcome: 'failed' });
    await close();
  });

  test('lets a delivery go at the turn that it was given, however many line up behind it', async ({ engines }) => {
    const { clock, report, deliver, find, limit, close } = await oneEndpoint(engines, ok);
    const deliveries = [await report(), await report(), await report()];
    for (const delivery of deliveries) await limit(delivery, 0.1);
    const outcomes = [];
    for (const delivery of deliveries) outcomes.push((await deliver(delivery)).outcome);
    expect(outcomes).toEqual(['delivered', 'held-back', 'held-back']);
    const [, second] = deliveries;
    if (second === undefined) throw new Error('three were reported');
    const { nextAttemptAt, rateTurnAt } = (await find(second)) ?? {};
    expect(rateTurnAt).toBe(nextAttemptAt);
    clock.advance(10_000);
    expect(await deliver(second)).toMatchObject({ outcome: 'delivered' });
    await close();
  });

  test('that the document has no more can still be resumed', async ({ engines }) => {
    const { clock, project, ask, close } = await oneEndpoint(engines, ok);
    const name = { project, macro: 'removed', action: 'webhook-1' };
    const endpoint = endpointId(name);
    const path = `/projects/${project}/endpoints/removed/webhook-1/resume`;
    expect(await ask('POST', path)).toMatchObject({ status: 404 });
    const pause = { kind: 'person-paused' as const };
    await changeEndpoint(
      engines.table,
      endpoint,
      (before) => decideHealth({ ...name, endpoint }, before, pause, clock.now()),
      { dueShards: 4 },
    );
    expect(await ask('POST', path)).toMatchObject({ status: 200, json: { macro: 'removed', state: 'healthy' } });
    await close();
  });
});

describe('a notice', () => {
  test('that a macro tells of sets off no automations, so that none brings about another', async ({ engines }) => {
    const { report, deliver, tend, all, comments, close } = await oneEndpoint(engines, down, {
      change(document, origin) {
        tellByComment(document);
        const slack = document.macros.find(({ key }) => key === 'tell-slack');
        const [action] = slack?.actions ?? [];
        if (slack === undefined || action?.kind !== 'webhook') throw new Error('the example has changed');
        document.macros.push({ ...slack, key: 'ping', actions: [{ ...action, url: `${origin}/ping` }] });
        document.automations.push({ key: 'ping', enabled: true, trigger: 'modify', macro: 'ping' });
      },
    });
    const delivery = await report();
    await deliver(delivery);
    await tend();
    expect(await comments(delivery)).toHaveLength(1);
    expect((await all()).map(({ macro }) => macro)).toEqual(['tell-slack']);
    await close();
  });

  test('that its macro cannot tell of goes out by e-mail', async ({ engines }) => {
    const { report, deliver, tend, notices, garbleTicket, managers, close } = await oneEndpoint(engines, down, {
      change: tellByComment,
    });
    const delivery = await report();
    await deliver(delivery);
    await garbleTicket(delivery);
    expect(await tend()).toMatchObject({ told: 1, untold: 0 });
    expect((await notices()).map(({ mail }) => mail?.to)).toEqual([managers]);
    await close();
  });

  test('that nobody can be told of holds up nothing else, and is kept', async ({ engines }) => {
    const { report, deliver, pause, resume, tend, waiting, health, garbleMember, isDue, close } = await oneEndpoint(
      engines,
      ok,
    );
    await pause();
    await deliver(await report());
    await garbleMember('pm@example.com');
    await resume();
    expect(await tend()).toMatchObject({ told: 0, untold: 2, returned: 1 });
    expect(await waiting()).toBe(0);
    expect((await health())?.notices).toHaveLength(2);
    expect(await isDue()).toBe(false);
    await close();
  });

  test('goes to each of 120 managers in an e-mail of its own, once', async ({ engines }) => {
    const { project, report, deliver, tend, notices, health, close } = await oneEndpoint(engines, down);
    for (const start of [0, 40, 80]) {
      const emails = Array.from({ length: start === 80 ? 39 : 40 }, (_, place) => `pm${start + place}@example.com`);
      const member = { name: 'Pat', teams: [], role: 'project-manager', score: 0, external: {} };
      await writeMembers(
        engines.table,
        emails.map((email) => ({ project, member: { ...member, email } })),
      );
    }
    await deliver(await report());
    await Promise.all([tend(), tend()]);
    await tend();
    const recipients = (await notices()).map(({ mail }) => mail?.to ?? []);
    expect(recipients.every(({ length }) => length === 1)).toBe(true);
    expect(recipients).toHaveLength(120);
    expect(new Set(recipients.flat()).size).toBe(120);
    expect((await health())?.notices).toEqual([]);
    await close();
  });
});

function tellByComment(document: ProjectDocument): void {
  const comment = { kind: 'comment' as const, text: 'told', visibility: 'internal' as const, onlyIfChanged: false };
  document.macros.push({ key: 'tell', name: 'Tell', target: 'feedback', confirm: false, actions: [comment] });
  document.project.notices = { macro: 'tell' };
}
