import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect } from 'vitest';
import { ticketKey } from '../../adapters/dynamodb/keys.ts';
import { endpointId } from '../../core/deliveries/message.ts';
import { personClaims } from '../admin.ts';
import { type TestEngines, test } from '../engines.ts';
import { pendingMail, storeDelivery } from '../pending-mail.ts';
import { projectWithRuns } from '../run-project.ts';

const webhookRequest = {
  method: 'POST' as const,
  url: [{ text: 'https://example.com' }],
  headers: [],
  timeoutMs: 5_000,
};

/** A project with settled webhooks of a receiver that was down, the first `failed` of them failed, a second apart. */
async function projectWithDeliveries(engines: TestEngines, counts: { failed: number; delivered?: number }) {
  const project = await projectWithRuns(engines);
  const all = counts.failed + (counts.delivered ?? 0);
  const ids: string[] = [];
  for (let place = 0; place < all; place += 1) {
    const id = `d${project.project.replaceAll('-', '')}x${String(place).padStart(3, '0')}`;
    const { mail: _, ...webhook } = pendingMail(id, project.clock.now(), {
      project: project.project,
      outcome: place < counts.failed ? 'failed' : 'delivered',
      attemptsMade: 1,
    });
    await storeDelivery(engines.table, { ...webhook, request: webhookRequest }, project.clock.now());
    project.clock.advance(1_000);
    ids.push(id);
  }
  const replay = async (body: object) => await project.call('POST', `${project.path}/deliveries/replay`, { body });
  const deliveries = async (): Promise<{ id: string; outcome: string }[]> =>
    Object((await project.call('GET', `${project.path}/deliveries?limit=200`)).json).items;
  return { ...project, deliveryIds: ids, replay, deliveries };
}

/** The seconds by which messages were delayed that the queue was given. */
function delaysOf({ queue }: Awaited<ReturnType<typeof projectWithDeliveries>>): { delays: number[]; stop(): void } {
  const delays: number[] = [];
  const name = `delays-${queue.url}`;
  queue.client.middlewareStack.add(
    (next, context) => async (call) => {
      const { QueueUrl, Entries = [] } = Object(call.input);
      if (QueueUrl !== queue.url || context.commandName !== 'SendMessageBatchCommand') return await next(call);
      for (const entry of Entries) {
        delays.push(entry.DelaySeconds ?? 0);
        entry.DelaySeconds = undefined;
      }
      return await next(call);
    },
    { step: 'initialize', name },
  );
  return { delays, stop: () => queue.client.middlewareStack.remove(name) };
}

describe('a bulk replay', () => {
  test('is counted, and sends each delivery that it finds again once, marked as a replay', async ({ engines }) => {
    const project = await projectWithDeliveries(engines, { failed: 30, delivered: 5 });
    const { deliveryIds, replay, workOff, get, results, ask, deliveries, call, path } = project;
    const answer = await replay({ outcome: 'failed', perSecond: 100, confirm: true });
    const { id } = Object(answer.json);
    expect(answer).toMatchObject({
      status: 202,
      json: { kind: 'replay', state: 'counting', limitPerSecond: 100, over: { kind: 'deliveries', outcome: 'failed' } },
    });
    await workOff();
    expect(await get(id)).toMatchObject({ state: 'counted', total: 30 });
    const { stop } = delaysOf(project);
    await ask(id, 'start');
    const pages = await project.takeAll();
    project.clock.advance(10_000);
    for (const page of [...pages, ...pages]) await project.work(page);
    stop();
    expect(await get(id)).toMatchObject({ state: 'done', done: 30, total: 30 });
    const found = await results(id);
    expect(found.map(({ delivery }) => delivery)).toEqual(deliveryIds.slice(0, 30));
    expect(await deliveries()).toHaveLength(65);
    const replayed = Object((await call('GET', `${path}/deliveries/${found[0]?.replay}`)).json);
    expect(replayed).toMatchObject({
      outcome: 'pending',
      replayOf: deliveryIds[0],
      cause: { kind: 'replay', key: deliveryIds[0] },
      request: { headers: { 'webhook-id': deliveryIds[0], 'webhook-replay': 'true' } },
    });
  });

  test('releases its pages no faster than it is told', async ({ engines }) => {
    const project = await projectWithDeliveries(engines, { failed: 40 });
    const { delays, stop } = delaysOf(project);
    const { id } = Object((await project.replay({ outcome: 'failed', perSecond: 1 })).json);
    const [count] = await project.takeAll();
    if (count !== undefined) await project.work(count);
    expect(delays.slice(1).toSorted((one, other) => one - other)).toEqual([
      0,
      ...Array.from({ length: 39 }, (_, place) => place + 2),
    ]);
    const pages = await project.takeAll();
    const inOrder = pages.toSorted((one, other) => ('page' in one && 'page' in other ? one.page - other.page : 0));
    const [first, second, third] = inOrder;
    if (first === undefined || second === undefined || third === undefined) throw new Error('there are 40 pages');
    expect(await project.work(first)).toMatchObject({ outcome: 'settled', done: 1 });
    expect(await project.work(third)).toMatchObject({ outcome: 'too-early' });
    project.clock.advance(1_000);
    expect(await project.work(second)).toMatchObject({ outcome: 'settled', done: 1 });
    expect(await project.get(id)).toMatchObject({ done: 2, perSecond: 2 });
    stop();
  });

  test('sends what is released after more than a quarter of an hour to the queue when that can hold it', async ({
    engines,
  }) => {
    const project = await projectWithDeliveries(engines, { failed: 870 });
    const { delays, stop } = delaysOf(project);
    await project.replay({ outcome: 'failed', perSecond: 1 });
    const [count] = await project.takeAll();
    if (count !== undefined) await project.work(count);
    expect(Math.max(...delays)).toBeLessThanOrEqual(900);
    const pages = await project.takeAll();
    expect(pages).toHaveLength(851);
    const first = pages.find((message) => message.kind === 'run-page' && message.page === 1);
    if (first !== undefined) await project.work(first);
    project.clock.advance(120_000);
    await project.tick();
    stop();
    const later = await project.takeAll();
    const numbers = later.map((message) => (message.kind === 'run-page' ? message.page : 0));
    expect(numbers.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 19 }, (_, place) => 852 + place),
    );
    expect(Math.max(...delays)).toBeLessThanOrEqual(900);
  });

  test('does not send its own replays, nor what is pending or was never rendered', async ({ engines }) => {
    const project = await projectWithDeliveries(engines, { failed: 3 });
    const { clock, deliveryIds, replay, workOff, get, results, takeAll } = project;
    const empty = `${deliveryIds[0]}empty`;
    const own = { project: project.project };
    const { mail: _, ...unrendered } = pendingMail(empty, clock.now(), { ...own, outcome: 'failed' });
    await storeDelivery(engines.table, unrendered, clock.now());
    await storeDelivery(engines.table, pendingMail(`${deliveryIds[0]}mail`, clock.now(), own), clock.now());
    const { id } = Object((await replay({ macro: 'tell-managers', perSecond: 100 })).json);
    await workOff();
    expect(await get(id)).toMatchObject({ state: 'done', total: 4, done: 3, skipped: 1 });
    expect(await results(id, '&outcome=skipped')).toMatchObject([
      { delivery: empty, reason: expect.stringContaining('never rendered') },
    ]);
    expect(await takeAll()).toEqual([]);
  });

  test('leaves out replays, tests, e-mails to teams and what a newer delivery has made void', async ({ engines }) => {
    const project = await projectWithDeliveries(engines, { failed: 1 });
    const { clock, deliveryIds, replay, workOff, get, results } = project;
    const [first = ''] = deliveryIds;
    const own = { project: project.project, outcome: 'failed' as const };
    const endpoint = endpointId({ project: project.project, macro: 'tell-managers', action: '1' });
    const changes = [
      { replayOf: first, cause: { kind: 'replay', key: first } },
      { cause: { kind: 'test', key: 'jim@example.com' } },
      { mail: { wayOut: true } },
      { latestOnly: true },
      { latestOnly: true },
    ] as const;
    const ids = changes.map((_, place) => `${first}-${place}`);
    for (const [place, id] of ids.entries()) {
      const { mail, ...webhook } = pendingMail(id, clock.now(), { ...own, ...changes[place] });
      const delivery = mail?.wayOut === true ? { ...webhook, mail } : { ...webhook, request: webhookRequest };
      await storeDelivery(engines.table, delivery, clock.now());
    }
    const Key = ticketKey(project.project, 'BUG-0001');
    const Item = { ...Key, type: 'record', version: 1, latestDeliveries: { [endpoint]: ids[4] } };
    await engines.table.client.send(new PutCommand({ TableName: engines.table.name, Item }));
    const { id } = Object((await replay({ macro: 'tell-managers', perSecond: 100 })).json);
    await workOff();
    expect(await get(id)).toMatchObject({ state: 'done', total: 6, done: 2, skipped: 4 });
    const done = await results(id, '&outcome=done');
    expect(done.map(({ delivery }) => delivery)).toEqual([first, ids[4]]);
    const left = await results(id, '&outcome=skipped');
    expect(left.map(({ delivery }) => delivery)).toEqual(ids.slice(0, 4));
    expect(left[3]?.reason).toContain(ids[4]);
  });

  test.for([{}, { perSecond: 5, confirm: true }])(
    'without a condition, as in %j, is refused',
    async (body, { engines }) => {
      const project = await projectWithDeliveries(engines, { failed: 1 });
      expect(await project.replay(body)).toMatchObject({
        status: 400,
        json: {
          errors: [
            {
              parameter: 'outcome',
              code: 'required',
              message:
                'A bulk replay sends what fulfils its conditions: give at least one of outcome, ticket, member, macro, action, from and to.',
            },
          ],
        },
      });
      expect(await project.takeAll()).toEqual([]);
    },
  );

  test.for([
    { outcome: 'failed' },
    { ticket: 'BUG-0001' },
    { member: 'jim@example.com' },
    { macro: 'tell-managers' },
    { action: '1' },
    { from: '2026-11-21' },
    { to: '2026-11-22' },
  ])('needs no more than one condition, such as %j', async (body, { engines }) => {
    const { call, path } = await projectWithRuns(engines);
    expect((await call('POST', `${path}/deliveries/replay`, { body: { ...body, confirm: true } })).status).toBe(202);
  });

  test('is over what was created in between', async ({ engines }) => {
    const { replay, workOff, get } = await projectWithDeliveries(engines, { failed: 10 });
    const between = { from: '2026-11-21T09:00:02.000Z', to: '2026-11-21T09:00:05.000Z', confirm: true };
    const { id } = Object((await replay(between)).json);
    await workOff();
    expect(await get(id)).toMatchObject({ state: 'counted', total: 4 });
  });

  test('can be over what tells a team, however long its key', async ({ engines }) => {
    const { replay } = await projectWithDeliveries(engines, { failed: 1 });
    const macro = `team:${'x'.repeat(63)}`;
    expect(await replay({ macro })).toMatchObject({ status: 202, json: { over: { macro } } });
  });

  test.for([
    [{ outcome: 'pending' }, ['outcome']],
    [{ perSecond: 0 }, ['perSecond']],
    [{ perSecond: 1000, from: 'yesterday' }, ['from', 'perSecond']],
    [{ from: '2026-11-22', to: '2026-11-20' }, ['from']],
    [{ tickets: [] }, ['tickets']],
    [{ from: '2026-11-20T23:59:60Z', to: '2026-11-20T23:59:60Z' }, ['from', 'to']],
    [{ from: '0000-01-01T00:00:00+14:00', to: '9999-12-31T23:59:59-14:00' }, ['from', 'to']],
    [{ macro: 'x'.repeat(69), action: 'x'.repeat(65) }, ['macro', 'action']],
  ] as const)('over %j is refused', async ([body, parameters], { engines }) => {
    const { call, path } = await projectWithRuns(engines);
    const { status, json } = await call('POST', `${path}/deliveries/replay`, { body });
    const named = Object(json).errors.map(({ parameter }: { parameter: string }) => parameter);
    expect([status, named]).toEqual([400, parameters]);
  });

  test('is for those who manage the project, and so is cancelling it', async ({ engines }) => {
    const { api, path, replay } = await projectWithDeliveries(engines, { failed: 1 });
    const ada = api.as(personClaims('ada@example.com'));
    expect((await ada('POST', `${path}/deliveries/replay`, { body: {} })).status).toBe(403);
    const { id } = Object((await replay({ outcome: 'failed' })).json);
    expect((await ada('POST', `${path}/runs/${id}/cancel`)).status).toBe(403);
  });
});
