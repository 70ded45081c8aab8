import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect } from 'vitest';
import { listActivity } from '../../adapters/dynamodb/activity.ts';
import { lookupKey } from '../../adapters/dynamodb/keys.ts';
import { Automation } from '../../core/document/schema-automations.ts';
import { Macro } from '../../core/document/schema-macros.ts';
import { type TestEngines, test } from '../engines.ts';
import { breakTransaction } from '../faults.ts';
import { listenerProject } from '../listener-project.ts';
import { issueUpdated, jiraHeaders } from '../outside/jira-events.ts';

const closing = {
  key: 'closing',
  name: 'Closing',
  target: 'feedback',
  feedbackType: 'issues',
  type: 'macro',
  macro: 'close',
  apiKey: 'jira',
};
const ideas = { ...closing, name: 'Closing ideas' };
const done = issueUpdated('APO-7', 'In Progress', 'Done');

describe('a recorded Jira Cloud jira:issue_updated payload with status Done', () => {
  test('posted to jirastatus closes the ticket found by its Jira key; the same payload again answers duplicate', async ({
    engines,
  }) => {
    const { fire, get, activity } = await listenerProject(engines);
    const given = { find: 'APO-7', headers: jiraHeaders('9b6e2c70-1') };
    const { status, json } = await fire('jirastatus', done, given);
    expect([status, json]).toEqual([
      200,
      {
        status: 200,
        outcome: 'executed',
        target: { ticket: 'BUG-0001' },
        run: expect.any(String),
        actions: [{ kind: 'workflow', action: 'workflow-1', outcome: 'applied' }],
      },
    ]);
    expect(await get('/tickets/BUG-0001')).toMatchObject({ state: { status: 'Closed', team: 'project-managers' } });
    const again = await fire('jirastatus', done, given);
    const { run } = Object(json);
    expect([again.status, again.json]).toEqual([
      200,
      { status: 200, outcome: 'duplicate', target: { ticket: 'BUG-0001' }, run },
    ]);
    expect((await get('/tickets/BUG-0001/history')).items).toMatchObject([
      { cause: { kind: 'listener', key: 'jirastatus', chain: ['follow-jira'] } },
      { cause: { kind: 'listener', key: 'jiradata' }, changes: [{ path: 'external.jira.key', to: 'APO-7' }, {}] },
    ]);
    const [duplicate, executed] = await activity('jira');
    expect(executed).toMatchObject({ status: 200, outcome: 'executed', ticket: 'BUG-0001', run, method: 'POST' });
    expect(duplicate).toMatchObject({
      outcome: 'duplicate',
      ticket: 'BUG-0001',
      reason: expect.stringContaining('24 hours'),
    });
  });

  test('for an unknown key answers 200 missing there and 404 at jiraclosed; the activity of the key explains both', async ({
    engines,
  }) => {
    const { fire, activity } = await listenerProject(engines);
    const ignored = await fire('jirastatus', done, { find: 'APO-404' });
    expect([ignored.status, ignored.json]).toEqual([200, { status: 200, outcome: 'missing' }]);
    const refused = await fire('jiraclosed', done, { find: 'APO-404' });
    expect([refused.status, refused.json]).toEqual([
      404,
      { status: 404, description: "No ticket is found by 'APO-404'." },
    ]);
    expect((await activity('jira')).slice(0, 2)).toMatchObject([
      { status: 404, outcome: 'refused', reason: "no ticket is found by 'APO-404'" },
      { status: 200, outcome: 'missing', reason: "no ticket is found by 'APO-404'" },
    ]);
  });
});

test('one listener follows four statuses by its map', async ({ engines }) => {
  const { fire, get } = await listenerProject(engines, [], ({ macros }) => {
    for (const action of macros.find(({ key }) => key === 'follow-jira')?.actions ?? []) {
      if (action.kind !== 'workflow' || typeof action.status !== 'object') continue;
      action.status.map = { 'To Do': 'New', 'In Progress': 'Open', Triaged: 'Logged to Jira', Done: 'Closed' };
    }
  });
  const statuses: string[] = [];
  for (const [place, to] of ['In Progress', 'Triaged', 'Done', 'To Do'].entries()) {
    await fire('jirastatus', issueUpdated('APO-7', 'x', to), { find: 'APO-7', headers: jiraHeaders(`${place}`) });
    statuses.push((await get('/tickets/BUG-0001')).state.status);
  }
  expect(statuses).toEqual(['Open', 'Logged to Jira', 'Closed', 'New']);
  const { json } = await fire('jirastatus', issueUpdated('APO-7', 'x', 'Parked'), { find: 'APO-7' });
  expect(json).toMatchObject({
    outcome: 'executed',
    actions: [{ outcome: 'skipped', reason: '"Parked" is not in the map (To Do, In Progress, Triaged, Done)' }],
  });
});

test('an Azure DevOps workitem.updated event finds its ticket by /resource/workItemId', async ({ engines }) => {
  const listener = {
    key: 'ado',
    name: 'Azure DevOps',
    target: 'feedback',
    feedbackType: 'issues',
    type: 'macro',
    macro: 'close',
    find: '/resource/workItemId',
    onMissing: 'ignore',
    apiKey: 'jira',
  };
  const { fire, get } = await listenerProject(engines, [listener], ({ externalDataGroups }) => {
    for (const group of externalDataGroups)
      for (const field of group.fields) if (field.key === 'id') field.lookup = true;
  });
  const event = (workItemId: unknown) => ({
    subscriptionId: '7f0c',
    notificationId: 31,
    eventType: 'workitem.updated',
    resource: { id: 4, workItemId, fields: { 'System.State': { oldValue: 'Active', newValue: 'Closed' } } },
  });
  await fire('jiradata', { key: 'APO-7', id: 512 }, { find: 'BUG-0001' });
  expect((await fire('ado', event(5), { find: 'BUG-0001' })).json).toEqual({ status: 200, outcome: 'missing' });
  expect((await fire('ado', event(512))).json).toMatchObject({ outcome: 'executed', target: { ticket: 'BUG-0001' } });
  expect((await get('/tickets/BUG-0001')).state.status).toBe('Closed');
  expect((await fire('ado', event({}))).status).toBe(400);
  expect((await fire('ado', 'Not JSON')).status).toBe(400);
});

describe('find', () => {
  test('that is missing, empty or a placeholder that its sender left is refused with what to do', async ({
    engines,
  }) => {
    const { fire, activity } = await listenerProject(engines);
    const literal = `$${'{issue.key}'}`;
    const cases: [string | undefined, string][] = [
      [undefined, 'required'],
      ['', 'required'],
      ['  ', 'blank'],
      [literal, 'invalid_text'],
      [`APO-${literal}`, 'invalid_text'],
      ['{{issue.key}}', 'invalid_text'],
    ];
    for (const [find, code] of cases) {
      const { status, json } = await fire('jirastatus', done, find === undefined ? {} : { find });
      expect([find, status, json]).toMatchObject([find, 400, { errors: [{ parameter: 'find', code }] }]);
    }
    const reasons = (await activity('jira')).map(({ reason }: { reason?: string }) => reason);
    expect(reasons[1]).toContain(`The placeholder ${literal} was not replaced by its sender`);
  });

  test('of 2 KB is answered with its beginning', async ({ engines }) => {
    const { fire } = await listenerProject(engines);
    const { status, json } = await fire('jiraclosed', done, { find: 'x'.repeat(2_048) });
    expect([status, json]).toEqual([404, { status: 404, description: `No ticket is found by '${'x'.repeat(100)}…'.` }]);
  });

  test('names a ticket by its id in small letters, and no ticket of another type than the listener is for', async ({
    engines,
  }) => {
    const { fire, get } = await listenerProject(engines, [
      { ...ideas, key: 'ideaclosed', feedbackType: 'ideas', macro: 'plan' },
    ]);
    expect((await fire('jiraclosed', undefined, { find: ' bug-0001 ' })).json).toMatchObject({ outcome: 'executed' });
    expect((await get('/tickets/BUG-0001')).state.status).toBe('Closed');
    expect((await fire('ideaclosed', undefined, { find: 'BUG-0001' })).status).toBe(404);
  });

  test('by a value that two tickets hold is refused, and by one that a ticket held before finds nothing', async ({
    engines,
  }) => {
    const { fire, report } = await listenerProject(engines);
    await report();
    await fire('jiradata', { key: 'APO-7' }, { find: 'BUG-0002' });
    const { status, json } = await fire('jiraclosed', done, { find: 'APO-7' });
    expect([status, json]).toEqual([
      409,
      { status: 409, description: "More than one ticket is found by 'APO-7': BUG-0001, BUG-0002." },
    ]);
    await fire('jiradata', { key: 'APO-8' }, { find: 'BUG-0002' });
    expect((await fire('jiraclosed', done, { find: 'APO-7' })).json).toMatchObject({ target: { ticket: 'BUG-0001' } });
    await fire('jiradata', { key: 'APO-9' }, { find: 'BUG-0001' });
    expect((await fire('jiraclosed', done, { find: 'APO-7' })).status).toBe(404);
  });

  test('by an e-mail address with a + that was not encoded finds the member', async ({ engines }) => {
    const { fire, get } = await listenerProject(engines, [], ({ members }) => {
      members.push({ email: 'jim+beta@example.com', name: 'Jim' });
    });
    const { json } = await fire('thanks', undefined, {
      member: true,
      query: 'find=Jim+Beta@example.com',
    });
    expect(json).toMatchObject({ outcome: 'executed', target: { member: 'jim+beta@example.com' } });
    expect((await get('/members/jim%2Bbeta@example.com')).score).toBe(5);
  });
});

describe('a macro listener', () => {
  test('takes any body, and none', async ({ engines }) => {
    const { fire } = await listenerProject(engines);
    for (const body of [
      undefined,
      '',
      'no JSON',
      '<a/>',
      '[1,2]',
      '"text"',
      'null',
      '{"a":1e400}',
      '{"\\ud800":"\\u0000"}',
    ]) {
      const { status, json } = await fire('jiraclosed', body, {
        find: 'APO-7',
        headers: { 'content-type': 'text/xml' },
      });
      expect([body, status, json]).toMatchObject([body, 200, { outcome: 'executed' }]);
    }
    expect((await fire('jiraclosed', 'x'.repeat(1_048_577), { find: 'APO-7' })).status).toBe(413);
  });

  test('by GET and PUT does the same as by POST', async ({ engines }) => {
    const { fire } = await listenerProject(engines);
    for (const method of ['GET', 'PUT']) {
      expect((await fire('jiraclosed', undefined, { find: 'APO-7', method })).json).toMatchObject({
        outcome: 'executed',
      });
    }
  });

  test('reads the form field payload as GitHub and Slack send it', async ({ engines }) => {
    const { fire, get } = await listenerProject(engines);
    const payload = new URLSearchParams({ payload: JSON.stringify(issueUpdated('APO-7', 'x', 'Done')) }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await fire('jirastatus', payload, { find: 'APO-7', headers });
    expect((await get('/tickets/BUG-0001')).state.status).toBe('Closed');
  });

  test('runs nothing on a ticket that its filter leaves out, and says so with 200', async ({ engines }) => {
    const { fire, get, activity } = await listenerProject(engines);
    const { status, json } = await fire('iosclosed', done, { find: 'APO-7' });
    expect([status, json]).toEqual([200, { status: 200, outcome: 'filtered', target: { ticket: 'BUG-0001' } }]);
    expect((await get('/tickets/BUG-0001')).version).toBe(2);
    expect((await activity('jira'))[0]).toMatchObject({ outcome: 'filtered', ticket: 'BUG-0001' });
  });

  test('evaluates a call again that came to nothing before, and the same call for another listener', async ({
    engines,
  }) => {
    const { fire, report } = await listenerProject(engines);
    const given = { find: 'BUG-0002', headers: { 'idempotency-key': 'k1' } };
    expect((await fire('jirastatus', done, given)).json).toMatchObject({ outcome: 'missing' });
    await report();
    expect((await fire('jirastatus', done, given)).json).toMatchObject({ outcome: 'executed' });
    expect((await fire('jirastatus', done, given)).json).toMatchObject({ outcome: 'duplicate' });
    expect((await fire('jiraclosed', done, given)).json).toMatchObject({ outcome: 'executed' });
  });

  test('executes of the same call twice at once only one', async ({ engines }) => {
    const { fire, get } = await listenerProject(engines);
    const given = { find: 'APO-7', headers: { 'x-github-delivery': 'd1' } };
    const answers = await Promise.all(Array.from({ length: 6 }, () => fire('jiraclosed', done, given)));
    const outcomes = answers.map(({ json }) => Object(json).outcome).toSorted();
    expect(outcomes).toEqual([...Array.from({ length: 5 }, () => 'duplicate'), 'executed']);
    expect((await get('/tickets/BUG-0001/comments')).items).toHaveLength(1);
  });

  test('forgets an executed call after 24 hours', async ({ engines }) => {
    const { fire, clock } = await listenerProject(engines);
    const given = { find: 'APO-7', headers: { 'webhook-id': 'msg_1' } };
    await fire('jiraclosed', done, given);
    clock.advance(24 * 3_600_000 - 1_000);
    expect((await fire('jiraclosed', done, given)).json).toMatchObject({ outcome: 'duplicate' });
    clock.advance(1_000);
    expect((await fire('jiraclosed', done, given)).json).toMatchObject({ outcome: 'executed' });
  });

  test('answers what it is told to on success, and says no to others in our own words', async ({ engines }) => {
    const ack = '<Ack>true</Ack>';
    const listener = { ...closing, key: 'soap', reply: { contentType: 'text/xml', body: ack } };
    const { fire } = await listenerProject(engines, [listener]);
    const { status, text, headers } = await fire('soap', '<a/>', { find: 'APO-7' });
    expect([status, text, headers['content-type']]).toEqual([200, ack, 'text/xml']);
    expect((await fire('soap', '<a/>', { find: 'APO-404' })).json).toMatchObject({ status: 404 });
  });

  test("answers Slack's check of its URL", async ({ engines }) => {
    const { fire } = await listenerProject(engines, [{ ...closing, key: 'slack', challenge: 'slack' }]);
    const { status, text } = await fire('slack', { type: 'url_verification', token: 't', challenge: 'abc' });
    expect([status, text]).toEqual([200, 'abc']);
  });

  test('opens to its own key alone, under its former key as well', async ({ engines }) => {
    const { fire, keyOf } = await listenerProject(engines, [{ ...closing, key: 'renamed', aliases: ['oldname'] }]);
    const wrong = { 'x-api-key': keyOf('web') };
    expect((await fire('jiraclosed', done, { find: 'APO-7', headers: wrong })).status).toBe(403);
    expect((await fire('jiraclosed', done, { find: 'APO-7', headers: { 'x-api-key': 'jira-wrong' } })).status).toBe(
      401,
    );
    expect((await fire('nosuch', done, { find: 'APO-7' })).status).toBe(404);
    expect((await fire('appusage', { sessions: 1 }, { find: 'jim@example.com' })).status).toBe(404);
    expect((await fire('oldname', done, { find: 'APO-7' })).json).toMatchObject({ outcome: 'executed' });
  });
});

describe('a macro listener without a feedback type', () => {
  test('runs no macro that is for another type than the ticket is of', async ({ engines }) => {
    const { fire, reportIdea } = await listenerProject(engines, [{ ...closing, feedbackType: undefined }]);
    await reportIdea();
    const { json } = await fire('closing', undefined, { find: 'IDEA-0001' });
    expect(json).toMatchObject({ outcome: 'filtered', target: { ticket: 'IDEA-0001' } });
  });

  test('of which nothing could be done is evaluated again when it is repeated', async ({ engines }) => {
    const { fire } = await listenerProject(engines, [{ ...closing, key: 'counting', macro: 'count' }], ({ macros }) => {
      const set = { kind: 'setFields', fields: { occurrences: '((request./n))' } };
      macros.push(
        Macro.parse({ key: 'count', name: 'Count', target: 'feedback', feedbackType: 'issues', actions: [set] }),
      );
    });
    const headers = { 'idempotency-key': 'k1' };
    const failed = await fire('counting', { n: 'many' }, { find: 'BUG-0001', headers });
    expect(failed.json).toMatchObject({ outcome: 'executed', actions: [{ outcome: 'failed' }] });
    const again = await fire('counting', { n: 7 }, { find: 'BUG-0001', headers });
    expect(again.json).toMatchObject({ outcome: 'executed', actions: [{ outcome: 'applied' }] });
  });
});

describe('what nothing could keep', () => {
  test('is left out of the body, and where it is needed its own fault is told', async ({ engines }) => {
    const { fire, get } = await listenerProject(engines);
    const body = '{"odd": "\\ud800", "n": 9007199254740993, "issue": {"fields": {"status": {"name": "Done"}}}}';
    expect((await fire('jirastatus', body, { find: 'APO-7' })).json).toMatchObject({
      actions: [{ outcome: 'applied' }],
    });
    expect((await get('/tickets/BUG-0001')).state.status).toBe('Closed');
    const { status, json } = await fire('devnote', '{"comment": {"body": "a\\u0000b"}}', { find: 'APO-7' });
    expect([status, json]).toMatchObject([
      400,
      { errors: [{ parameter: '/comment/body', code: 'invalid_text', message: expect.stringContaining('NUL') }] },
    ]);
  });
});

describe('entries that outlived their values', () => {
  const outlive = async (engines: TestEngines, project: string, count: number) => {
    for (let place = 0; place < count; place += 1) {
      const key = lookupKey(project, 'ticket', 'APO-7', `BUG-${String(9_000 + place)}`);
      await engines.table.client.send(
        new PutCommand({ TableName: engines.table.name, Item: { ...key, type: 'lookup', version: 1 } }),
      );
    }
  };

  test('find nothing, stand in nobody’s way and are cleared away', async ({ engines }) => {
    const { fire, project, report } = await listenerProject(engines);
    await report();
    const key = lookupKey(project, 'ticket', 'APO-7', 'BUG-0002');
    await engines.table.client.send(
      new PutCommand({ TableName: engines.table.name, Item: { ...key, type: 'lookup', version: 1 } }),
    );
    expect((await fire('jiraclosed', done, { find: 'APO-7' })).json).toMatchObject({ target: { ticket: 'BUG-0001' } });
    const { Item } = await engines.table.client.send(new GetCommand({ TableName: engines.table.name, Key: key }));
    expect(Item).toBe(undefined);
  });

  test('in their hundreds are cleared away bit by bit, and no record is said to be missing', async ({ engines }) => {
    const { fire, project } = await listenerProject(engines, [{ ...closing, key: 'any', feedbackType: undefined }]);
    await outlive(engines, project, 120);
    expect((await fire('jiraclosed', done, { find: 'APO-7' })).status).toBe(503);
    expect((await fire('jiraclosed', done, { find: 'APO-7' })).json).toMatchObject({ outcome: 'executed' });
  });
});

test('what broke is in the activity as failed, never as something that happened', async ({ engines }) => {
  const { fire, report, activity } = await listenerProject(engines);
  for (const call of [() => fire('jiraclosed', done, { find: 'APO-7' }), () => report({ severity: 'Critical' })]) {
    const undo = breakTransaction(engines.table);
    expect((await call()).status).toBe(500);
    undo();
  }
  expect((await activity('jira'))[0]).toMatchObject({ status: 500, outcome: 'failed' });
  expect((await activity('mobile'))[0]).toMatchObject({ status: 500, outcome: 'failed' });
  expect((await activity('mobile'))[0]).not.toHaveProperty('ticket');
});

test('callers whom nobody knows leave nothing in the table', async ({ engines }) => {
  const signature = { scheme: 'github', secret: 'hook' };
  const { fire, project } = await listenerProject(engines, [
    { ...closing, key: 'signed', apiKey: undefined, signature },
  ]);
  expect((await fire('signed', done, { find: 'APO-7', headers: { 'x-api-key': '' } })).status).toBe(401);
  const { items } = await listActivity(
    engines.table,
    { project },
    { limit: 10, now: Date.parse('2026-11-21T10:00:00Z') },
  );
  expect(items).toEqual([]);
});

test('activity is listed page by page, newest first, over the hours in which something crossed', async ({
  engines,
}) => {
  const { fire, clock, project } = await listenerProject(engines);
  for (let place = 0; place < 12; place += 1) {
    clock.advance(37 * 3_600_000);
    await fire('jiraclosed', done, { find: `APO-${100 + place}` });
  }
  const reasons: (string | undefined)[] = [];
  let before: string | undefined;
  do {
    const page = await listActivity(engines.table, { apiKey: 'jira' }, { limit: 5, before, now: clock.now() });
    reasons.push(...page.items.filter((one) => one.project === project).map(({ reason }) => reason));
    before = page.next;
  } while (before !== undefined);
  expect(reasons.slice(0, 12)).toEqual(
    Array.from({ length: 12 }, (_, place) => `no ticket is found by 'APO-${111 - place}'`),
  );
});

describe('a comment listener', () => {
  test('adds the text that its parameter points to', async ({ engines }) => {
    const { fire, get } = await listenerProject(engines);
    const { json } = await fire('devnote', { comment: { body: 'Fixed in\n1.5' } }, { find: 'APO-7' });
    expect(json).toEqual({
      status: 200,
      outcome: 'executed',
      target: { ticket: 'BUG-0001' },
      actions: [{ kind: 'comment', outcome: 'applied' }],
    });
    expect((await get('/tickets/BUG-0001/comments')).items).toMatchObject([
      { text: 'Fixed in\n1.5', visibility: 'internal', by: { kind: 'listener', key: 'devnote' } },
    ]);
    expect((await get('/tickets/BUG-0001/history')).items[0]).toMatchObject({
      cause: { kind: 'listener', key: 'devnote' },
      changes: [{ path: 'comment' }],
    });
  });

  test('refuses a body without a usable text, and names everything that is wrong at once', async ({ engines }) => {
    const { fire, get } = await listenerProject(engines);
    for (const [body, code] of [
      [{}, 'required'],
      [{ comment: { body: 7 } }, 'invalid_type'],
      [{ comment: { body: ' ' } }, 'blank'],
      [{ comment: { body: 'x'.repeat(30_001) } }, 'too_long'],
    ] as const) {
      const { status, json } = await fire('devnote', body, { find: '' });
      expect([status, json]).toMatchObject([
        400,
        { errors: [{ parameter: 'find' }, { parameter: '/comment/body', code }] },
      ]);
    }
    for (const body of ['no JSON', '[]', undefined])
      expect((await fire('devnote', body, { find: 'APO-7' })).status).toBe(400);
    expect((await get('/tickets/BUG-0001/comments')).items).toEqual([]);
  });
});

describe('a data listener', () => {
  test('stores what it can read of the body on a member, and names what it cannot', async ({ engines }) => {
    const { fire, get } = await listenerProject(engines);
    const given = { find: 'jim@example.com', member: true } as const;
    const body = { sessions: '12', device: { lastSeen: 'yesterday' }, pro: true };
    expect((await fire('appusage', body, given)).json).toEqual({
      status: 200,
      outcome: 'executed',
      target: { member: 'jim@example.com' },
      actions: [
        {
          kind: 'data',
          outcome: 'applied',
          uncaptured: [{ field: 'last-seen', reason: "'yesterday' is not a date" }],
        },
      ],
    });
    expect((await get('/members/jim%40example.com')).external).toEqual({ 'app-usage': { sessions: 12, pro: true } });
    expect((await fire('appusage', { sessions: 12 }, given)).json).toMatchObject({
      actions: [{ outcome: 'unchanged' }],
    });
    expect((await get('/members/jim%40example.com/history')).items).toHaveLength(1);
  });

  test('refuses a body of which nothing can be stored, and one that is no JSON object', async ({ engines }) => {
    const { fire } = await listenerProject(engines);
    const given = { find: 'jim@example.com', member: true } as const;
    const { status, json } = await fire('appusage', { sessions: 'many' }, given);
    expect([status, json]).toMatchObject([
      400,
      {
        errors: [
          { parameter: 'sessions', code: 'invalid_type', message: "'many' is not a whole number." },
          { parameter: '/device/lastSeen', code: 'required', message: 'The body has no /device/lastSeen.' },
          { parameter: 'pro', code: 'required' },
        ],
      },
    ]);
    expect((await fire('appusage', 'no JSON', given)).status).toBe(400);
  });
});

describe('automations', () => {
  const onData = { key: 'on-data', trigger: 'modify', macro: 'close', filter: { field: 'jira.key', op: 'changed' } };

  test('on modification follow what a listener stored, unless they exclude it', async ({ engines }) => {
    const { fire, get, report } = await listenerProject(engines, [], (document) => {
      document.automations.push(Automation.parse(onData));
    });
    expect((await get('/tickets/BUG-0001')).state.status).toBe('Closed');
    expect((await get('/tickets/BUG-0001/history')).items).toMatchObject([
      { cause: { kind: 'automation', key: 'on-data', chain: ['close'] } },
      { cause: { kind: 'listener', key: 'jiradata' } },
    ]);
    await report();
    await fire('devnote', { comment: { body: 'Nothing else' } }, { find: 'BUG-0002' });
    expect((await get('/tickets/BUG-0002')).state.status).toBe('New');
  });

  test('with unless do not answer what came through that listener', async ({ engines }) => {
    const { get } = await listenerProject(engines, [], (document) => {
      document.automations.push(Automation.parse({ ...onData, unless: { listener: 'jiradata' } }));
    });
    expect((await get('/tickets/BUG-0001')).state.status).toBe('New');
  });

  test('with a limit of once for each ticket run once for each ticket ever', async ({ engines }) => {
    const noting = { key: 'noting', trigger: 'modify', macro: 'close', limit: 'oncePerTicket' };
    const { fire, get, report } = await listenerProject(engines, [], (document) => {
      document.automations = [Automation.parse(noting)];
    });
    expect((await get('/tickets/BUG-0001/comments')).items).toHaveLength(1);
    await fire('jirastatus', issueUpdated('APO-7', 'x', 'To Do'), { find: 'APO-7' });
    expect(await get('/tickets/BUG-0001')).toMatchObject({ state: { status: 'New' } });
    expect((await get('/tickets/BUG-0001/comments')).items).toHaveLength(1);
    await report();
    await fire('jiradata', { key: 'APO-8' }, { find: 'BUG-0002' });
    expect((await get('/tickets/BUG-0002/comments')).items).toHaveLength(1);
  });
});
