import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect } from 'vitest';
import { ticketKey } from '../../adapters/dynamodb/keys.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import { test } from '../engines.ts';
import { breakTransaction } from '../faults.ts';
import { projectWith } from '../macro-project.ts';

const macroOf = (key: string, ...actions: object[]) => ({
  key,
  name: key,
  target: 'feedback',
  feedbackType: 'issues',
  actions,
});
const onSubmit = (key: string, macro: string) => ({ key, trigger: 'submit', macro });

/** Lets the description of an issue be so long. */
const descriptionsOf = (maxLength: number) => (document: ProjectDocument) => {
  const field = document.feedbackTypes.flatMap(({ fields }) => fields).find(({ key }) => key === 'description');
  if (field !== undefined) field.maxLength = maxLength;
};

const fourBytes = '\u{1f41e}';

describe('a ticket is never refused for what its automations cannot do', () => {
  test.for(['1e200', '1e-200', '9007199254740993', '0x10'])(
    'such as setting a number to %s',
    async (summary, { engines }) => {
      const count = macroOf('count', { kind: 'setFields', fields: { occurrences: '((Summary))' } });
      const { report, get } = await projectWith(engines, [count], [onSubmit('at-once', 'count')]);
      expect((await report({ summary })).status).toBe(201);
      const { items } = await get('/tickets/BUG-0001/history');
      expect(items).toMatchObject([{ changes: [], problem: expect.stringContaining(`'${summary}'`) }]);
      expect((await get('/tickets/BUG-0001')).fields).not.toHaveProperty('occurrences');
    },
  );

  test('such as adding more comments than one transaction holds', async ({ engines }) => {
    const comments = Array.from({ length: 20 }, () => ({ kind: 'comment', text: '((Description))' }));
    const { report, get } = await projectWith(
      engines,
      [macroOf('first', ...comments), macroOf('second', ...comments)],
      [onSubmit('a', 'first'), onSubmit('b', 'second')],
    );
    expect((await report({ description: fourBytes.repeat(30_000) })).status).toBe(201);
    const { items } = await get('/tickets/BUG-0001/history?order=asc');
    expect(items).toMatchObject([
      { cause: { key: 'a' }, changes: Array.from({ length: 20 }, () => ({ path: 'comment' })) },
      { cause: { key: 'b' }, changes: [], problem: expect.stringContaining('at most') },
    ]);
  });

  test('such as running one macro twice, and the history says so', async ({ engines }) => {
    const { report, get } = await projectWith(
      engines,
      [macroOf('note', { kind: 'comment', text: 'Seen' })],
      [onSubmit('a', 'note'), onSubmit('b', 'note'), onSubmit('c', 'note')],
    );
    expect((await report()).status).toBe(201);
    const { items } = await get('/tickets/BUG-0001/history?order=asc');
    const reason = 'its macro "note" has run already in this chain';
    expect(items).toMatchObject([
      { cause: { key: 'a' } },
      {
        cause: { kind: 'source', key: 'appcrashlog' },
        changes: [],
        stopped: [
          { automation: 'b', reason },
          { automation: 'c', reason },
        ],
      },
    ]);
  });
});

describe('the history', () => {
  test('shows of long values the beginning and the size', async ({ engines }) => {
    const loud = macroOf('loud', { kind: 'setFields', fields: { description: '((Description | upper))' } });
    const { report, get } = await projectWith(engines, [loud], [onSubmit('at-once', 'loud')], descriptionsOf(60_000));
    expect((await report({ description: '\u{10428}'.repeat(60_000) })).status).toBe(201);
    const [{ changes }] = (await get('/tickets/BUG-0001/history')).items;
    expect(changes).toEqual([
      {
        path: 'field.description',
        from: expect.stringMatching(/^\u{10428}{100,300}… \(240000 bytes\)$/u),
        to: expect.stringMatching(/^\u{10400}{100,300}… \(240000 bytes\)$/u),
      },
    ]);
  });

  test('says what became of every action of every macro, and why points were given', async ({ engines }) => {
    const first = macroOf('first', { kind: 'setFields', fields: { occurrences: 3 } });
    const second = macroOf(
      'second',
      { kind: 'score', points: 5, reason: 'A fine report' },
      { kind: 'comment', text: '((OS version))' },
      { kind: 'workflow', status: 'Open' },
      { kind: 'webhook', method: 'POST', url: 'https://example.com/', body: '{}' },
    );
    const then = { key: 'then', trigger: 'modify', macro: 'second', filter: { field: 'occurrences', op: 'changed' } };
    const { report, get } = await projectWith(engines, [first, second], [onSubmit('at-once', 'first'), then]);
    await report();
    const [, entry] = (await get('/tickets/BUG-0001/history?order=asc')).items;
    expect(entry).toMatchObject({
      cause: { chain: ['first', 'second'] },
      actions: [
        { kind: 'score', action: 'score-1', outcome: 'applied' },
        { kind: 'comment', action: 'comment-2', outcome: 'skipped', reason: 'the comment is empty' },
        { kind: 'workflow', action: 'workflow-3', outcome: 'applied' },
        { kind: 'webhook', action: 'webhook-4', outcome: 'queued', delivery: expect.any(String) },
      ],
    });
    expect((await get('/members/jim%40example.com/history')).items).toMatchObject([
      { changes: [{ path: 'member.score', from: 0, to: 5, reason: 'A fine report' }] },
    ]);
  });

  test('and the comments keep the order in which one macro, or several, made them', async ({ engines }) => {
    const texts = Array.from({ length: 12 }, (_, place) => `Remark ${place}`);
    const remarks = macroOf('remarks', ...texts.map((text) => ({ kind: 'comment', text })));
    const broken = ['b1', 'b2', 'b3', 'b4', 'b5'].map((key) =>
      macroOf(key, { kind: 'setFields', fields: { severity: '((Summary))' } }),
    );
    const { report, get } = await projectWith(
      engines,
      [remarks, ...broken],
      [onSubmit('a', 'remarks'), ...broken.map(({ key }) => onSubmit(key, key))],
    );
    await report();
    const { items: comments } = await get('/tickets/BUG-0001/comments?order=asc');
    expect(comments.map(({ text }: { text: string }) => text)).toEqual(texts);
    const { items } = await get('/tickets/BUG-0001/history?order=asc');
    expect(items.map(({ cause }: { cause: { key: string } }) => cause.key)).toEqual([
      'a',
      'b1',
      'b2',
      'b3',
      'b4',
      'b5',
    ]);
  });
});

describe('a run', () => {
  test('fails for a ticket that would become too large, values from outside counted', async ({ engines }) => {
    const twice = macroOf('twice', {
      kind: 'setFields',
      fields: { description: '((Description))((Description))' },
    });
    const { report, run, project } = await projectWith(engines, [twice], [], descriptionsOf(60_000));
    await report({ description: fourBytes.repeat(25_000) });
    await engines.table.client.send(
      new UpdateCommand({
        TableName: engines.table.name,
        Key: ticketKey(project, 'BUG-0001'),
        UpdateExpression: 'SET #external = :external',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#external': 'external' },
        ExpressionAttributeValues: { ':external': { jira: { key: 'y'.repeat(200_000) } } },
      }),
    );
    expect((await run('twice')).results).toMatchObject([
      { outcome: 'failed', reason: expect.stringMatching(/would have 400\d{3} bytes; at most 358400/) },
    ]);
  });

  test('goes on where one target breaks, and says so', async ({ engines }) => {
    const { report, run, get } = await projectWith(engines, []);
    await report();
    await report();
    const undo = breakTransaction(engines.table);
    const { id, results } = await run('close', { tickets: ['BUG-0001', 'BUG-0002'] });
    undo();
    expect(results).toMatchObject([
      { ticket: 'BUG-0001', outcome: 'failed', reason: expect.stringContaining('look at the record') },
      { ticket: 'BUG-0002', outcome: 'done' },
    ]);
    expect(await get(`/runs/${id}`)).toMatchObject({ state: 'done', done: 1, failed: 1 });
  });
});

describe('an e-mail', () => {
  const mailTo = (to: string, more: object = {}) =>
    macroOf('tell', { kind: 'email', to, subject: 'Hello', text: 'Hello', ...more });

  test('goes to one address for each tag, whatever outsiders write', async ({ engines }) => {
    const { report, run, get } = await projectWith(engines, [mailTo('((Summary)), pm@example.com')]);
    await report({ summary: 'a@example.com, b@example.com' });
    await report({ summary: 'a@example.com,b.example.com' });
    await report({ summary: 'a@example.com' });
    const { results } = await run('tell', { tickets: ['BUG-0001', 'BUG-0002', 'BUG-0003'] });
    const reason = '((Summary)) is not an e-mail address';
    expect(results).toMatchObject([{ outcome: 'failed', reason }, { outcome: 'failed', reason }, { outcome: 'done' }]);
    expect((await get(`/deliveries/${results[2].actions[0].delivery}`)).outcome).toBe('pending');
  });

  test('that is longer than mails may be fails, with its size', async ({ engines }) => {
    const long = mailTo('pm@example.com', { text: '((Description))!' });
    const { report, run } = await projectWith(engines, [long]);
    await report({ description: 'x'.repeat(30_000) });
    expect((await run('tell')).results).toMatchObject([
      { outcome: 'failed', reason: 'the text has 30001 characters; at most 30000 can be sent' },
    ]);
  });
});

test('comments on members can be read', async ({ engines }) => {
  const remark = { ...macroOf('remark', { kind: 'comment', text: 'Keen' }), target: 'member', feedbackType: undefined };
  const { run, get } = await projectWith(engines, [remark]);
  await run('remark', { members: ['jim@example.com'] });
  expect((await get('/members/jim%40example.com/comments')).items).toMatchObject([{ text: 'Keen' }]);
});
