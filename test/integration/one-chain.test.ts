import { describe, expect } from 'vitest';
import { test } from '../engines.ts';
import { interposeOnce } from '../faults.ts';
import { onKey, onThisKey, trackedProject } from '../tracked-project.ts';

const noting = { key: 'noting', ...onKey, macro: 'note' };
const hasRun = [{ automation: 'noting', reason: 'its macro "note" has run already in this chain' }];
const stoppedIn = (history: { stopped?: object }[]) => history.flatMap(({ stopped }) => stopped ?? []);

describe('within a chain that goes on over captured values', () => {
  test('a macro that ran beside the one that captured them does not run again', async ({ engines }) => {
    const { report, deliverAll, follow, comments, history } = await trackedProject(engines, {
      issues: 3,
      onSubmit: ['track', 'note'],
      automations: [noting],
    });
    await report();
    for (const id of await deliverAll()) expect(await follow(id)).toMatchObject({ outcome: 'followed', ran: [] });
    expect(await comments()).toHaveLength(1);
    expect(stoppedIn(await history())).toEqual([hasRun, hasRun, hasRun].flat());
  });

  test('a macro runs once, of however many webhooks of one macro the values come', async ({ engines }) => {
    const { report, deliver, pending, follow, comments, history } = await trackedProject(engines, {
      issues: 3,
      automations: [noting],
    });
    await report();
    const ran = [];
    for (const id of await pending()) {
      await deliver(id);
      ran.push((await follow(id)).ran);
    }
    expect(ran).toEqual([['ticket/note'], [], []]);
    expect(await comments()).toHaveLength(1);
    expect(stoppedIn(await history())).toEqual([hasRun, hasRun].flat());
  });

  test('a macro runs once though its values are followed at once', async ({ engines }) => {
    const { report, deliverAll, follow, comments, history, due } = await trackedProject(engines, {
      issues: 3,
      automations: [noting],
    });
    await report();
    const followed = await Promise.all((await deliverAll()).map(follow));
    expect(followed.map(({ outcome }) => outcome)).toEqual(['followed', 'followed', 'followed']);
    expect(await comments()).toHaveLength(1);
    expect(stoppedIn(await history())).toEqual([hasRun, hasRun].flat());
    expect(await due()).toEqual([]);
  });

  test('a macro that changes nothing runs once, although another follow-up runs it before the first is stored', async ({
    engines,
  }) => {
    const { report, deliverAll, follow, deliveries, history } = await trackedProject(engines, {
      issues: 2,
      automations: [{ key: 'relaying', ...onKey, macro: 'relay' }],
    });
    await report();
    const [first = '', second = ''] = await deliverAll();
    const restore = interposeOnce(engines.table, async () => {
      expect(await follow(second)).toMatchObject({ outcome: 'followed', ran: ['ticket/relay'] });
    });
    expect(await follow(first)).toMatchObject({ outcome: 'followed', ran: [] });
    restore();
    expect(await deliveries()).toHaveLength(2 + 1);
    expect(stoppedIn(await history())).toMatchObject([{ automation: 'relaying' }]);
  });

  test('a macro that ran two links on does not run again for values that came at the start', async ({ engines }) => {
    const { report, deliverAll, follow, comments, deliveries, history } = await trackedProject(engines, {
      issues: 2,
      automations: [
        { key: 'relaying', ...onKey, macro: 'relay' },
        { ...noting, ...onThisKey('APO-3') },
      ],
    });
    await report();
    const [first = '', second = ''] = await deliverAll();
    expect(await follow(first)).toMatchObject({ ran: ['ticket/relay'] });
    const [third = ''] = await deliverAll();
    expect(await follow(third)).toMatchObject({ ran: ['ticket/note'] });
    expect(await follow(second)).toMatchObject({ ran: [] });
    expect(await comments()).toHaveLength(1);
    expect(await deliveries()).toHaveLength(3);
    expect(stoppedIn(await history())).toMatchObject([
      { automation: 'relaying' },
      { automation: 'relaying' },
      ...hasRun,
    ]);
  });

  test('a macro runs once on the submitter as well', async ({ engines }) => {
    const points = (key: string) => {
      return { key, name: key, target: 'feedback', actions: [{ kind: 'score', points: 1, reason: key }] };
    };
    const { report, deliver, pending, follow, score } = await trackedProject(engines, {
      issues: 2,
      macros: [points('first'), points('second')],
      automations: [
        { key: 'to-first', ...onThisKey('APO-1'), macro: 'first' },
        { key: 'to-second', ...onThisKey('APO-2'), macro: 'second' },
        { key: 'thanking', trigger: 'modify', macro: 'thank' },
      ],
    });
    await report();
    const ran = [];
    for (const id of await pending()) {
      await deliver(id);
      ran.push((await follow(id)).ran);
    }
    expect(ran).toEqual([['ticket/first', 'member/thank'], ['ticket/second']]);
    expect(await score()).toBe(1 + 5 + 1);
  });

  test('a macro does not run again for a message that comes twice, nor for a webhook that is sent again', async ({
    engines,
  }) => {
    const { report, deliverAll, follow, replay, comments } = await trackedProject(engines, {
      issues: 2,
      automations: [noting],
    });
    await report();
    const [first = '', second = ''] = await deliverAll();
    expect(await follow(first)).toMatchObject({ outcome: 'followed', ran: ['ticket/note'] });
    expect(await follow(first)).toMatchObject({ outcome: 'followed-before' });
    expect(await follow(second)).toMatchObject({ outcome: 'followed', ran: [] });
    await replay(first);
    const [again = ''] = await deliverAll();
    expect(await follow(again)).toMatchObject({ outcome: 'followed', ran: [] });
    expect(await comments()).toHaveLength(1);
  });

  test('another chain of the same record runs the macro again', async ({ engines }) => {
    const { report, fire, deliverAll, follow, comments } = await trackedProject(engines, { automations: [noting] });
    await report();
    for (const id of await deliverAll()) await follow(id);
    await fire('tracked', {}, { find: 'BUG-0001' });
    for (const id of await deliverAll()) expect(await follow(id)).toMatchObject({ ran: ['ticket/note'] });
    expect(await comments()).toHaveLength(2);
  });
});

describe('what the macro of a listener captured', () => {
  const other = { key: 'other', ...onKey, macro: 'relay' };
  const unless = { unless: { listener: 'tracked' } };

  test('is not answered by an automation that excludes the listener', async ({ engines }) => {
    const { report, fire, deliverAll, follow, comments } = await trackedProject(engines, {
      onSubmit: [],
      automations: [{ ...noting, ...unless }, other],
    });
    await report();
    await fire('tracked', {}, { find: 'BUG-0001' });
    const [id = ''] = await deliverAll();
    expect(await follow(id)).toMatchObject({ outcome: 'followed', ran: ['ticket/relay'] });
    // Nor is what that captured in turn.
    const [next = ''] = await deliverAll();
    expect(await follow(next)).toMatchObject({ outcome: 'followed', ran: [] });
    expect(await comments()).toEqual([]);
  });

  test('is not looked at again where all that could follow exclude the listener', async ({ engines }) => {
    const { report, fire, deliverAll, follow, due, clock } = await trackedProject(engines, {
      onSubmit: [],
      automations: [{ ...noting, ...unless }],
    });
    await report();
    await fire('tracked', {}, { find: 'BUG-0001' });
    const [id = ''] = await deliverAll();
    clock.advance(600_000);
    expect(await due()).toEqual([]);
    expect(await follow(id)).toMatchObject({ outcome: 'followed-before' });
  });

  test('is answered where the chain did not begin there', async ({ engines }) => {
    const { report, deliverAll, follow, comments } = await trackedProject(engines, {
      automations: [{ ...noting, ...unless }],
    });
    await report();
    const [id = ''] = await deliverAll();
    expect(await follow(id)).toMatchObject({ outcome: 'followed', ran: ['ticket/note'] });
    expect(await comments()).toHaveLength(1);
  });
});
