import { describe, expect, onTestFinished } from 'vitest';
import { readDue } from '../../adapters/dynamodb/due.ts';
import { Automation } from '../../core/document/schema-automations.ts';
import { Macro } from '../../core/document/schema-macros.ts';
import { admin } from '../admin.ts';
import { type TestEngines, test } from '../engines.ts';
import { hideCommit } from '../faults.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { startReceivingServer } from '../receiving-server.ts';
import { macroWorker } from '../run-project.ts';
import { fixedClock } from '../seeded.ts';
import { sender } from '../send.ts';

const onKey = { trigger: 'modify', filter: { field: 'jira.key', op: 'changed' } };
const note = {
  key: 'note',
  name: 'Note',
  target: 'feedback',
  actions: [{ kind: 'comment', text: 'In Jira as ((Jira ID))' }],
};

/** A project in which each new issue is sent to a tracker that answers with a new key each time. */
async function trackedProject(engines: TestEngines, automations: object[], macros: object[] = [note]) {
  const server = await startReceivingServer((response, place) => {
    response
      .writeHead(201, { 'content-type': 'application/json' })
      .end(JSON.stringify({ key: `APO-${place}`, id: place }));
  });
  onTestFinished(server.stop);
  await seedKeys(engines.table);
  const seeded = await seedProject(engines.table, (document) => {
    const send = { kind: 'webhook', method: 'POST', url: `${server.origin}/issue`, capture: 'jira' };
    const tracking = { key: 'track', name: 'Track', target: 'feedback', actions: [send] };
    document.macros.push(...[tracking, ...macros].map((macro) => Macro.parse(macro)));
    const submit = { key: 'on-submit', trigger: 'submit', macro: 'track' };
    document.automations = [submit, ...automations].map((automation) => Automation.parse(automation));
  });
  const { project } = seeded;
  const clock = fixedClock();
  const { send } = receiver(engines, seeded, clock);
  const { deliver, deliveries, close } = sender(engines, project, clock);
  onTestFinished(close);
  const work = macroWorker(engines, engines.macroQueue, project, clock);
  const { asAdministrator } = admin(engines, `${project}/admin`, clock);
  return {
    ...{ clock, deliver, deliveries, server },
    report: async () => {
      await send({ summary: 'It broke', submitter: 'jim@example.com' });
      const [delivery] = await deliveries();
      return delivery?.id ?? '';
    },
    follow: async (delivery: string) => await work({ kind: 'follow-capture', delivery }),
    history: async () =>
      Object((await asAdministrator('GET', `/projects/${project}/tickets/BUG-0001/history?order=asc`)).json).items,
    comments: async () =>
      Object((await asAdministrator('GET', `/projects/${project}/tickets/BUG-0001/comments`)).json).items,
    /** Deliveries whose values the tick would have followed now. */
    due: async () => {
      const found: string[] = [];
      for (const shard of [0, 1, 2, 3]) {
        const pages = readDue(engines.table, shard, { now: clock.now(), pageSize: 100 });
        for await (const { followUps } of pages) found.push(...followUps);
      }
      return found;
    },
  };
}

describe('a captured value', () => {
  test('sets off what waits for it, once, as the next link of the chain that brought it', async ({ engines }) => {
    const { report, deliver, follow, history, comments } = await trackedProject(engines, [
      { key: 'noting', ...onKey, macro: 'note' },
    ]);
    const id = await report();
    await deliver(id);
    expect(await comments()).toEqual([]);
    expect(await follow(id)).toMatchObject({ outcome: 'followed', ran: ['note'] });
    expect(await comments()).toMatchObject([{ text: 'In Jira as APO-1' }]);
    expect(await history()).toMatchObject([
      { version: 2, cause: { kind: 'capture', key: id }, changes: [{ path: 'external.jira.key', to: 'APO-1' }, {}] },
      { version: 3, cause: { kind: 'automation', key: 'noting', chain: ['track', 'note'] } },
    ]);
    expect(await follow(id)).toMatchObject({ outcome: 'followed-before' });
    expect(await comments()).toHaveLength(1);
  });

  test('does not run the macro that brought it again, and the history says why the chain ended', async ({
    engines,
  }) => {
    const { report, deliver, follow, history, deliveries, clock } = await trackedProject(engines, [
      { key: 'again', ...onKey, macro: 'track' },
    ]);
    const id = await report();
    await deliver(id);
    clock.advance(1_000);
    expect(await follow(id)).toMatchObject({ outcome: 'followed' });
    expect(await deliveries()).toHaveLength(1);
    expect((await history()).at(-1)).toMatchObject({
      cause: { kind: 'capture', key: id },
      changes: [],
      stopped: [{ automation: 'again', reason: 'its macro "track" has run already in this chain' }],
    });
  });

  test('is followed by the tick where the message was lost, and by nobody twice', async ({ engines }) => {
    const { report, deliver, follow, due, clock, comments } = await trackedProject(engines, [
      { key: 'noting', ...onKey, macro: 'note' },
    ]);
    const id = await report();
    await deliver(id);
    expect(await due()).toEqual([]);
    clock.advance(120_000);
    expect(await due()).toEqual([id]);
    await Promise.allSettled([follow(id), follow(id), follow(id)]);
    expect(await comments()).toHaveLength(1);
    expect(await due()).toEqual([]);
  });

  test('is followed once although the answer of the commit was lost', async ({ engines }) => {
    const { report, deliver, follow, comments } = await trackedProject(engines, [
      { key: 'noting', ...onKey, macro: 'note' },
    ]);
    const id = await report();
    await deliver(id);
    const restore = hideCommit(engines.table);
    await follow(id);
    restore();
    expect(await comments()).toHaveLength(1);
  });

  test('is not looked at again where no automation could follow from it', async ({ engines }) => {
    const { report, deliver, follow, due, clock } = await trackedProject(engines, [
      { key: 'other', trigger: 'modify', macro: 'note', filter: { field: 'occurrences', op: 'changed' } },
      { key: 'off', ...onKey, macro: 'note', enabled: false },
      { key: 'people', trigger: 'modify', macro: 'thank' },
    ]);
    const id = await report();
    await deliver(id);
    clock.advance(600_000);
    expect(await due()).toEqual([]);
    expect(await follow(id)).toMatchObject({ outcome: 'followed-before' });
  });
});
