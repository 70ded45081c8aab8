import { describe, expect } from 'vitest';
import { addingApp } from '../adding-app.ts';
import { test } from '../engines.ts';
import { hideCommit, injectConflicts, interposeOnce } from '../faults.ts';
import { replaceDocument } from '../project.ts';
import { signedBy } from '../signing.ts';

describe('the app that created a ticket', () => {
  test('changes the fields that it names, by its own parameters', async ({ engines }) => {
    const { change, ticket, history } = await addingApp(engines);
    const answer = await change({ occurrences: 12, device: { os: { version: '19.1' } }, severity: null, sumary: 'x' });
    expect(answer).toMatchObject({
      status: 200,
      json: {
        status: 200,
        ticket: { id: 'BUG-0001', feedbackType: 'issues', state: { status: 'New' } },
        ignoredParameters: ['sumary'],
      },
    });
    // Whoever holds a web form's key could ask for one ticket after the other.
    expect(JSON.stringify(answer.json)).not.toContain('jim@example.com');
    const { fields, version, state, submitter } = Object(await ticket());
    expect(fields).toEqual({ summary: 'Crash', occurrences: 12, 'os-version': '19.1' });
    expect({ version, status: state.status, submitter }).toEqual({
      version: 2,
      status: 'New',
      submitter: 'jim@example.com',
    });
    expect(await history()).toMatchObject([
      {
        version: 2,
        cause: { kind: 'source', key: 'appcrashlog' },
        changes: [{ path: 'field.severity', from: 'Low' }, { path: 'field.occurrences', to: 12 }, { to: '19.1' }],
      },
    ]);
    expect((await change({ occurrences: 12 })).status).toBe(200);
    expect(await ticket()).toMatchObject({ version: 2 });
  });

  test('sets off automations on modification', async ({ engines }) => {
    const { change, ticket } = await addingApp(engines, ({ automations }) => {
      automations.push({
        ...{ key: 'closing', enabled: true, trigger: 'modify', macro: 'close' },
        filter: { field: 'ticket.type', op: 'equals', value: 'issues' },
      });
    });
    expect((await change({ occurrences: 2 })).json).toMatchObject({ ticket: { state: { status: 'Closed' } } });
    expect(await ticket()).toMatchObject({ state: { status: 'Closed' }, version: 3 });
  });

  test('adds a public comment', async ({ engines }) => {
    const { comment, comments, history } = await addingApp(engines);
    const answer = await comment({ text: 'Again today' });
    expect(answer).toMatchObject({
      status: 201,
      json: {
        status: 201,
        comment: { text: 'Again today', visibility: 'public', by: { kind: 'source', key: 'appcrashlog' } },
      },
    });
    expect(await comments()).toEqual([Object(answer.json).comment]);
    expect(await history()).toMatchObject([{ version: 2, cause: { kind: 'source', key: 'appcrashlog' } }]);
  });

  test('may repeat a comment under its Idempotency-Key, which is written once', async ({ engines }) => {
    const { comment, comments, clock, send } = await addingApp(engines);
    const once = { headers: { 'idempotency-key': 'one' } };
    const answers = await Promise.all([1, 2, 3].map(() => comment({ text: 'Once' }, once)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    const ids = new Set(answers.map(({ json }) => Object(json).comment.id));
    expect(ids.size).toBe(1);
    clock.advance(60_000);
    const again = await comment({ text: 'Once' }, once);
    expect(again).toMatchObject({ status: 201, headers: { 'idempotency-replayed': 'true' } });
    expect(again.json).toEqual(answers[0]?.json);
    expect((await comment({ text: 'Other' }, once)).status).toBe(422);
    expect(await comments()).toHaveLength(1);
    // A report of the same name is another call, and so is a comment on another ticket.
    expect((await send({ summary: 'Another' }, once)).status).toBe(201);
    expect((await comment({ text: 'Once' }, { ...once, ticket: 'BUG-0002' })).status).toBe(201);
    clock.advance(24 * 60 * 60 * 1_000);
    expect((await comment({ text: 'Other' }, once)).status).toBe(201);
    expect(await comments()).toHaveLength(2);
  });

  test('tries both without doing it', async ({ engines }) => {
    const { change, comment, ticket } = await addingApp(engines);
    const query = 'dryRun=true';
    expect(await change({ occurrences: 2 }, { query })).toMatchObject({ status: 200, json: { dryRun: true } });
    expect(await comment({ text: 'x' }, { query })).toMatchObject({ status: 200, json: { dryRun: true } });
    expect((await change({ occurrences: 'x' }, { query })).status).toBe(400);
    expect((await change({ occurrences: 2 }, { query: 'dryRun=1' })).status).toBe(400);
    expect(await ticket()).toMatchObject({ version: 1 });
  });
});

describe('an addition', () => {
  test('with anything wrong is refused with every problem, and changes nothing', async ({ engines }) => {
    const { change, comment, ticket } = await addingApp(engines);
    const wrong = { summary: null, severity: 'high', frustration: 9, screenshot: 'x', device: { os: { version: 7 } } };
    const answer = await change({ ...wrong, occurrences: 3 });
    expect(answer.status).toBe(400);
    expect(Object(answer.json).errors.map(({ parameter, code }: Record<string, string>) => [parameter, code])).toEqual([
      ['summary', 'required'],
      ['severity', 'invalid_choice'],
      ['frustration', 'out_of_range'],
      ['/device/os/version', 'invalid_type'],
      ['screenshot', 'not_allowed'],
    ]);
    const crowd = Object.fromEntries(Array.from({ length: 90_000 }, (_, place) => [`p${place}`, 1]));
    expect(Object((await comment(crowd)).json).errors).toHaveLength(201);
    const refused = await comment({ text: ' ', visibility: 'internal' });
    expect(refused).toMatchObject({
      status: 400,
      json: {
        errors: [
          { parameter: 'text', code: 'blank' },
          { parameter: 'visibility', code: 'not_allowed' },
        ],
      },
    });
    expect((await comment({ text: 'x' }, { headers: { 'idempotency-key': 'x'.repeat(256) } })).status).toBe(400);
    expect(await ticket()).toMatchObject({ version: 1 });
  });

  test.for([
    ['without a key', { headers: { 'x-api-key': '' } }, 401],
    ['with an unknown key', { headers: { 'x-api-key': `mobile-${'0'.repeat(43)}` } }, 401],
    ['to a ticket that is not there', { ticket: 'BUG-0002' }, 404],
    ['to what is no id', { ticket: 'batch' }, 404],
    ['to a source that is not there', { source: 'other' }, 404],
    ['of another type than JSON', { headers: { 'content-type': 'text/plain' } }, 415],
  ] as const)('%s is refused', async ([, given, status], { engines }) => {
    const { change, comment } = await addingApp(engines);
    expect(await change({ occurrences: 1 }, given)).toMatchObject({ status, json: { status } });
    expect(await comment({ text: 'x' }, given)).toMatchObject({ status, json: { status } });
  });

  test('to a ticket of another source is answered as to one that is not there', async ({ engines }) => {
    const { change, comment, keyOf, ticket } = await addingApp(engines, ({ externalSources }) => {
      const [crashes] = externalSources;
      if (crashes !== undefined) externalSources.push({ ...crashes, key: 'second', aliases: [] });
    });
    expect((await change({ occurrences: 1 }, { source: 'second' })).status).toBe(404);
    expect((await comment({ text: 'x' }, { source: 'second' })).status).toBe(404);
    const web = { 'x-api-key': keyOf('web') };
    expect((await change({ occurrences: 1 }, { headers: web })).status).toBe(403);
    expect((await comment({ text: 'x' }, { source: 'webform', headers: web })).status).toBe(404);
    expect(await ticket()).toMatchObject({ version: 1 });
  });

  test('finds its ticket under the name that its source has now', async ({ engines }) => {
    const { change, document, asAdministrator, project } = await addingApp(engines);
    const { members: _, ...rest } = document;
    const externalSources = rest.externalSources.map((source) =>
      source.key === 'appcrashlog' ? { ...source, key: 'crashes', aliases: ['appcrashlog'] } : source,
    );
    const renamed = { body: { ...rest, externalSources }, headers: { 'if-match': '*' } };
    expect((await asAdministrator('PUT', `/projects/${project}/document`, renamed)).status).toBe(200);
    expect((await change({ occurrences: 1 })).status).toBe(200);
    expect((await change({ occurrences: 2 }, { source: 'crashes' })).status).toBe(200);
  });

  test('is signed where its source asks for that', async ({ engines }) => {
    const { change, comment, asAdministrator, project, document, ticket } = await addingApp(engines);
    const signature = { scheme: 'github', secret: 'hook' } as const;
    const externalSources = document.externalSources.map((source) => ({ ...source, signature }));
    await replaceDocument(engines.table, project, { ...document, externalSources });
    await asAdministrator('PUT', `/projects/${project}/secrets/hook`, { body: { value: 'signs additions' } });
    expect((await change({ occurrences: 1 })).status).toBe(401);
    const signed = (body: string) => ({ headers: signedBy.github({ body, secret: 'signs additions', at: 0 }) });
    const body = JSON.stringify({ occurrences: 1 });
    expect((await change(body, signed(body))).status).toBe(200);
    const text = JSON.stringify({ text: 'Signed' });
    expect((await comment(text, signed(text))).status).toBe(201);
    expect((await comment(`${text} `, signed(text))).status).toBe(401);
    expect(await ticket()).toMatchObject({ version: 3 });
  });

  test('is in the activity of its key, and its log line quotes nothing of it', async ({ engines }) => {
    const { change, comment, asAdministrator, appLines, project } = await addingApp(engines);
    await change({ description: 'private words' });
    await comment({ text: 'private words' });
    await change({ severity: 'none' });
    const { json } = await asAdministrator('GET', '/api-keys/mobile/activity');
    const own = Object(json).items.filter((entry: { project?: string }) => entry.project === project);
    const outcomes = own.map(({ method, outcome, status }: Record<string, unknown>) => [method, outcome, status]);
    expect(outcomes).toEqual(
      expect.arrayContaining([
        ['PATCH', 'accepted', 200],
        ['POST', 'accepted', 201],
        ['PATCH', 'refused', 400],
      ]),
    );
    expect(JSON.stringify(appLines)).not.toContain('private words');
  });

  test('counts against the rate of its source', async ({ engines }) => {
    const { change, comment } = await addingApp(engines, ({ externalSources }) => {
      if (externalSources[0] !== undefined) externalSources[0].maxPerMinute = 3;
    });
    // The report that made the ticket was the first.
    expect((await change({ occurrences: 2 })).status).toBe(200);
    expect((await comment({ text: 'x' })).status).toBe(201);
    const spent = await change({ occurrences: 3 });
    expect(spent).toMatchObject({ status: 429, headers: { 'retry-after': expect.any(String) } });
  });

  test('may come from pages of the origins that its source allows', async ({ engines }) => {
    const { comment } = await addingApp(engines, ({ externalSources }) => {
      externalSources[0]?.allowedOrigins.push('https://app.example.com');
    });
    const { headers } = await comment({ text: 'x' }, { headers: { origin: 'https://app.example.com' } });
    expect(headers['access-control-allow-origin']).toBe('https://app.example.com');
  });

  test('is made although the ticket changes meanwhile, once although its commit seems to fail, or not at all', async ({
    engines,
  }) => {
    const { change, comment, patch, ticket, comments } = await addingApp(engines);
    const restore = interposeOnce(engines.table, () => patch({ fields: { severity: 'High' } }));
    expect((await change({ occurrences: 5 })).status).toBe(200);
    restore();
    expect(await ticket()).toMatchObject({ version: 3, fields: { severity: 'High', occurrences: 5 } });
    const reveal = hideCommit(engines.table);
    const made = await comment({ text: 'Once' }, { headers: { 'idempotency-key': 'hidden' } });
    reveal();
    expect(made.status).toBe(201);
    expect(await comments()).toEqual([Object(made.json).comment]);
    const clear = injectConflicts(engines.table, 100);
    expect(await change({ occurrences: 6 })).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    expect(await comment({ text: 'Twice' })).toMatchObject({ status: 503 });
    clear();
    expect(await ticket()).toMatchObject({ version: 4, fields: { occurrences: 5 } });
  });
});
