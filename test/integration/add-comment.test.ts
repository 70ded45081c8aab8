import { describe, expect } from 'vitest';
import { test } from '../engines.ts';
import { hideCommit, injectConflicts, interposeOnce } from '../faults.ts';
import { triagedProject } from '../triaged-project.ts';

const machine = (role: string) => ({ token_use: 'access', client_id: 'machine', scope: `feedbridge/${role}` });

describe('a comment', () => {
  test('is written by support, internal unless it says otherwise, and is in the history', async ({ engines }) => {
    const { support, path, comments, history, ticket, clock } = await triagedProject(engines);
    const text = ' It crashes here, too.\n🦊 ';
    const made = await support('POST', `${path}/comments`, { body: { text } });
    expect(made).toMatchObject({
      status: 201,
      json: {
        ...{ text, visibility: 'internal', createdAt: '2026-11-21T09:00:00.000Z' },
        by: { kind: 'person', email: 'ada@example.com' },
      },
    });
    clock.advance(1_000);
    await support('POST', `${path}/comments`, { body: { text: 'Thank you!', visibility: 'public' } });
    expect(await comments()).toMatchObject([made.json, { text: 'Thank you!', visibility: 'public' }]);
    expect(await history()).toMatchObject([
      {
        version: 2,
        cause: { kind: 'person', by: 'ada@example.com' },
        changes: [{ path: 'comment', to: Object(made.json).id }],
      },
      { version: 3 },
    ]);
    expect(await ticket()).toMatchObject({ version: 3 });
  });

  test('is written on a member as well', async ({ engines }) => {
    const { support, project } = await triagedProject(engines);
    const path = `/projects/${project}/members/JIM%40example.com`;
    const made = await support('POST', `${path}/comments`, { body: { text: 'Always helpful' } });
    expect(made).toMatchObject({ status: 201, json: { text: 'Always helpful' } });
    expect((await support('GET', `${path}/comments`)).json).toMatchObject({ items: [made.json] });
    expect((await support('GET', `${path}/history`)).json).toMatchObject({
      items: [{ cause: { kind: 'person', by: 'ada@example.com' } }],
    });
  });

  test('of a machine names its scope', async ({ engines }) => {
    const { as, path } = await triagedProject(engines);
    const made = await as(machine('support'))('POST', `${path}/comments`, { body: { text: 'From CI' } });
    expect(made).toMatchObject({ status: 201, json: { by: { kind: 'person', key: 'feedbridge/support' } } });
  });

  test('sets off automations on modification', async ({ engines }) => {
    const { support, path, ticket } = await triagedProject(engines, ({ automations }) => {
      automations.push({ key: 'closing', enabled: true, trigger: 'modify', macro: 'close' });
    });
    await support('POST', `${path}/comments`, { body: { text: 'Done' } });
    expect(await ticket()).toMatchObject({ state: { status: 'Closed' } });
  });

  test.for([
    [{}, [['text', 'required']]],
    [{ text: null }, [['text', 'required']]],
    [{ text: ' \n' }, [['text', 'blank']]],
    [{ text: 'x'.repeat(30_001) }, [['text', 'too_long']]],
    [{ text: 'x', visibility: 'secret' }, [['visibility', 'invalid_choice']]],
    [
      { text: 7, visibility: 7, by: 'me' },
      [
        ['text', 'invalid_type'],
        ['visibility', 'invalid_type'],
        ['by', 'not_allowed'],
      ],
    ],
  ] as const)('such as %j is refused with every problem', async ([body, errors], { engines }) => {
    const { support, path, comments } = await triagedProject(engines);
    const answer = await support('POST', `${path}/comments`, { body });
    expect(answer.status).toBe(400);
    expect(Object(answer.json).errors.map(({ parameter, code }: Record<string, string>) => [parameter, code])).toEqual(
      errors,
    );
    expect(await comments()).toEqual([]);
  });

  test('of an observer is refused, and on what is not there as well', async ({ engines }) => {
    const { watcher, support, path, project } = await triagedProject(engines);
    const request = { body: { text: 'x' } };
    expect((await watcher('POST', `${path}/comments`, request)).status).toBe(403);
    for (const other of [`${path}9`, `/projects/${project}/members/none@example.com`]) {
      expect((await support('POST', `${other}/comments`, request)).status).toBe(404);
      expect((await support('POST', `${other}/comments`, { body: '{' })).status).toBe(404);
    }
  });

  test('is written although the ticket changes meanwhile, and once although its commit seems to fail', async ({
    engines,
  }) => {
    const { support, path, patch, comments } = await triagedProject(engines);
    const write = async () => await support('POST', `${path}/comments`, { body: { text: 'Once' } });
    const restore = interposeOnce(engines.table, () => patch({ fields: { severity: 'High' } }));
    expect((await write()).status).toBe(201);
    restore();
    const reveal = hideCommit(engines.table);
    expect((await write()).status).toBe(201);
    reveal();
    expect(await comments()).toHaveLength(2);
    const clear = injectConflicts(engines.table, 100);
    expect(await write()).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    clear();
    expect(await comments()).toHaveLength(2);
  });
});
