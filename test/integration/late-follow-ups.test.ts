import { DeleteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect } from 'vitest';
import { deliveryKey, ticketKey } from '../../adapters/dynamodb/keys.ts';
import { type TestEngines, test } from '../engines.ts';
import { breakTransaction } from '../faults.ts';
import { onKey, trackedProject } from '../tracked-project.ts';

const dayMs = 24 * 60 * 60 * 1_000;
const noting = { key: 'noting', ...onKey, macro: 'note' };

/** A project with values that were captured and whose following fails. */
async function projectThatFails(engines: TestEngines) {
  const { table } = engines;
  const tracked = await trackedProject(engines, { automations: [noting] });
  const { report, deliver, follow, clock, project } = tracked;
  const id = await report();
  await deliver(id);
  const restore = breakTransaction(table);
  await expect(follow(id)).rejects.toThrow('injected');
  restore();
  return {
    ...{ ...tracked, id },
    /** What the table holds of the delivery. */
    stored: async () => {
      const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: deliveryKey(id) }));
      return Object(Item);
    },
    deleteTicket: async () => {
      const Key = ticketKey(project, 'BUG-0001');
      await table.client.send(new DeleteCommand({ TableName: table.name, Key }));
    },
    expiry: () => clock.now() / 1_000 + 30 * 24 * 60 * 60,
  };
}

describe('captured values that could not be followed', () => {
  test('stay due, and are followed as long as a day has not passed', async ({ engines }) => {
    const { id, follow, clock, due, comments } = await projectThatFails(engines);
    clock.advance(dayMs - 1);
    expect(await due()).toEqual([id]);
    expect(await follow(id)).toMatchObject({ outcome: 'followed', ran: ['ticket/note'] });
    expect(await comments()).toHaveLength(1);
  });

  test('are given up after a day: the history says of what, and the delivery expires', async ({ engines }) => {
    const { id, follow, clock, due, comments, history, stored, expiry } = await projectThatFails(engines);
    expect(await stored()).not.toHaveProperty('expiresAt');
    clock.advance(dayMs);
    expect(await follow(id)).toMatchObject({ outcome: 'given-up', delivery: id, ran: [] });
    expect((await history()).at(-1)).toMatchObject({
      version: 2,
      cause: { kind: 'capture', key: id },
      changes: [],
      stopped: [{ automation: 'noting', reason: 'it could not be run within 24 hours after the values were captured' }],
    });
    expect(await comments()).toEqual([]);
    expect(await due()).toEqual([]);
    expect(await stored()).toMatchObject({ outcome: 'delivered', expiresAt: expiry() });
    expect(await follow(id)).toMatchObject({ outcome: 'followed-before' });
    expect(stoppedEntries(await history())).toHaveLength(1);
  });

  test('are given up without a word where the record is gone', async ({ engines }) => {
    const { id, follow, clock, due, stored, expiry, deleteTicket } = await projectThatFails(engines);
    await deleteTicket();
    clock.advance(dayMs);
    expect(await follow(id)).toMatchObject({ outcome: 'record-gone' });
    expect(await due()).toEqual([]);
    expect(await stored()).toMatchObject({ expiresAt: expiry() });
  });
});

function stoppedEntries(history: { stopped?: object }[]) {
  return history.filter(({ stopped }) => stopped !== undefined);
}
