import { describe, expect } from 'vitest';
import * as z from 'zod';
import { readStorageUse } from '../../adapters/dynamodb/attachments.ts';
import { leaseAttempt, settleLease } from '../../adapters/dynamodb/attempts.ts';
import { listProjectAudit } from '../../adapters/dynamodb/audit.ts';
import { findDelivery, storeDelivery } from '../../adapters/dynamodb/deliveries.ts';
import { readDue } from '../../adapters/dynamodb/due.ts';
import { ticketKey } from '../../adapters/dynamodb/keys.ts';
import { findNotification } from '../../adapters/dynamodb/notifications.ts';
import { personClaims } from '../admin.ts';
import type { TestEngines } from '../engines.ts';
import { test } from '../engines.ts';
import { erasingProject } from '../erasing-project.ts';
import { hideCommit } from '../faults.ts';
import { declaredForm, keyOfForm, postForm } from '../file-project.ts';
import { dueNotifications } from '../notified-project.ts';

const declaration = { fileName: 'crash.log', contentType: 'text/plain', size: 5 };
const Item = z.looseObject({ pk: z.string(), sk: z.string(), type: z.string() });

/** What lies in the table of a ticket's partition. */
async function readPartition({ readTable, project }: Awaited<ReturnType<typeof erasingProject>>, ticket: string) {
  const items = (await readTable()).map((item) => Item.parse(item));
  return items.filter(({ pk }) => pk === ticketKey(project, ticket).pk).map(({ type }) => type);
}

/** A ticket with all that can hang on one: comment, stored file, history, lookup entry, delivered and pending webhooks, telling. */
async function fullTicket(engines: TestEngines, options: Parameters<typeof erasingProject>[1] = {}) {
  const own = await erasingProject(engines, {
    ...options,
    change: (document) => {
      for (const team of document.teams) team.notify = { submitted: true, moved: true };
      document.automations.push({
        key: 'once',
        enabled: true,
        trigger: 'submit',
        feedbackType: 'issues',
        macro: 'close',
        limit: 'oncePerTicket',
      });
      document.externalListeners.push({
        key: 'jiradata',
        name: 'Jira',
        target: 'feedback',
        type: 'data',
        group: 'jira',
        apiKey: 'jira',
        aliases: [],
        onMissing: 'refuse',
      });
      options.change?.(document);
    },
  });
  const { report, declare, arrived, fire, deliver, lastDelivery } = own;
  const { ticket, crashLog, screenshot } = await report({ summary: 'the secret plan', submitter: 'jim@example.com' });
  const delivery = await lastDelivery();
  await fire('devnote', { comment: { body: 'the secret note' } }, { find: ticket });
  await fire('jiradata', { key: `APO-${own.project}`, id: 7 }, { find: ticket });
  const { added } = await declare(crashLog.endpoint, declaration);
  await postForm(declaredForm(added), 'hello');
  const objectKey = keyOfForm(declaredForm(added));
  expect(await arrived(objectKey)).toBe('stored');
  await deliver(delivery);
  return { ...own, ticket, delivery, crashLog, screenshot, objectKey };
}

describe('a ticket that is deleted', () => {
  test('is gone at once, with all that hangs on it when its run is done', async ({ engines }) => {
    const own = await fullTicket(engines);
    const { ask, ticket, project, table, bucket, objectKey, workOff, delivery, readTable } = own;
    expect(await readStorageUse(table, project)).toEqual({ bytes: 5, files: 1 });
    const deleted = await ask('DELETE', `/tickets/${ticket}`);
    expect(deleted).toMatchObject({
      status: 202,
      json: { kind: 'erase', state: 'counting', over: { of: 'ticket', ticket } },
    });
    expect((await ask('GET', `/tickets/${ticket}`)).status).toBe(404);
    expect((await ask('GET', `/tickets/${ticket}/comments`)).status).toBe(404);
    expect((await ask('GET', '/tickets')).json).toMatchObject({ items: [] });
    expect((await ask('DELETE', `/tickets/${ticket}`)).status).toBe(404);
    expect(await workOff(deleted.json)).toMatchObject({ state: 'done', total: 2, done: 2, failed: 0 });
    expect(await readPartition(own, ticket)).toEqual(['deleted-ticket']);
    expect(await bucket.look({ key: objectKey })).toBeUndefined();
    expect(await readStorageUse(table, project)).toEqual({ bytes: 0, files: 0 });
    const left = (await readTable()).filter((item) => JSON.stringify(item).includes(project));
    expect(left.filter((item) => JSON.stringify(item).includes('secret'))).toEqual([]);
    expect(left.filter(({ type }) => type === 'lookup')).toEqual([]);
    expect(await ask('GET', `/deliveries/${delivery}`)).toMatchObject({
      json: { outcome: 'delivered', reason: 'the ticket was deleted, and what was sent for it erased', attempts: [] },
    });
    expect(await ask('POST', `/deliveries/${delivery}/replay`)).toMatchObject({ status: 409 });
  });

  test('has its pending deliveries cancelled with the reason', async ({ engines }) => {
    const { report, ask, lastDelivery, workOff, deliver, server } = await erasingProject(engines);
    const { ticket } = await report();
    const delivery = await lastDelivery();
    await workOff((await ask('DELETE', `/tickets/${ticket}`)).json);
    const { json } = await ask('GET', `/deliveries/${delivery}`);
    expect(json).toMatchObject({ outcome: 'cancelled', reason: 'the ticket was deleted' });
    await deliver(delivery);
    expect(server.received).toEqual([]);
  });

  test('has the run wait for a delivery that is being sent, and erases it then', async ({ engines }) => {
    const { report, ask, lastDelivery, workOff, table, project, clock } = await erasingProject(engines);
    const { ticket } = await report();
    const delivery = await lastDelivery();
    await leaseAttempt(table, delivery, { now: clock.now(), leaseMs: 60_000, token: 'sender' });
    const { json } = await ask('DELETE', `/tickets/${ticket}`);
    expect(await workOff(json)).toMatchObject({ state: 'running', done: 0 });
    clock.advance(60_001);
    expect(await workOff(json)).toMatchObject({ state: 'done', done: 2 });
    expect((await findDelivery(table, project, delivery))?.delivery).toMatchObject({ outcome: 'cancelled' });
  });

  test('may be deleted by two at once: one is told of the run, the other that it is gone', async ({ engines }) => {
    const { report, ask } = await erasingProject(engines);
    const { ticket } = await report();
    const answers = await Promise.all([1, 2].map(async () => await ask('DELETE', `/tickets/${ticket}`)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 404]);
  });

  test('whose commit was hidden by contention is answered with its run, and stands in the audit', async ({
    engines,
  }) => {
    const { ask, report, workOff, project } = await erasingProject(engines);
    const { ticket } = await report();
    const undo = hideCommit(engines.table);
    const deleted = await ask('DELETE', `/tickets/${ticket}`);
    undo();
    expect(deleted).toMatchObject({ status: 202, json: { kind: 'erase' } });
    const entries = (await listProjectAudit(engines.table, project, { limit: 9 })).items;
    expect(entries).toMatchObject([{ action: 'delete-ticket', made: expect.stringContaining('runs/') }]);
    expect(await workOff(deleted.json)).toMatchObject({ state: 'done', failed: 0 });
  });

  test('is deleted by those who manage the project alone, and never by an id that is none', async ({ engines }) => {
    const { report, ask, api, path } = await erasingProject(engines);
    const { ticket } = await report();
    const asSupport = api.as(personClaims('ada@example.com'));
    expect((await asSupport('DELETE', `${path}/tickets/${ticket}`)).status).toBe(403);
    expect((await ask('DELETE', '/tickets/BUG-9999')).status).toBe(404);
    expect((await ask('DELETE', '/tickets/none')).status).toBe(404);
    expect((await ask('GET', `/tickets/${ticket}`)).status).toBe(200);
  });

  test('whose run was done is cleared again without harm, however often it is repeated', async ({ engines }) => {
    const own = await fullTicket(engines);
    const { ask, ticket, workOff, project, work, table } = own;
    const { json } = await ask('DELETE', `/tickets/${ticket}`);
    const run = z.looseObject({ id: z.string() }).parse(json).id;
    await workOff(json);
    await work({ kind: 'count-run', project, run });
    await work({ kind: 'run-page', project, run, page: 1 });
    await work({ kind: 'tend-run', project, run });
    expect(await readPartition(own, ticket)).toEqual(['deleted-ticket']);
    expect(await readStorageUse(table, project)).toEqual({ bytes: 0, files: 0 });
  });
});

describe('a late event for a deleted ticket does nothing and makes no item:', () => {
  /** Deletes a full ticket, and compares what lies in the table before and after something that comes late. */
  async function late(
    engines: TestEngines,
    happen: (own: Awaited<ReturnType<typeof fullTicket>>) => Promise<() => Promise<unknown>>,
    options: Parameters<typeof fullTicket>[1] = {},
  ) {
    const own = await fullTicket(engines, options);
    const come = await happen(own);
    await own.workOff((await own.ask('DELETE', `/tickets/${own.ticket}`)).json);
    const before = await own.readTable();
    const answer = await come();
    const ofProject = (items: Record<string, unknown>[]) =>
      items.filter((item) => item.type !== 'activity' && JSON.stringify(item).includes(own.project));
    expect(ofProject(await own.readTable())).toEqual(ofProject(before));
    expect(await readPartition(own, own.ticket)).toEqual(['deleted-ticket']);
    return { ...own, answer };
  }

  test('an upload whose form was signed before', async ({ engines }) => {
    const { answer, bucket, screenshot } = await late(engines, async ({ screenshot, arrived }) => async () => {
      await postForm(screenshot.upload, 'late');
      return await arrived(keyOfForm(screenshot.upload));
    });
    expect(answer).toBe('orphan');
    expect(await bucket.look({ key: keyOfForm(screenshot.upload) })).toBeUndefined();
  });

  test('a file that is declared by its capability', async ({ engines }) => {
    const { answer } = await late(
      engines,
      async ({ declare, crashLog }) =>
        async () =>
          (await declare(crashLog.endpoint, declaration)).status,
    );
    expect(answer).toBe(404);
  });

  test('an attachment that was pending, and is due', async ({ engines }) => {
    await late(engines, async ({ declare, crashLog, tend, ticket, clock }) => {
      const { added } = await declare(crashLog.endpoint, { ...declaration, fileName: 'never.log' });
      return async () => {
        clock.advance(8 * 24 * 60 * 60 * 1_000);
        return await tend(ticket, added?.attachment.id ?? '');
      };
    });
  });

  test('a listener', async ({ engines }) => {
    const { answer } = await late(engines, async ({ fire, ticket, project }) => async () => [
      (await fire('devnote', { comment: { body: 'late' } }, { find: ticket })).status,
      (await fire('jiradata', { key: 'APO-9' }, { find: `APO-${project}` })).status,
      (await fire('jiraclosed', {}, { find: ticket })).status,
    ]);
    expect(answer).toEqual([404, 404, 404]);
  });

  test('a telling of its team', async ({ engines }) => {
    const { answer } = await late(engines, async ({ project, clock, work, table }) => {
      const names = await dueNotifications(engines, project, clock.now() + 120_000);
      expect(names.length).toBeGreaterThan(0);
      expect(await findNotification(table, names[0] ?? '')).toBeDefined();
      return async () =>
        await Promise.all(names.map(async (notification) => await work({ kind: 'tell-team', notification })));
    });
    expect(answer).toMatchObject([{ outcome: 'unknown' }, ...[]]);
  });

  test('a run of a macro that had it among its targets', async ({ engines }) => {
    const own = await fullTicket(engines);
    const { ask, ticket, report, workOff, project } = own;
    const others = await Promise.all([1, 2].map(async () => (await report()).ticket));
    const started = await ask('POST', '/macros/close/runs', {
      where: { field: 'ticket.id', op: 'in', value: [ticket, ...others] },
    });
    await own.work({ kind: 'count-run', project, run: z.looseObject({ id: z.string() }).parse(started.json).id });
    await workOff((await ask('DELETE', `/tickets/${ticket}`)).json);
    expect(await workOff(started.json)).toMatchObject({ state: 'done', total: 3 });
    expect(await readPartition(own, ticket)).toEqual(['deleted-ticket']);
  });

  test('a due entry of anything that hung on it, of which none is left', async ({ engines }) => {
    const { project, ticket, clock, table, report, lastDelivery, ask, workOff, declare, crashLog } =
      await fullTicket(engines);
    await declare(crashLog.endpoint, { ...declaration, fileName: 'never.log' });
    clock.advance(1_000);
    const other = await report({ summary: 'pending', submitter: 'jim@example.com' });
    const pending = await lastDelivery();
    const readAllDue = async () => {
      const entries: unknown[] = [];
      for (const shard of [0, 1, 2, 3]) {
        const options = { now: clock.now() + 30 * 24 * 60 * 60 * 1_000, pageSize: 100 };
        for await (const page of readDue(table, shard, options)) entries.push(page);
      }
      return JSON.stringify(entries);
    };
    const before = await readAllDue();
    expect([`${project}/${ticket}/`, `"id":"`, pending].every((text) => before.includes(text))).toBe(true);
    for (const id of [ticket, other.ticket]) await workOff((await ask('DELETE', `/tickets/${id}`)).json);
    const after = await readAllDue();
    expect([`${project}/`, `"project":"${project}"`, pending].filter((text) => after.includes(text))).toEqual([]);
  });

  test('a delivery of its own that is stored meanwhile: a replay, or a test', async ({ engines }) => {
    const { answer } = await late(engines, async ({ table, project, delivery, clock }) => {
      const found = await findDelivery(table, project, delivery);
      if (found === undefined) throw new Error('the delivery is not there');
      const replay = { ...found.delivery, id: `${delivery}again`, outcome: 'pending' as const };
      return async () =>
        await storeDelivery(table, replay, { dueShards: 4, deliveryRetentionDays: 30, now: clock.now() });
    });
    expect(answer).toBe('ticket-deleted');
  });

  test('the settlement of an attempt whose sender was thought to be gone, with what it was answered', async ({
    engines,
  }) => {
    const own = await erasingProject(engines);
    const { table, project, report, lastDelivery, clock, ask, workOff, readTable } = own;
    const { ticket } = await report({ summary: 'another', submitter: 'jim@example.com' });
    const id = await lastDelivery();
    const take = async (token: string) => await leaseAttempt(table, id, { now: clock.now(), leaseMs: 60_000, token });
    await take('first');
    clock.advance(60_001);
    const second = await take('second');
    if (second.outcome !== 'leased') throw new Error('it should be leased');
    clock.advance(60_001);
    await workOff((await ask('DELETE', `/tickets/${ticket}`)).json);
    const attempt = {
      number: 2,
      startedAt: new Date(clock.now()).toISOString(),
      durationMs: 5,
      response: { status: 200, headers: {}, body: 'late answer', truncated: false },
    };
    const storage = { dueShards: 4, deliveryRetentionDays: 30, now: clock.now(), dueAt: clock.now() };
    const lease = { delivery: second.delivery, number: 2 };
    const settlement = { attempts: [attempt], state: { outcome: 'delivered' as const } };
    expect(await settleLease(table, lease, settlement, storage)).toBe('lease-lost');
    expect((await findDelivery(table, project, id))?.delivery).toMatchObject({ outcome: 'cancelled' });
    expect(JSON.stringify(await readTable())).not.toContain('late answer');
  });

  test('values that were captured, and the automations that were to follow them', async ({ engines }) => {
    const { answer } = await late(
      engines,
      async ({ report, lastDelivery, deliver, work, clock, ask, workOff }) => {
        clock.advance(1_000);
        const { ticket } = await report({ summary: 'captured', submitter: 'jim@example.com' });
        const id = await lastDelivery();
        await deliver(id);
        await workOff((await ask('DELETE', `/tickets/${ticket}`)).json);
        return async () => await work({ kind: 'follow-capture', delivery: id });
      },
      {
        answer: (response) => response.end('{"key":"LATE-1","id":9}'),
        webhook: { capture: 'jira' },
        change: (document) => {
          document.automations.push({
            key: 'follow',
            enabled: true,
            trigger: 'modify',
            feedbackType: 'issues',
            macro: 'close',
            filter: { field: 'jira.key', op: 'changed' },
          });
        },
      },
    );
    expect(answer).toMatchObject({ outcome: 'followed-before' });
  });

  test('a call that is repeated under its Idempotency-Key', async ({ engines }) => {
    const { send, ask, workOff, ...own } = await erasingProject(engines);
    const body = { summary: 'once', submitter: 'jim@example.com' };
    const headers = { 'idempotency-key': 'k1' };
    const first = await send(body, { headers });
    const { ticket } = z.object({ ticket: z.object({ id: z.string() }) }).parse(first.json);
    await workOff((await ask('DELETE', `/tickets/${ticket.id}`)).json);
    const again = await send(body, { headers });
    expect(again).toMatchObject({
      status: 404,
      json: { description: 'The ticket that this call created was deleted.' },
    });
    expect(await readPartition({ send, ask, workOff, ...own }, ticket.id)).toEqual(['deleted-ticket']);
  });
});
