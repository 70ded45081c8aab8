import { describe, expect } from 'vitest';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import { findTicket } from '../../adapters/dynamodb/tickets.ts';
import { admin, personClaims } from '../admin.ts';
import { test } from '../engines.ts';
import { injectConflicts } from '../faults.ts';
import { projectWith } from '../macro-project.ts';

const everything = {
  key: 'everything',
  name: 'Everything',
  target: 'feedback',
  feedbackType: 'issues',
  actions: [
    { kind: 'workflow', status: 'Open' },
    {
      kind: 'setFields',
      fields: { occurrences: '((Occurrences | default: 7))', 'os-version': 'was ((OS version))', description: null },
    },
    { kind: 'comment', text: '((ticket.id)) is ((status)), seen ((Occurrences)) times', visibility: 'public' },
    { kind: 'score', points: 5 },
    { kind: 'teams', add: ['project-managers'], remove: ['testers'] },
    {
      kind: 'email',
      to: '((submitter.email)), pm@example.com',
      subject: 'About\n((Summary))',
      text: 'Thank you, ((submitter.name)).',
    },
    { kind: 'webhook', method: 'PUT', url: 'https://example.com/((ticket.id))', body: '{"times": ((Occurrences))}' },
  ],
};

describe('a macro', () => {
  test('makes its changes in order, together, and each action says what became of it', async ({ engines }) => {
    const { report, run, get } = await projectWith(engines, [everything]);
    await report();
    const { id, results } = await run('everything');
    expect(results[0]).toMatchObject({
      ticket: 'BUG-0001',
      outcome: 'done',
      actions: [
        { action: 'workflow-1', outcome: 'applied' },
        { action: 'setFields-2', outcome: 'applied' },
        { action: 'comment-3', outcome: 'applied' },
        { action: 'score-4', outcome: 'applied' },
        { action: 'teams-5', outcome: 'applied' },
        { action: 'email-6', outcome: 'queued' },
        { action: 'webhook-7', outcome: 'queued' },
      ],
    });
    const ticket = await get('/tickets/BUG-0001');
    expect(ticket).toMatchObject({
      version: 2,
      state: { workflow: 'default', status: 'Open', team: 'beta-support' },
      fields: { summary: 'It broke', occurrences: 7, 'os-version': 'was ' },
    });
    expect(ticket.fields).not.toHaveProperty('description');
    expect(ticket).not.toHaveProperty('latestDeliveries');
    const member = await get('/members/jim%40example.com');
    expect(member).toMatchObject({ score: 5, teams: ['project-managers'] });
    const { items: comments } = await get('/tickets/BUG-0001/comments');
    expect(comments).toMatchObject([
      { text: 'BUG-0001 is Open, seen 7 times', visibility: 'public', by: { kind: 'macro', key: 'everything' } },
    ]);
    const { items: history } = await get('/tickets/BUG-0001/history');
    expect(history).toEqual([
      {
        id: expect.any(String),
        at: '2026-11-21T09:00:00.000Z',
        version: 2,
        cause: { kind: 'run', key: id, by: 'root@example.com', chain: ['everything'] },
        changes: [
          { path: 'ticket.status', from: 'New', to: 'Open' },
          { path: 'field.description', from: 'Badly' },
          { path: 'field.occurrences', to: 7 },
          { path: 'field.os-version', to: 'was ' },
          { path: 'comment', to: comments[0].id },
        ],
        actions: results[0].actions,
      },
    ]);
    expect((await get('/members/jim%40example.com/history')).items).toMatchObject([
      {
        cause: { kind: 'run', key: id },
        changes: [
          { path: 'member.score', from: 0, to: 5 },
          { path: 'member.teams', from: ['testers'], to: ['project-managers'] },
        ],
      },
    ]);
    const mail = await get(`/deliveries/${results[0].actions[5].delivery}`);
    expect(mail).toMatchObject({ action: 'email-6', outcome: 'pending', target: { ticket: 'BUG-0001' } });
  });

  test('of which one change cannot be made changes nothing and sends nothing, and the history says why', async ({
    engines,
  }) => {
    const broken = {
      ...everything,
      key: 'broken',
      actions: [...everything.actions, { kind: 'setFields', fields: { severity: '((Summary))' } }],
    };
    const { report, run, get } = await projectWith(engines, [broken]);
    await report();
    const [result] = (await run('broken')).results;
    expect(result).toMatchObject({ outcome: 'failed' });
    expect(result.actions.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      ...Array.from({ length: 7 }, () => 'skipped'),
      'failed',
    ]);
    expect(await get('/tickets/BUG-0001')).toMatchObject({ version: 1, state: { status: 'New' } });
    expect((await get('/deliveries')).items).toEqual([]);
    expect((await get('/tickets/BUG-0001/history')).items).toMatchObject([
      { changes: [], problem: "setFields-8: 'It broke' is not a choice of Severity." },
    ]);
  });

  test('that finds everything as it should be changes nothing and is done', async ({ engines }) => {
    const { report, run, get } = await projectWith(engines, []);
    await report();
    expect((await run('close')).results[0]).toMatchObject({ outcome: 'done' });
    const again = await run('close');
    expect(again.results[0]).toMatchObject({
      outcome: 'done',
      actions: [{ outcome: 'unchanged' }, { outcome: 'applied' }],
    });
    expect((await get('/tickets/BUG-0001/comments')).items).toHaveLength(2);
  });

  test('comments only where it changes something, if told so', async ({ engines }) => {
    const quiet = {
      key: 'quiet',
      name: 'Quiet',
      target: 'feedback',
      feedbackType: 'issues',
      actions: [
        { kind: 'comment', text: 'Opened', onlyIfChanged: true },
        { kind: 'workflow', status: 'Open' },
      ],
    };
    const { report, run, get } = await projectWith(engines, [quiet]);
    await report();
    await run('quiet');
    const again = await run('quiet');
    expect(again.results[0].actions).toMatchObject([
      { outcome: 'skipped', reason: 'the macro changed nothing' },
      { outcome: 'unchanged' },
    ]);
    expect((await get('/tickets/BUG-0001/comments')).items).toHaveLength(1);
    expect((await get('/tickets/BUG-0001')).version).toBe(2);
  });

  test('for members changes the members it is run over', async ({ engines }) => {
    const { run, get, table, project } = { ...(await projectWith(engines, [])), table: engines.table };
    const { results } = await run('thank', { members: ['Jim@Example.com', 'jim@example.com', 'nobody@example.com'] });
    expect(results).toMatchObject([
      { member: 'jim@example.com', outcome: 'done', actions: [{ kind: 'score', outcome: 'applied' }] },
      { member: 'nobody@example.com', outcome: 'failed', reason: 'there is no such member' },
    ]);
    expect((await findMembers(table, project, ['jim@example.com'])).get('jim@example.com')).toMatchObject({
      version: 2,
      member: { score: 5 },
    });
    expect((await get('/members')).items.map(({ email }: { email: string }) => email)).toContain('jim@example.com');
  });

  test('meets a change by somebody else by deciding again', async ({ engines }) => {
    const { report, run, get } = await projectWith(engines, []);
    await report();
    const undo = injectConflicts(engines.table, 2);
    expect((await run('close')).results[0]).toMatchObject({ outcome: 'done' });
    undo();
    expect((await get('/tickets/BUG-0001')).state.status).toBe('Closed');
  });
});

describe('an automation on submission', () => {
  test('changes the new ticket in the same write, and the answer shows the state after it', async ({ engines }) => {
    const { report, get, project } = await projectWith(
      engines,
      [everything],
      [{ key: 'at-once', trigger: 'submit', macro: 'everything' }],
    );
    const answer = await report();
    expect(answer).toMatchObject({ status: 201, json: { ticket: { state: { status: 'Open' } } } });
    expect(await findTicket(engines.table, project, 'BUG-0001')).toMatchObject({
      version: 2,
      fields: { occurrences: 7 },
    });
    expect((await get('/members/jim%40example.com')).score).toBe(5);
    expect((await get('/tickets/BUG-0001/history')).items).toMatchObject([
      { version: 2, cause: { kind: 'automation', key: 'at-once', chain: ['everything'] } },
    ]);
  });

  test('that cannot be applied never refuses the ticket', async ({ engines }) => {
    const broken = {
      ...everything,
      key: 'broken',
      actions: [{ kind: 'setFields', fields: { severity: '((Summary))' } }],
    };
    const { report, get } = await projectWith(engines, [broken], [{ key: 'bad', trigger: 'submit', macro: 'broken' }]);
    expect((await report()).status).toBe(201);
    expect((await get('/tickets/BUG-0001/history')).items).toMatchObject([
      { changes: [], problem: expect.any(String) },
    ]);
  });
});

describe('a chain', () => {
  const setOccurrences = (key: string, value: string) => ({
    key,
    name: key,
    target: 'feedback',
    feedbackType: 'issues',
    actions: [{ kind: 'setFields', fields: { occurrences: value } }],
  });
  const onChange = (key: string, macro: string, from: string) => ({
    key,
    trigger: 'modify',
    macro,
    feedbackType: 'issues',
    filter: {
      all: [
        { field: 'occurrences', op: 'changed' },
        { field: 'os-version', op: 'equals', value: from },
      ],
    },
  });

  test('of two automations that would trigger each other runs each once and stops', async ({ engines }) => {
    const { report, run, get } = await projectWith(
      engines,
      [setOccurrences('ping', '1'), setOccurrences('pong', '2')],
      [
        { key: 'a', trigger: 'modify', macro: 'pong', filter: { field: 'occurrences', op: 'changed' } },
        { key: 'b', trigger: 'modify', macro: 'ping', filter: { field: 'occurrences', op: 'changed' } },
      ],
    );
    await report();
    await run('ping');
    const { items } = await get('/tickets/BUG-0001/history?order=asc');
    expect(items).toMatchObject([
      {
        version: 2,
        cause: { kind: 'run', chain: ['ping'] },
        stopped: [{ automation: 'b', reason: 'its macro "ping" has run already in this chain' }],
      },
      {
        version: 3,
        cause: { kind: 'automation', key: 'a', chain: ['ping', 'pong'] },
        stopped: [{ automation: 'a' }, { automation: 'b' }],
      },
    ]);
  });

  test('of seven macros in a row ends after five, and the history says so', async ({ engines }) => {
    const numbers = [1, 2, 3, 4, 5, 6, 7];
    const macro = (number: number) => ({
      ...setOccurrences(`m${number}`, String(number)),
      actions: [{ kind: 'setFields', fields: { occurrences: String(number), 'os-version': `v${number}` } }],
    });
    const { report, run, get } = await projectWith(
      engines,
      numbers.map(macro),
      numbers.slice(1).map((number) => onChange(`after-${number - 1}`, `m${number}`, `v${number - 1}`)),
    );
    await report();
    await run('m1');
    expect((await get('/tickets/BUG-0001')).fields).toMatchObject({ occurrences: 5, 'os-version': 'v5' });
    const { items } = await get('/tickets/BUG-0001/history');
    expect(items).toHaveLength(5);
    expect(items[0]).toMatchObject({
      cause: { chain: ['m1', 'm2', 'm3', 'm4', 'm5'] },
      stopped: [{ automation: 'after-5', reason: 'at most 5 macros follow from one another' }],
    });
  });
});

test('observers may read history and comments, and records that do not exist are not found', async ({ engines }) => {
  const { report, project } = await projectWith(engines, []);
  await report();
  const caller = admin(engines, project).as(personClaims('ada@example.com'));
  const status = async (of: string) => (await caller('GET', `/projects/${project}${of}`)).status;
  expect(await status('/tickets/BUG-0001/history')).toBe(200);
  expect(await status('/tickets/BUG-0002/history')).toBe(404);
  expect(await status('/tickets/nothing/comments')).toBe(404);
  expect(await status('/members/nobody%40example.com')).toBe(404);
  expect(await status('/members/nobody/history')).toBe(404);
  expect(await status('/members?limit=0')).toBe(400);
});
