import { describe, expect } from 'vitest';
import { readLookup } from '../../adapters/dynamodb/lookups.ts';
import { test } from '../engines.ts';
import { hideCommit, injectConflicts, interposeOnce, loseAnswer } from '../faults.ts';
import { triagedProject } from '../triaged-project.ts';

describe('a ticket', () => {
  test('is changed as a whole, with a history that says who did it', async ({ engines }) => {
    const { manager, path, ticket, history, clock } = await triagedProject(engines);
    const read = await manager('GET', path);
    expect(read.headers.etag).toBe('"1"');
    clock.advance(1_000);
    const body = {
      state: { status: 'Open' },
      fields: { severity: 'High', frustration: 3, platforms: ['iOS'], 'crashed-at': '2026-11-20' },
      external: { jira: { key: 'APO-7', id: 10_007 } },
    };
    const changed = await manager('PATCH', path, { body, headers: { 'if-match': '"1"' } });
    expect(changed).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      json: {
        ...{ id: 'BUG-0001', version: 2, state: { workflow: 'default', status: 'Open', team: 'beta-support' } },
        fields: { summary: 'Crash', severity: 'High', frustration: 3, platforms: ['iOS'], 'crashed-at': '2026-11-20' },
        external: { jira: { key: 'APO-7', id: 10_007 } },
        updatedAt: '2026-11-21T09:00:01.000Z',
        attachments: [],
      },
    });
    expect(await ticket()).toEqual(changed.json);
    expect(await history()).toMatchObject([
      {
        version: 2,
        cause: { kind: 'person', by: 'pm@example.com' },
        changes: [
          { path: 'ticket.status', from: 'New', to: 'Open' },
          { path: 'field.severity', from: 'Low', to: 'High' },
          { path: 'field.frustration', to: 3 },
          { path: 'field.platforms', to: ['iOS'] },
          { path: 'field.crashed-at', to: '2026-11-20' },
          { path: 'external.jira.key', to: 'APO-7' },
          { path: 'external.jira.id', to: 10_007 },
        ],
      },
    ]);
  });

  test('loses what is null, and keeps what is not named', async ({ engines }) => {
    const { patch, ticket } = await triagedProject(engines);
    await patch({
      fields: { description: 'Long', os_version: undefined },
      external: { jira: { key: 'APO-7', id: 7 } },
    });
    await patch({ fields: { severity: null }, external: { jira: { key: null } } });
    expect(await ticket()).toMatchObject({
      fields: { summary: 'Crash', description: 'Long' },
      external: { jira: { id: 7 } },
    });
    expect(Object(await ticket()).fields).not.toHaveProperty('severity');
    await patch({ external: { jira: { id: null } } });
    expect(Object(await ticket()).external).toEqual({});
  });

  test('is found by the values that it has from then on, and no longer by those that it has not', async ({
    engines,
  }) => {
    const { patch, project } = await triagedProject(engines);
    const found = async (value: string) => {
      const ids: string[] = [];
      const place = { project, kind: 'ticket' as const, value, pageSize: 10 };
      for await (const page of readLookup(engines.table, place)) ids.push(...page);
      return ids;
    };
    await patch({ external: { jira: { key: 'APO-7', id: 7 } } });
    expect([await found('APO-7'), await found('7')]).toEqual([['BUG-0001'], []]);
    await patch({ external: { jira: { key: 'APO-8' } } });
    expect([await found('APO-7'), await found('APO-8')]).toEqual([[], ['BUG-0001']]);
    await patch({ external: { jira: { key: null } } });
    expect(await found('APO-8')).toEqual([]);
  });

  test('gets no new version and no history where nothing changes', async ({ engines }) => {
    const { patch, history, manager, path } = await triagedProject(engines);
    for (const body of [
      {},
      { state: {} },
      { state: { status: 'New' }, fields: { severity: 'Low', description: null } },
    ]) {
      expect(await patch(body, '"1"')).toMatchObject({ status: 200, headers: { etag: '"1"' }, json: { version: 1 } });
    }
    expect(await history()).toEqual([]);
    const { json } = await manager('GET', path.replace(/\/tickets.*/, '/audit'));
    expect(Object(json).items.filter(({ action }: { action: string }) => action === 'change-ticket')).toEqual([]);
  });

  test('is refused with every problem at once', async ({ engines }) => {
    const { patch, ticket } = await triagedProject(engines);
    const before = await ticket();
    const answer = await patch({
      state: { status: 'Nwe', team: 'nobody', colour: 'red' },
      fields: {
        summary: ' ',
        severity: 'high',
        frustration: 6,
        screenshot: 'x',
        sumary: 1,
        'crashed-at': '2026-02-30',
      },
      external: { jira: { key: 7, id: 1.5, kay: 'x' }, 'app-usage': { pro: true }, none: {} },
      version: 1,
    });
    expect(answer).toMatchObject({ status: 400, json: { description: '15 parameters were rejected.' } });
    const errors = Object(answer.json).errors.map(({ parameter, code }: Record<string, string>) => [parameter, code]);
    expect(errors).toEqual([
      ['version', 'not_allowed'],
      ['state.colour', 'not_allowed'],
      ['state.team', 'invalid_choice'],
      ['state.status', 'unknown_status'],
      ['fields.sumary', 'not_allowed'],
      ['fields.summary', 'blank'],
      ['fields.severity', 'invalid_choice'],
      ['fields.frustration', 'out_of_range'],
      ['fields.screenshot', 'not_allowed'],
      ['fields.crashed-at', 'invalid_date'],
      ['external.jira.key', 'invalid_type'],
      ['external.jira.id', 'invalid_type'],
      ['external.jira.kay', 'not_allowed'],
      ['external.app-usage', 'not_allowed'],
      ['external.none', 'not_allowed'],
    ]);
    expect(await ticket()).toEqual(before);
  });

  test.for([
    ['no JSON', '{', 400],
    ['a list', [], 400],
    ['parts that are no objects', { state: 'Open', fields: [], external: 7 }, 400],
    ['a required field that is taken away', { fields: { summary: null } }, 400],
    ['a workflow that is not there', { state: { workflow: 'other' } }, 400],
    ['a state that is no text', { state: { status: 5, team: null } }, 400],
    ['a group that is no object', { external: { jira: 'APO-1' } }, 400],
    ['names of the language', { fields: { constructor: 'x' }, external: { __proto__: {}, toString: {} } }, 400],
    ['a text that is not well-formed', '{"fields":{"summary":"\\ud800"}}', 400],
    ['more than a megabyte', { fields: { description: 'x'.repeat(1_100_000) } }, 413],
  ] as const)('refuses %s', async ([, body, status], { engines }) => {
    const { patch, history } = await triagedProject(engines);
    const answer = await patch(body);
    expect(answer).toMatchObject({ status, json: { status } });
    expect(await history()).toEqual([]);
  });

  test('that would be too large for the table is refused with 413', async ({ engines }) => {
    const { patch, ticket } = await triagedProject(engines, ({ feedbackTypes }) => {
      for (let place = 0; place < 14; place += 1) {
        feedbackTypes[0]?.fields.push({
          key: `long-${place}`,
          label: `Long ${place}`,
          kind: 'longText',
          required: false,
          internal: false,
        });
      }
    });
    const fields = Object.fromEntries(Array.from({ length: 14 }, (_, place) => [`long-${place}`, 'x'.repeat(30_000)]));
    expect((await patch({ fields })).status).toBe(413);
    expect(await ticket()).toMatchObject({ version: 1 });
  });

  test('needs If-Match, and takes the version that is there alone', async ({ engines }) => {
    const { manager, path } = await triagedProject(engines);
    const body = { state: { status: 'Open' } };
    expect((await manager('PATCH', path, { body })).status).toBe(428);
    const wrong = await manager('PATCH', path, { body, headers: { 'if-match': '"2"' } });
    expect(wrong).toMatchObject({ status: 412, json: { status: 412 } });
    expect((await manager('PATCH', path, { body, headers: { 'if-match': 'W/"1"' } })).status).toBe(200);
  });

  test('that is not there, or is of another project, is answered with 404', async ({ engines }) => {
    const [{ manager, path }, other] = [await triagedProject(engines), await triagedProject(engines)];
    const request = { body: { state: { status: 'Open' } }, headers: { 'if-match': '*' } };
    for (const id of ['BUG-0002', 'bug-0001', 'x'.repeat(100)]) {
      expect((await manager('PATCH', path.replace('BUG-0001', id), request)).status).toBe(404);
    }
    expect(await other.ticket()).toMatchObject({ version: 1 });
  });

  test('may be moved by support, who may not change its fields', async ({ engines }) => {
    const { support, watcher, path } = await triagedProject(engines);
    const headers = { 'if-match': '*' };
    expect((await support('PATCH', path, { body: { state: { status: 'Open' } }, headers })).status).toBe(200);
    for (const body of [{ fields: { severity: 'High' } }, { state: { status: 'New' }, external: {} }]) {
      expect((await support('PATCH', path, { body, headers })).status).toBe(403);
    }
    expect((await watcher('PATCH', path, { body: {}, headers })).status).toBe(403);
  });

  test('sets off what waits for its modification, in the same change', async ({ engines }) => {
    const { patch, comments, history } = await triagedProject(engines, ({ automations, macros }) => {
      macros.push({
        ...{ key: 'note', name: 'Note', target: 'feedback', confirm: false },
        actions: [{ kind: 'comment', text: 'It is ((status)) now.', visibility: 'internal', onlyIfChanged: false }],
      });
      const where = { field: 'status', op: 'changed' as const };
      automations.push({ key: 'noting', enabled: true, trigger: 'modify', macro: 'note', filter: where });
    });
    expect(await patch({ state: { status: 'Open' } })).toMatchObject({ status: 200, headers: { etag: '"3"' } });
    expect(await comments()).toMatchObject([{ text: 'It is Open now.', by: { kind: 'macro', key: 'note' } }]);
    expect(await history()).toMatchObject([
      { version: 2, cause: { kind: 'person' } },
      { version: 3, cause: { kind: 'automation', key: 'noting', chain: ['note'] } },
    ]);
    await patch({ fields: { severity: 'High' } });
    expect(await comments()).toHaveLength(1);
  });
});

describe('two changes of one ticket at once', () => {
  test('with the same If-Match: one is made, the other is told 412', async ({ engines }) => {
    const { patch, ticket, history } = await triagedProject(engines);
    const severities = ['Medium', 'High', 'Critical'];
    const answers = await Promise.all(severities.map((severity) => patch({ fields: { severity } }, '"1"')));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412, 412]);
    const winner = severities[answers.findIndex(({ status }) => status === 200)];
    expect(await ticket()).toMatchObject({ version: 2, fields: { severity: winner } });
    expect(await history()).toHaveLength(1);
  });

  test('a macro that runs meanwhile makes it 412', async ({ engines }) => {
    const { patch, asAdministrator, project, ticket } = await triagedProject(engines);
    const run = async () =>
      await asAdministrator('POST', `/projects/${project}/macros/close/runs`, { body: { tickets: ['BUG-0001'] } });
    const restore = interposeOnce(engines.table, run);
    const answer = await patch({ fields: { severity: 'High' } }, '"1"');
    restore();
    expect(answer.status).toBe(412);
    expect(await ticket()).toMatchObject({ state: { status: 'Closed' }, fields: { severity: 'Low' } });
  });

  test('of any version are both made, one after the other', async ({ engines }) => {
    const { patch, ticket } = await triagedProject(engines);
    const answers = await Promise.all([patch({ fields: { severity: 'High' } }), patch({ state: { status: 'Open' } })]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await ticket()).toMatchObject({ version: 3, fields: { severity: 'High' }, state: { status: 'Open' } });
  });
});

describe('a change whose commit', () => {
  test.for([
    ['answers twice', (table: Parameters<typeof hideCommit>[0]) => loseAnswer(table, 'TransactWrite')],
    ['is done although its answer says otherwise', hideCommit],
    ['is in the way of others at first', (table: Parameters<typeof hideCommit>[0]) => injectConflicts(table, 2)],
  ] as const)('%s is made once', async ([, fault], { engines }) => {
    const { patch, history } = await triagedProject(engines);
    const restore = fault(engines.table);
    const answer = await patch({ state: { status: 'Open' } }, '"1"');
    restore();
    expect(answer).toMatchObject({ status: 200, headers: { etag: '"2"' } });
    expect(await history()).toHaveLength(1);
  });

  test('is hindered for too long is answered with 503, and nothing is written', async ({ engines }) => {
    const { patch, ticket } = await triagedProject(engines);
    const restore = injectConflicts(engines.table, 100);
    const answer = await patch({ state: { status: 'Open' } }, '"1"');
    restore();
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    expect(await ticket()).toMatchObject({ version: 1 });
  });
});
