import { describe, expect } from 'vitest';
import { test } from '../engines.ts';
import { hideCommit } from '../faults.ts';
import { onKey, trackedProject } from '../tracked-project.ts';

describe('a captured value', () => {
  test('sets off what waits for it, once, as the next link of the chain that brought it', async ({ engines }) => {
    const { report, deliver, follow, history, comments } = await trackedProject(engines, {
      automations: [{ key: 'noting', ...onKey, macro: 'note' }],
    });
    const id = await report();
    await deliver(id);
    expect(await comments()).toEqual([]);
    expect(await follow(id)).toMatchObject({ outcome: 'followed', ran: ['ticket/note'] });
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
    const { report, deliver, follow, history, deliveries, clock } = await trackedProject(engines, {
      automations: [{ key: 'again', ...onKey, macro: 'track' }],
    });
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
    const { report, deliver, follow, due, clock, comments } = await trackedProject(engines, {
      automations: [{ key: 'noting', ...onKey, macro: 'note' }],
    });
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
    const { report, deliver, follow, comments } = await trackedProject(engines, {
      automations: [{ key: 'noting', ...onKey, macro: 'note' }],
    });
    const id = await report();
    await deliver(id);
    const restore = hideCommit(engines.table);
    await follow(id);
    restore();
    expect(await comments()).toHaveLength(1);
  });

  test('is not looked at again where no automation could follow from it', async ({ engines }) => {
    const { report, deliver, follow, due, clock } = await trackedProject(engines, {
      automations: [
        { key: 'other', trigger: 'modify', macro: 'note', filter: { field: 'occurrences', op: 'changed' } },
        { key: 'off', ...onKey, macro: 'note', enabled: false },
        { key: 'people', trigger: 'modify', macro: 'thank' },
      ],
    });
    const id = await report();
    await deliver(id);
    clock.advance(600_000);
    expect(await due()).toEqual([]);
    expect(await follow(id)).toMatchObject({ outcome: 'followed-before' });
  });
});
