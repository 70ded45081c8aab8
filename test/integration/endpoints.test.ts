import type { ServerResponse } from 'node:http';
import { describe, expect } from 'vitest';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { oneEndpoint } from '../endpoint.ts';
import { test } from '../engines.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const ok = (response: ServerResponse) => response.end('ok');
const down = (response: ServerResponse) => response.writeHead(503).end('down');
const gone = (response: ServerResponse) => response.writeHead(410).end('gone');

describe('an endpoint', () => {
  test('whose URL has no tag is paused by a 410, and what comes after it waits', async ({ engines }) => {
    const { report, deliver, health, find, requests, close } = await oneEndpoint(engines, gone);
    const first = await report();
    const second = await report();
    await deliver(first);
    expect(await health()).toMatchObject({ pausedBy: 'gone', lastFailure: { delivery: first.id, class: 'http' } });
    expect(await deliver(second)).toMatchObject({ outcome: 'paused' });
    expect(await find(second)).toMatchObject({ outcome: 'pending', reason: 'paused', leases: 0, attempts: [] });
    expect(requests()).toBe(1);
    await close();
  });

  test('whose URL has a tag fails the delivery alone that met a 410', async ({ engines }) => {
    const { report, deliver, health, find, close } = await oneEndpoint(engines, gone, { hasTag: true });
    const [first, second] = [await report(), await report()];
    await deliver(first);
    expect(await find(first)).toMatchObject({ outcome: 'failed' });
    expect((await health())?.pausedAt).toBeUndefined();
    expect(await deliver(second)).toMatchObject({ outcome: 'failed' });
    await close();
  });

  test('is paused by the header webhook-delivery: disable, also on a success', async ({ engines }) => {
    const { report, deliver, health, find, close } = await oneEndpoint(engines, (response) => {
      response.writeHead(200, { 'webhook-delivery': 'disable' }).end();
    });
    const first = await report();
    await deliver(first);
    expect(await find(first)).toMatchObject({ outcome: 'delivered' });
    expect(await health()).toMatchObject({ pausedBy: 'disable' });
    await close();
  });

  test('that fails for five days without a success is paused, and not a minute sooner', async ({ engines }) => {
    const { clock, report, deliver, health, close } = await oneEndpoint(engines, down);
    await deliver(await report());
    expect(await health()).toMatchObject({ failingSince: new Date(clock.now()).toISOString() });
    clock.advance(5 * dayMs - minuteMs);
    await deliver(await report());
    expect((await health())?.pausedAt).toBeUndefined();
    clock.advance(minuteMs);
    await deliver(await report());
    expect(await health()).toMatchObject({ pausedBy: 'failing' });
    await close();
  });

  test('that succeeds in between is not paused after five days', async ({ engines }) => {
    let isDown = true;
    const parts = await oneEndpoint(engines, (response) => (isDown ? down : ok)(response));
    const { clock, report, deliver, health, close } = parts;
    await deliver(await report());
    isDown = false;
    clock.advance(minuteMs);
    await deliver(await report());
    expect((await health())?.failingSince).toBeUndefined();
    isDown = true;
    clock.advance(5 * dayMs);
    await deliver(await report());
    expect((await health())?.pausedAt).toBeUndefined();
    await close();
  });

  test('that works costs no write and is not in the table', async ({ engines }) => {
    const { report, deliver, health, close } = await oneEndpoint(engines, ok);
    const delivery = await report();
    engines.table.meter.read();
    await deliver(delivery);
    expect(engines.table.meter.read().operations).toEqual(['GetItem', 'UpdateItem', 'UpdateItem']);
    expect(await health()).toBeUndefined();
    await close();
  });

  test('brings back what waited exactly once, spread over time, when it is resumed', async ({ engines }) => {
    let answer = gone;
    const parts = await oneEndpoint(engines, (response) => answer(response));
    const { clock, report, deliver, health, resume, tend, all, waiting, requests, close } = parts;
    await deliver(await report());
    const waited: Delivery[] = [];
    for (let count = 0; count < 25; count += 1) waited.push(await report());
    for (const delivery of waited) await deliver(delivery);
    expect(await waiting()).toBe(25);
    answer = ok;
    clock.advance(minuteMs);
    await resume();
    const tended = await Promise.all([tend(), tend()]);
    expect(tended.map(({ returned = 0 }) => Number(returned)).reduce((sum, count) => sum + count)).toBe(25);
    expect(await waiting()).toBe(0);
    const due = (await all()).flatMap(({ outcome, nextAttemptAt }) =>
      outcome === 'pending' ? [Date.parse(nextAttemptAt ?? '') - clock.now()] : [],
    );
    expect(due.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, place) => place * 100 + 50));
    clock.advance(10_000);
    for (const delivery of [...waited, ...waited]) await deliver(delivery);
    expect(requests()).toBe(26);
    expect(new Set((await all()).map(({ outcome }) => outcome))).toEqual(new Set(['failed', 'delivered']));
    expect((await all()).filter(({ reason }) => reason === 'paused')).toEqual([]);
    clock.advance(3 * minuteMs);
    await tend();
    expect(await health()).not.toHaveProperty('tendAt');
    await close();
  });

  test('loses nothing that a sender sets aside after the resume because it has not heard of it', async ({
    engines,
  }) => {
    const { clock, report, deliver, pause, resume, tend, waiting, find, setAsideAlone, close } = await oneEndpoint(
      engines,
      ok,
    );
    const first = await report();
    const second = await report();
    await pause();
    await deliver(first);
    await resume();
    await tend();
    expect(await waiting()).toBe(0);
    // The first sender still believes in the pause: it asks again, and lets its delivery go.
    expect(await deliver(second)).toMatchObject({ outcome: 'delivered' });
    // One that died between setting aside and asking leaves a delivery behind; the endpoint is looked at once more.
    const third = await report();
    await setAsideAlone(third);
    expect(await waiting()).toBe(1);
    clock.advance(3 * minuteMs);
    expect(await tend()).toMatchObject({ returned: 1 });
    expect(await waiting()).toBe(0);
    clock.advance(3 * minuteMs);
    expect(await tend()).toMatchObject({ returned: 0 });
    expect(await find(third)).toMatchObject({ outcome: 'pending' });
    expect(await deliver(third)).toMatchObject({ outcome: 'delivered' });
    await close();
  });

  test('that is paused lets the oldest delivery through once an hour, and is resumed when it arrives', async ({
    engines,
  }) => {
    let answer = gone;
    const parts = await oneEndpoint(engines, (response) => answer(response));
    const { clock, report, deliver, health, tend, find, requests, isDue, close } = parts;
    await deliver(await report());
    const [oldest, second] = [await report(), await report()];
    await deliver(oldest);
    await deliver(second);
    await tend();
    expect(await isDue()).toBe(false);
    clock.advance(hourMs);
    expect(await isDue()).toBe(true);
    answer = down;
    await tend();
    expect(await health()).toMatchObject({ probe: oldest.id });
    expect(await deliver(second)).toMatchObject({ outcome: 'paused' });
    await deliver(oldest);
    expect(requests()).toBe(2);
    expect(await health()).not.toHaveProperty('probe');
    clock.advance(minuteMs);
    expect(await deliver(oldest)).toMatchObject({ outcome: 'paused' });
    answer = ok;
    clock.advance(hourMs);
    await tend();
    await deliver(oldest);
    expect(await find(oldest)).toMatchObject({ outcome: 'delivered', attempts: [{}, {}] });
    expect(await health()).toMatchObject({ lastSuccessAt: new Date(clock.now()).toISOString() });
    expect(await health()).not.toHaveProperty('pausedAt');
    expect(await tend()).toMatchObject({ returned: 1 });
    clock.advance(minuteMs);
    expect(await deliver(second)).toMatchObject({ outcome: 'delivered' });
    await close();
  });

  test('that a person paused lets nothing through', async ({ engines }) => {
    const { clock, report, deliver, pause, tend, health, close } = await oneEndpoint(engines, ok);
    await pause();
    const delivery = await report();
    expect(await deliver(delivery)).toMatchObject({ outcome: 'paused' });
    clock.advance(2 * hourMs);
    await tend();
    expect(await health()).toMatchObject({ pausedBy: 'person' });
    expect(await deliver(delivery)).toMatchObject({ outcome: 'paused' });
    await close();
  });

  test('fails what has waited for 14 days, each by its own age', async ({ engines }) => {
    const { clock, report, deliver, pause, tend, find, waiting, close } = await oneEndpoint(engines, ok);
    await pause();
    const [old, young] = [await report(), await report()];
    await deliver(old);
    clock.advance(dayMs);
    await deliver(young);
    clock.advance(13 * dayMs - 1);
    await tend();
    expect(await waiting()).toBe(2);
    clock.advance(1);
    expect(await tend()).toMatchObject({ failed: 1 });
    expect(await find(old)).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('paused for 14 days') });
    expect(await find(young)).toMatchObject({ outcome: 'pending', reason: 'paused' });
    await close();
  });
});

describe('the list of endpoints', () => {
  test('shows every webhook action of the document with its health, and pausing is idempotent', async ({ engines }) => {
    const { clock, project, report, deliver, ask, pause, resume, close } = await oneEndpoint(engines, down);
    const list = async () => await ask('GET', `/projects/${project}/endpoints`);
    const shown = { macro: 'tell-slack', action: 'webhook-1', name: 'Tell Slack', method: 'POST' };
    const others = ['send-to-jira', 'update-jira-occurrences'].map((macro) => ({ macro, state: 'healthy' }));
    expect(await list()).toMatchObject({ status: 200, json: { items: [...others, { ...shown, state: 'healthy' }] } });
    await deliver(await report());
    const failing = { ...shown, state: 'failing', reason: 'the receiver answered 503' };
    expect(await list()).toMatchObject({ json: { items: [...others, failing] } });
    expect(await pause()).toMatchObject({ status: 200, json: { ...shown, state: 'paused', waiting: 0 } });
    // What a sender has read of an endpoint serves for ten seconds.
    clock.advance(10_000);
    await deliver(await report());
    const paused = { ...shown, state: 'paused', waiting: 1, reason: 'A person paused it.' };
    expect(await pause()).toMatchObject({ status: 200, json: paused });
    expect(await resume()).toMatchObject({ status: 200, json: { ...shown, state: 'healthy' } });
    expect(await resume()).toMatchObject({ status: 200, json: { ...shown, state: 'healthy' } });
    expect(await ask('POST', `/projects/${project}/endpoints/close/workflow-1/pause`)).toMatchObject({ status: 404 });
    await close();
  });
});

describe('project managers', () => {
  test('are told once of a first failure although two senders see it at the same time', async ({ engines }) => {
    const { report, deliver, deliverElsewhere, tend, notices, managers, close } = await oneEndpoint(engines, down);
    const [first, second] = [await report(), await report()];
    await Promise.all([deliver(first), deliverElsewhere(second)]);
    await Promise.all([tend(), tend()]);
    await tend();
    const told = await notices();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      outcome: 'pending',
      macro: 'tell-slack',
      cause: { kind: 'notice' },
      mail: { to: managers, subject: expect.stringContaining('is failing') },
    });
    expect([first.target, second.target]).toContainEqual(told[0]?.target);
    expect(told[0]?.mail?.text).toContain('the receiver answered 503');
    await close();
  });

  test('get a message at the first failure after a success, at a pause and at a resume', async ({ engines }) => {
    let answer = down;
    const parts = await oneEndpoint(engines, (response) => answer(response));
    const { clock, report, deliver, resume, tend, notices, close } = parts;
    await deliver(await report());
    await deliver(await report());
    answer = ok;
    clock.advance(minuteMs);
    await deliver(await report());
    answer = down;
    await deliver(await report());
    answer = gone;
    await deliver(await report());
    await deliver(await report());
    clock.advance(minuteMs);
    await resume();
    await tend();
    const subjects = (await notices()).map(({ mail }) => mail?.subject.replace(/.* (is .*)/, '$1'));
    expect(subjects.toSorted()).toEqual(['is failing', 'is failing', 'is paused', 'is sent again']);
    await close();
  });

  test('each get a message of their own where no delivery brought it about', async ({ engines }) => {
    const { pause, tend, notices, managers, close } = await oneEndpoint(engines, ok);
    await pause();
    await pause();
    await tend();
    const told = await notices();
    expect(told.map(({ target, mail }) => [target, mail?.to]).toSorted()).toEqual(
      managers.map((email) => [{ member: email }, [email]]),
    );
    await close();
  });

  test('are told by a macro of their choice, on the ticket that it is about', async ({ engines }) => {
    const { report, deliver, tend, notices, all, comments, close } = await oneEndpoint(engines, down, {
      change(document) {
        const text = '((request./event)): ((request./endpoint/macro)) for ((request./ticket)), ((request./reason))';
        const comment = { kind: 'comment' as const, text, visibility: 'internal' as const, onlyIfChanged: false };
        document.macros.push({ key: 'tell', name: 'Tell', target: 'feedback', confirm: false, actions: [comment] });
        document.project.notices = { macro: 'tell' };
      },
    });
    const delivery = await report();
    await deliver(delivery);
    await Promise.all([tend(), tend()]);
    expect(await notices()).toEqual([]);
    expect(await all()).toHaveLength(1);
    expect(await comments(delivery)).toEqual([
      expect.stringMatching(/^failing: tell-slack for BUG-\d+, the receiver answered 503$/),
    ]);
    await close();
  });

  test('are told by a macro for members on each of them', async ({ engines }) => {
    const { pause, tend, notices, scoreOf, close } = await oneEndpoint(engines, ok, {
      change(document) {
        const score = { kind: 'score' as const, points: 5 };
        document.macros.push({ key: 'tell', name: 'Tell', target: 'member', confirm: false, actions: [score] });
        document.project.notices = { macro: 'tell' };
      },
    });
    await pause();
    await tend();
    expect(await notices()).toEqual([]);
    expect(await scoreOf('pm@example.com')).toBe(5);
    await close();
  });

  test('are not told of an endpoint that their notices go to', async ({ engines }) => {
    const { report, deliver, tend, notices, asNotice, health, close } = await oneEndpoint(engines, gone);
    const delivery = await report();
    await asNotice(delivery);
    await deliver(delivery);
    await tend();
    expect(await health()).toMatchObject({ pausedBy: 'gone' });
    expect(await notices()).toEqual([]);
    await close();
  });
});
