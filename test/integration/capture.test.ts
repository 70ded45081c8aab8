import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect } from 'vitest';
import { leaseAttempt } from '../../adapters/dynamodb/attempts.ts';
import { deliveryItem } from '../../adapters/dynamodb/deliveries.ts';
import { lookupKey, memberKey, ticketKey } from '../../adapters/dynamodb/keys.ts';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import { listChanges } from '../../adapters/dynamodb/record-entries.ts';
import { findTicket, ticketItem } from '../../adapters/dynamodb/tickets.ts';
import type { Delivery, FrozenCapture } from '../../core/deliveries/delivery.ts';
import { endpointId } from '../../core/deliveries/message.ts';
import type { Ticket } from '../../core/tickets/ticket.ts';
import { type TestEngines, test } from '../engines.ts';
import { hideCommit, injectConflicts, loseAnswer } from '../faults.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { startReceivingServer } from '../receiving-server.ts';
import { fixedClock } from '../seeded.ts';
import { sender } from '../send.ts';

const jira: FrozenCapture = {
  group: 'jira',
  fields: [
    { key: 'key', type: 'string', parameter: 'key', lookup: true },
    { key: 'id', type: 'integer', parameter: 'id' },
  ],
};

/** Answers as Jira does to a create, with one key after another. */
const jiraCreate =
  (keys: readonly string[]): Parameters<typeof startReceivingServer>[0] =>
  (response, place) => {
    response.writeHead(201, { 'content-type': 'application/json;charset=UTF-8' });
    response.end(JSON.stringify({ id: String(10_006 + place), key: keys[place - 1] }));
  };

let places = 0;

/** A project of its own with one ticket, and deliveries about it whose answers are captured. */
async function capturingIn(
  engines: TestEngines,
  answer: Parameters<typeof startReceivingServer>[0],
  ticketChanges: Partial<Ticket> = {},
) {
  const { table } = engines;
  places += 1;
  const project = `capture-${process.pid}-${places}`;
  const clock = fixedClock();
  const server = await startReceivingServer(answer);
  const parts = sender(engines, project, clock);
  const at = new Date(clock.now()).toISOString();
  const ticket: Ticket = {
    id: 'BUG-0001',
    project,
    feedbackType: 'issues',
    version: 1,
    state: { workflow: 'default', status: 'New', team: 'beta-support' },
    submitter: 'ann@example.com',
    fields: { summary: 'It crashed' },
    external: {},
    origin: { kind: 'source', key: 'appcrashlog' },
    createdAt: at,
    updatedAt: at,
    ...ticketChanges,
  };
  await table.client.send(new PutCommand({ TableName: table.name, Item: ticketItem(ticket, 1) }));
  let stored = 0;
  const store = async (capture: FrozenCapture, changes: Partial<Delivery> = {}) => {
    stored += 1;
    const delivery: Delivery = {
      id: `${project}-${stored}`,
      project,
      macro: 'send-to-jira',
      action: 'webhook-1',
      target: { ticket: 'BUG-0001' },
      cause: { kind: 'automation', key: 'all' },
      outcome: 'pending',
      request: { method: 'POST', url: [{ text: `${server.origin}/issue` }], headers: [], timeoutMs: 5_000 },
      retry: 'standard',
      capture,
      attemptsMade: 0,
      leases: 0,
      nextAttemptAt: at,
      createdAt: at,
      ...changes,
    };
    const Item = deliveryItem(delivery, { dueShards: 4, deliveryRetentionDays: 30, now: clock.now() });
    await table.client.send(new PutCommand({ TableName: table.name, Item }));
    return delivery.id;
  };
  const logged = async (id: string) => (await parts.deliveries()).find((delivery) => delivery.id === id);
  const readTicket = async () => await findTicket(table, project, 'BUG-0001');
  const history = async (key = ticketKey(project, 'BUG-0001')) =>
    (await listChanges(table, key, { limit: 50, newestFirst: false })).items;
  const isFoundBy = async (value: string, kind: 'ticket' | 'member' = 'ticket', record = 'BUG-0001') => {
    const Key = lookupKey(project, kind, value, record);
    const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
    return Item !== undefined;
  };
  const dropTicket = async () => {
    await table.client.send(new DeleteCommand({ TableName: table.name, Key: ticketKey(project, 'BUG-0001') }));
  };
  const close = async () => {
    parts.close();
    await server.stop();
  };
  return { ...parts, project, clock, server, store, logged, readTicket, history, isFoundBy, dropTicket, close };
}

describe("a delivered webhook's captured values", () => {
  test("of Jira's create are stored with their lookup entry and history in the transaction that settles the delivery", async ({
    engines,
  }) => {
    const { store, deliver, logged, readTicket, history, isFoundBy, clock, close } = await capturingIn(
      engines,
      jiraCreate(['APO-7']),
    );
    const id = await store(jira);
    clock.advance(1_000);
    engines.table.meter.read();
    expect(await deliver(id)).toMatchObject({ outcome: 'delivered' });
    expect(engines.table.meter.read().operations.filter((name) => name !== 'GetItem')).toEqual([
      'UpdateItem',
      'TransactWriteItems',
    ]);
    const at = new Date(clock.now()).toISOString();
    expect(await readTicket()).toMatchObject({
      external: { jira: { key: 'APO-7', id: 10007 } },
      version: 2,
      updatedAt: at,
    });
    expect(await isFoundBy('APO-7')).toBe(true);
    expect(await isFoundBy('10007')).toBe(false);
    expect(await history()).toMatchObject([
      {
        at,
        version: 2,
        cause: { kind: 'capture', key: id },
        changes: [
          { path: 'external.jira.key', to: 'APO-7' },
          { path: 'external.jira.id', to: 10007 },
        ],
      },
    ]);
    expect(await logged(id)).toMatchObject({
      outcome: 'delivered',
      attempts: [{ captured: { key: 'APO-7', id: 10007 } }],
    });
    await close();
  });

  test('replace the lookup entry of the value before, and cost nothing where they are the same', async ({
    engines,
  }) => {
    const { store, deliver, readTicket, history, isFoundBy, server, close } = await capturingIn(
      engines,
      jiraCreate(['APO-7', 'APO-8', 'APO-8']),
    );
    await deliver(await store(jira));
    await deliver(await store(jira));
    expect(await isFoundBy('APO-7')).toBe(false);
    expect(await isFoundBy('APO-8')).toBe(true);
    expect(await readTicket()).toMatchObject({ external: { jira: { key: 'APO-8', id: 10008 } }, version: 3 });
    const same: FrozenCapture = { group: 'jira', fields: jira.fields.filter(({ key }) => key === 'key') };
    await deliver(await store(same));
    expect(await readTicket()).toMatchObject({ version: 3 });
    expect((await history()).map(({ changes }) => changes)).toMatchObject([
      [{ to: 'APO-7' }, { to: 10007 }],
      [
        { path: 'external.jira.key', from: 'APO-7', to: 'APO-8' },
        { path: 'external.jira.id', from: 10007, to: 10008 },
      ],
    ]);
    expect(server.received).toHaveLength(3);
    await close();
  });

  test('may swap places between two lookup fields', async ({ engines }) => {
    const capture: FrozenCapture = {
      group: 'pair',
      fields: [
        { key: 'a', type: 'string', parameter: 'a', lookup: true },
        { key: 'b', type: 'string', parameter: 'b', lookup: true },
      ],
    };
    const { store, deliver, readTicket, isFoundBy, close } = await capturingIn(engines, (response, place) => {
      response.end(JSON.stringify(place === 1 ? { a: 'x', b: 'y' } : { a: 'y', b: 'x' }));
    });
    await deliver(await store(capture));
    await deliver(await store(capture));
    expect(await readTicket()).toMatchObject({ external: { pair: { a: 'y', b: 'x' } } });
    expect(await isFoundBy('x')).toBe(true);
    expect(await isFoundBy('y')).toBe(true);
    await close();
  });

  test('are read from a header by an expression, as Dataverse sends its id, from the status and from the text', async ({
    engines,
  }) => {
    const guid = '7eb682f1-ca75-e511-80d4-00155d2a68d1';
    const { store, deliver, readTicket, isFoundBy, close } = await capturingIn(engines, (response, place) => {
      const entity = `https://org.crm.dynamics.com/api/data/v9.2/contacts(${guid})`;
      if (place === 1) response.writeHead(204, { 'OData-EntityId': entity }).end();
      else response.writeHead(200, { 'content-type': 'text/plain' }).end('Created as #4711, thank you');
    });
    await deliver(
      await store({
        group: 'crm',
        fields: [
          {
            key: 'contact',
            type: 'string',
            parameter: 'header:odata-entityid',
            match: String.raw`\(([0-9a-f-]{36})\)$`,
            lookup: true,
          },
          { key: 'status', type: 'integer', parameter: 'status' },
        ],
      }),
    );
    await deliver(
      await store({
        group: 'plain',
        fields: [
          { key: 'number', type: 'integer', parameter: 'text', match: '#([0-9]+)' },
          { key: 'whole', type: 'string', parameter: 'text' },
        ],
      }),
    );
    expect(await readTicket()).toMatchObject({
      external: {
        crm: { contact: guid, status: 204 },
        plain: { number: 4711, whole: 'Created as #4711, thank you' },
      },
    });
    expect(await isFoundBy(guid)).toBe(true);
    await close();
  });

  test('of a member are stored on the member', async ({ engines }) => {
    const { store, deliver, project, history, isFoundBy, close } = await capturingIn(engines, jiraCreate(['APO-7']));
    const member = 'jim@example.com';
    const { table } = engines;
    const Item = { ...memberKey(project, member), email: member, name: 'Jim', teams: [], score: 3, external: {} };
    await table.client.send(
      new PutCommand({ TableName: table.name, Item: { ...Item, type: 'member', version: 4, project } }),
    );
    await deliver(await store(jira, { target: { member } }));
    const found = (await findMembers(table, project, [member])).get(member);
    expect(found).toMatchObject({ version: 5, member: { score: 3, external: { jira: { key: 'APO-7', id: 10007 } } } });
    expect(await isFoundBy('APO-7', 'member', member)).toBe(true);
    expect(await history(memberKey(project, member))).toMatchObject([{ version: 5, cause: { kind: 'capture' } }]);
    await close();
  });

  test('are left out of the record where it was a test, and shown all the same', async ({ engines }) => {
    const { store, deliver, logged, readTicket, history, isFoundBy, close } = await capturingIn(
      engines,
      jiraCreate(['APO-7']),
    );
    const id = await store(jira, { cause: { kind: 'test', key: 'ann@example.com' } });
    await deliver(id);
    expect(await logged(id)).toMatchObject({ attempts: [{ captured: { key: 'APO-7', id: 10007 } }] });
    expect(await readTicket()).toMatchObject({ external: {}, version: 1 });
    expect(await history()).toEqual([]);
    expect(await isFoundBy('APO-7')).toBe(false);
    await close();
  });

  test('that are secrets are masked in the log and stored as they are', async ({ engines }) => {
    const { project, clock, store, logged, readTicket, close } = await capturingIn(
      engines,
      jiraCreate(['a-very-secret-key']),
    );
    const id = await store(jira);
    const masking = sender(engines, project, clock, {
      secrets: { token: { value: 'a-very-secret-key', hosts: undefined } },
    });
    await masking.deliver(id);
    expect(await logged(id)).toMatchObject({ attempts: [{ captured: { key: '***', id: 10007 } }] });
    expect(JSON.stringify(await logged(id))).not.toContain('very-secret');
    expect(await readTicket()).toMatchObject({ external: { jira: { key: 'a-very-secret-key' } } });
    masking.close();
    await close();
  });

  test('are none in a login page sent with 203: it is delivered, and each is named with its reason', async ({
    engines,
  }) => {
    const { store, deliver, logged, readTicket, close } = await capturingIn(engines, (response) => {
      response.writeHead(203, { 'content-type': 'text/html; charset=utf-8' }).end('<html>Sign in</html>');
    });
    const id = await store({
      group: 'jira',
      fields: [
        ...jira.fields,
        { key: 'location', type: 'string', parameter: 'header:Location' },
        { key: 'signed-in', type: 'boolean', parameter: 'text' },
        { key: 'number', type: 'integer', parameter: 'text', match: 'APO-([0-9]+)' },
      ],
    });
    expect(await deliver(id)).toMatchObject({ outcome: 'delivered' });
    expect((await logged(id))?.attempts[0]).toMatchObject({
      uncaptured: [
        { field: 'key', reason: 'the answer is not JSON (text/html)' },
        { field: 'id', reason: 'the answer is not JSON (text/html)' },
        { field: 'location', reason: 'the answer has no header Location' },
        { field: 'signed-in', reason: expect.stringContaining("'<html>Sign in</html>'") },
        { field: 'number', reason: 'text does not match APO-([0-9]+)' },
      ],
    });
    expect(await readTicket()).toMatchObject({ external: {}, version: 1 });
    await close();
  });

  test('are named as uncaptured where the record was deleted meanwhile, and the delivery settles', async ({
    engines,
  }) => {
    const { store, deliver, logged, isFoundBy, dropTicket, history, close } = await capturingIn(
      engines,
      jiraCreate(['APO-7']),
    );
    const id = await store(jira);
    await dropTicket();
    expect(await deliver(id)).toMatchObject({ outcome: 'delivered' });
    const reason = 'BUG-0001 was deleted meanwhile';
    expect(await logged(id)).toMatchObject({
      outcome: 'delivered',
      attempts: [
        {
          uncaptured: [
            { field: 'key', reason },
            { field: 'id', reason },
          ],
        },
      ],
    });
    expect(await isFoundBy('APO-7')).toBe(false);
    expect(await history()).toEqual([]);
    await close();
  });

  test('are stored once although others write the same record, and although the answer to the commit is lost', async ({
    engines,
  }) => {
    const { store, deliver, logged, readTicket, history, server, close } = await capturingIn(
      engines,
      jiraCreate(['APO-1', 'APO-2', 'APO-3']),
    );
    const faults = [
      () => injectConflicts(engines.table, 4),
      () => loseAnswer(engines.table, 'TransactWrite'),
      () => hideCommit(engines.table),
    ];
    for (const [place, inject] of faults.entries()) {
      const id = await store(jira);
      const undo = inject();
      expect(await deliver(id)).toMatchObject({ outcome: 'delivered' });
      undo();
      expect(await logged(id)).toMatchObject({
        outcome: 'delivered',
        attemptsMade: 1,
        attempts: [{ captured: { key: `APO-${place + 1}` } }],
      });
      expect(await readTicket()).toMatchObject({ version: place + 2 });
    }
    expect(await history()).toHaveLength(3);
    expect(server.received).toHaveLength(3);
    await close();
  });

  test('are given up with their reason, and the webhook not sent again, where others write the record at every try', async ({
    engines,
  }) => {
    const { store, deliver, logged, readTicket, server, close } = await capturingIn(engines, jiraCreate(['APO-7']));
    const id = await store(jira);
    const undo = injectConflicts(engines.table, 5);
    expect(await deliver(id)).toMatchObject({ outcome: 'delivered' });
    undo();
    const uncaptured = jira.fields.map(({ key }) => ({
      field: key,
      reason: expect.stringContaining('at each of 5 tries'),
    }));
    expect(await logged(id)).toMatchObject({ outcome: 'delivered', attempts: [{ uncaptured }] });
    expect(await readTicket()).toMatchObject({ external: {}, version: 1 });
    expect(server.received).toHaveLength(1);
    await close();
  });

  test('of 320 fields are stored as far as one update can name them, now and when they change, and sent once', async ({
    engines,
  }) => {
    const fields = Array.from({ length: 320 }, (_, place) => {
      return { key: `f${place}`, type: 'integer', parameter: 'n' } as const;
    });
    const { store, deliver, logged, readTicket, server, close } = await capturingIn(engines, (response, place) => {
      response.end(JSON.stringify({ n: place }));
    });
    for (const n of [1, 2]) {
      const id = await store({ group: 'wide', fields });
      expect(await deliver(id)).toMatchObject({ outcome: 'delivered' });
      expect((await logged(id))?.attempts[0]?.uncaptured).toHaveLength(220);
      expect(Object.values((await readTicket())?.external.wide ?? {})).toEqual(Array.from({ length: 100 }, () => n));
    }
    expect(server.received).toHaveLength(2);
    await close();
  });

  test('that do not fit into an item beside the request are left, and the webhook is not sent again', async ({
    engines,
  }) => {
    const { store, deliver, logged, readTicket, server, close } = await capturingIn(engines, (response) => {
      response.end('\u{1f98a}'.repeat(10_000));
    });
    const fields = ['a', 'b', 'c'].map((key) => ({ key, type: 'string', parameter: 'text' }) as const);
    const id = await store(
      { group: 'wide', fields },
      {
        request: {
          ...{ method: 'POST', url: [{ text: `${server.origin}/issue` }], headers: [], timeoutMs: 5_000 },
          body: [{ text: 'x'.repeat(262_144) }],
        },
        success: { status: Array.from({ length: 10_000 }, () => 200), retry: false },
      },
    );
    expect(await deliver(id)).toMatchObject({ outcome: 'delivered' });
    const reason = 'the table refuses them together';
    expect((await logged(id))?.attempts).toMatchObject([{ uncaptured: [{ reason }, { reason }, { reason }] }]);
    expect(await readTicket()).toMatchObject({ external: {}, version: 1 });
    expect(server.received).toHaveLength(1);
    await close();
  });

  test('that are nested without end are refused, and the webhook is not sent again', async ({ engines }) => {
    const deep = `{"key":${'['.repeat(100_000)}${']'.repeat(100_000)},"id":7}`;
    const { store, deliver, logged, readTicket, server, close } = await capturingIn(engines, (response) => {
      response.end(deep);
    });
    const id = await store(jira);
    expect(await deliver(id)).toMatchObject({ outcome: 'delivered' });
    expect(await logged(id)).toMatchObject({
      attempts: [{ uncaptured: [{ field: 'key', reason: '[[["…"]]] is not a text' }] }],
    });
    expect(await readTicket()).toMatchObject({ external: { jira: { id: 7 } } });
    expect(server.received).toHaveLength(1);
    await close();
  });

  test.for(['test', 'automation'] as const)(
    'of a %s are shown within 128 KB, however many fields read the same text',
    async (kind, { engines }) => {
      const fields = Array.from(
        { length: 60 },
        (_, place) => ({ key: `f${place}`, type: 'string', parameter: 'text' }) as const,
      );
      const { store, deliver, logged, server, close } = await capturingIn(engines, (response) => {
        response.end('\u{1f98a}'.repeat(9_000));
      });
      for (const count of [1, 2, 3]) {
        const id = await store({ group: 'wide', fields }, { cause: { kind, key: 'ann@example.com' } });
        expect(await deliver(id)).toMatchObject({ outcome: 'delivered' });
        const [attempt] = (await logged(id))?.attempts ?? [];
        expect(attempt?.uncaptured).toHaveLength(57);
        expect(Object.keys(attempt?.captured ?? {})).toHaveLength(3);
        expect(server.received).toHaveLength(count);
      }
      await close();
    },
  );

  test('of a later attempt stand in that attempt', async ({ engines }) => {
    const { clock, store, deliver, logged, readTicket, history, close } = await capturingIn(
      engines,
      (response, place) => {
        if (place === 1) response.writeHead(503).end();
        else response.end(JSON.stringify({ id: 7, key: 'APO-7' }));
      },
    );
    const id = await store(jira);
    await deliver(id);
    clock.advance(5_000);
    await deliver(id);
    expect((await logged(id))?.attempts).toMatchObject([
      { number: 1, error: { class: 'http' } },
      { number: 2, captured: { key: 'APO-7', id: 7 } },
    ]);
    expect((await logged(id))?.attempts[0]).not.toHaveProperty('captured');
    expect(await readTicket()).toMatchObject({ version: 2 });
    expect(await history()).toHaveLength(1);
    await close();
  });

  test('are not stored by a sender that was too slow and whose lease another one has taken', async ({ engines }) => {
    const taken: { over?: () => Promise<unknown> } = {};
    const { clock, store, deliver, logged, readTicket, history, close } = await capturingIn(engines, (response) => {
      void taken.over?.().then(() => response.end(JSON.stringify({ id: 7, key: 'APO-7' })));
    });
    const id = await store(jira);
    taken.over = async () => {
      clock.advance(60_000);
      return await leaseAttempt(engines.table, id, { now: clock.now(), leaseMs: 40_000, token: 'another sender' });
    };
    await deliver(id);
    expect(await logged(id)).toMatchObject({ outcome: 'pending', leases: 2, attemptsMade: 0 });
    expect(await readTicket()).toMatchObject({ external: {}, version: 1 });
    expect(await history()).toEqual([]);
    await close();
  });

  test('with one lookup value cost at most 24 write units from intent to delivered', async ({ engines }) => {
    await seedKeys(engines.table);
    const server = await startReceivingServer((response) => {
      response.writeHead(201, { 'content-type': 'application/json' }).end('{"key":"APO-6"}');
    });
    const seeded = await seedProject(engines.table, (document) => {
      const [macro] = document.macros;
      const [action] = macro?.actions ?? [];
      if (macro === undefined || action?.kind !== 'webhook') throw new Error('the example has changed');
      const body = JSON.stringify({ text: '((Description))' });
      Object.assign(action, { url: `${server.origin}/issue`, headers: {}, body, capture: 'jira' });
      macro.actions = [action];
      document.externalDataGroups = document.externalDataGroups.map((group) =>
        group.key === 'jira' ? { ...group, fields: group.fields.filter(({ key }) => key === 'key') } : group,
      );
      document.automations = [
        { key: 'all', enabled: true, trigger: 'submit', feedbackType: 'issues', macro: macro.key },
      ];
    });
    const clock = fixedClock();
    const { send } = receiver(engines, seeded, clock);
    const { take, deliveries, close } = sender(engines, seeded.project, clock);
    await send({ summary: 'Warms the caches' });
    clock.advance(1_000);
    engines.table.meter.read();
    await send({ summary: 'It crashed', description: 'x'.repeat(1000) });
    const accepted = engines.table.meter.read();
    const [delivery] = await deliveries();
    if (delivery === undefined) throw new Error('the ticket has set nothing off');
    clock.advance(1_000);
    engines.table.meter.read();
    await take(JSON.stringify({ delivery: delivery.id, endpoint: endpointId(delivery) }));
    const sent = engines.table.meter.read();
    // The ticket, its number and its activity; and one for what its automation's list of runs says.
    const ticketAlone = { tableWriteUnits: 4 + 1, indexWriteUnits: 1 };
    const units = {
      table: accepted.tableWriteUnits - ticketAlone.tableWriteUnits + sent.tableWriteUnits,
      indexes: accepted.indexWriteUnits - ticketAlone.indexWriteUnits + sent.indexWriteUnits,
    };
    const [settled] = await deliveries();
    expect(settled).toMatchObject({ outcome: 'delivered', attempts: [{ captured: { key: 'APO-6' } }] });
    expect(settled?.attempts[0]).not.toHaveProperty('uncaptured');
    expect(units).toEqual({ table: 20, indexes: 4 });
    close();
    await server.stop();
  });
});
