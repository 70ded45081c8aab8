import { describe, expect } from 'vitest';
import { Macro } from '../../core/document/schema-macros.ts';
import { personClaims } from '../admin.ts';
import { type TestEngines, test } from '../engines.ts';
import { dieAtWrite, hideCommit, injectConflicts, leaveUnprocessed, loseAnswer, loseEveryAnswer } from '../faults.ts';
import { macroWorker, projectWithRuns } from '../run-project.ts';

type Project = Awaited<ReturnType<typeof projectWithRuns>>;

/** Begins a run of `close` over all issues of a project, counted and in the queue. */
async function beginClosing(project: Project, body: object = { tickets: project.ids }) {
  const { id } = Object((await project.start('close', body)).json);
  const [message] = await project.takeAll();
  if (message !== undefined) await project.work(message);
  return { id: String(id), pages: await project.takeAll() };
}

/** Expects every ticket to have been closed by the run, once. */
async function expectClosedOnce({ ids, changesBy, get }: Project, run: string): Promise<void> {
  expect(await get(run)).toMatchObject({ state: 'done', total: ids.length, done: ids.length, failed: 0, skipped: 0 });
  expect(await Promise.all(ids.map((ticket) => changesBy(run, ticket)))).toEqual(ids.map(() => 1));
}

const statusIs = (status: string) => ({ field: 'status', op: 'equals', value: status });

describe('a run over more targets than a page', () => {
  test('goes through the queue and closes every ticket once', async ({ engines }) => {
    const project = await projectWithRuns(engines, { tickets: 60 });
    const { ids, start, workOff, results, path } = project;
    const answer = await start('close', { tickets: ids });
    const { id } = Object(answer.json);
    expect(answer).toMatchObject({
      status: 202,
      headers: { location: `https://api.example.com/admin/v1${path}/runs/${id}` },
      json: { id, macro: 'close', kind: 'macro', state: 'counting', total: 60, done: 0 },
    });
    await workOff();
    const all = await results(id);
    expect(all.map(({ ticket }) => ticket)).toEqual(ids);
    expect(all.map(({ outcome }) => outcome)).toEqual(ids.map(() => 'done'));
    await expectClosedOnce(project, id);
  });

  test('shows how far it has come, how fast it goes and how long it still takes', async ({ engines }) => {
    const project = await projectWithRuns(engines, { tickets: 100 });
    const { id, pages } = await beginClosing(project);
    expect(await project.get(id)).not.toHaveProperty('perSecond');
    for (const page of pages.slice(0, 3)) await project.work(page);
    project.clock.advance(30_000);
    expect(await project.get(id)).toMatchObject({ state: 'running', done: 75, perSecond: 2.5, secondsLeft: 10 });
    for (const page of pages.slice(3)) await project.work(page);
    const { finishedAt, ...ended } = await project.get(id);
    expect([ended.state, finishedAt]).toEqual(['done', '2026-11-21T09:00:30.000Z']);
    expect(ended).not.toHaveProperty('secondsLeft');
  });

  test('finds what a saved filter finds, in the order of the tickets, and says how many before it is started', async ({
    engines,
  }) => {
    const isCritical = (number: number) => number % 3 === 0;
    const { ids, start, ask, get, workOff, results, ...project } = await projectWithRuns(engines, {
      tickets: 90,
      describe: (number) => ({ fields: { summary: 'x', severity: isCritical(number) ? 'Critical' : 'Low' } }),
    });
    const { id } = Object((await start('close', { filter: 'critical', confirm: true })).json);
    await workOff();
    expect(await get(id)).toMatchObject({
      state: 'counted',
      total: 30,
      done: 0,
      confirm: true,
      over: { kind: 'records', filter: 'critical', feedbackTypes: ['issues'] },
    });
    expect(await project.takeAll()).toEqual([]);
    expect(await ask(id, 'start')).toMatchObject({ status: 202, json: { state: 'running', total: 30 } });
    await workOff();
    expect(await get(id)).toMatchObject({ state: 'done', done: 30 });
    const critical = ids.filter((_, place) => isCritical(place + 1));
    expect((await results(id)).map(({ ticket }) => ticket)).toEqual(critical);
  });

  test('of a macro that asks first waits for its start, however few its targets', async ({ engines }) => {
    const { ids, start, ask, get, workOff } = await projectWithRuns(engines, {
      tickets: 2,
      change: ({ macros }) => {
        for (const macro of macros) macro.confirm = true;
      },
    });
    const { id } = Object((await start('close', { tickets: ids })).json);
    await workOff();
    expect(await get(id)).toMatchObject({ state: 'counted', total: 2, done: 0 });
    await ask(id, 'start');
    await workOff();
    expect(await get(id)).toMatchObject({ state: 'done', done: 2, results: [{ ticket: ids[0] }, { ticket: ids[1] }] });
  });

  test('reads the submitter where the filter does, and goes over members as well', async ({ engines }) => {
    const { start, get, workOff, results } = await projectWithRuns(engines, {
      tickets: 40,
      describe: (number) => ({ submitter: number <= 30 ? 'jim@example.com' : 'crash-bot@example.com' }),
    });
    const ofJim = { where: { field: 'submitter.name', op: 'equals', value: 'Jim' } };
    const { id } = Object((await start('close', ofJim)).json);
    await workOff();
    expect(await get(id)).toMatchObject({ state: 'done', total: 30, done: 30 });
    const testers = { where: { field: 'member.teams', op: 'contains', value: 'testers' } };
    const thanks = Object((await start('thank', testers)).json);
    await workOff();
    expect(await get(thanks.id)).toMatchObject({ state: 'done', total: 3, done: 3 });
    const emails = ['ada@example.com', 'crash-bot@example.com', 'jim@example.com'];
    expect((await results(thanks.id)).map(({ member }) => member)).toEqual(emails);
  });

  test('over nothing is done at once, or when it is started', async ({ engines }) => {
    const { start, ask, get, workOff } = await projectWithRuns(engines, { tickets: 3 });
    const none = { where: statusIs('Closed') };
    const { id } = Object((await start('close', none)).json);
    await workOff();
    expect(await get(id)).toMatchObject({ state: 'done', total: 0, finishedAt: '2026-11-21T09:00:00.000Z' });
    const waiting = Object((await start('close', { ...none, confirm: true })).json).id;
    await workOff();
    expect(await get(waiting)).toMatchObject({ state: 'counted', total: 0 });
    expect(await ask(waiting, 'start')).toMatchObject({ status: 202, json: { state: 'done', total: 0 } });
  });

  test('skips a ticket that no longer matches when its turn comes', async ({ engines }) => {
    const { ids, start, get, takeAll, work, workOff, results } = await projectWithRuns(engines, { tickets: 30 });
    const { id } = Object((await start('close', { where: statusIs('New') })).json);
    const [count] = await takeAll();
    if (count !== undefined) await work(count);
    await start('close', { tickets: [ids[4]] });
    await workOff();
    expect(await get(id)).toMatchObject({ state: 'done', total: 30, done: 29, skipped: 1 });
    expect(await results(id, '&outcome=skipped')).toEqual([
      { ticket: ids[4], outcome: 'skipped', reason: 'no longer matches the filter', actions: [] },
    ]);
  });

  test('changes a submitter of many of its tickets once for each of them', async ({ engines }) => {
    const points = { kind: 'score', points: 5 };
    const team = { kind: 'teams', add: ['beta-support'] };
    const both = { key: 'both', name: 'Both', target: 'feedback', feedbackType: 'issues' };
    const { ids, start, get, workOff, call, path } = await projectWithRuns(engines, {
      tickets: 50,
      describe: (number) => ({ submitter: number % 2 === 0 ? 'jim@example.com' : 'ada@example.com' }),
      change: ({ macros }) => macros.push(Macro.parse({ ...both, actions: [points, team] })),
    });
    const { id } = Object((await start('both', { tickets: ids })).json);
    await workOff(1);
    expect(await get(id)).toMatchObject({ state: 'done', done: 50, failed: 0 });
    expect((await call('GET', `${path}/members/jim@example.com`)).json).toMatchObject({ score: 125 });
    expect((await call('GET', `${path}/members/ada@example.com`)).json).toMatchObject({ score: 125 });
  });
});

describe('a cancelled run', () => {
  test('begins no further page, and when it is resumed closes the rest, each ticket once', async ({ engines }) => {
    const project = await projectWithRuns(engines, { tickets: 100 });
    const { ids, ask, get, work, workOff, clock } = project;
    const { id, pages } = await beginClosing(project);
    const [first, ...others] = pages;
    if (first !== undefined) await work(first);
    expect(await ask(id, 'cancel')).toMatchObject({ status: 202, json: { state: 'cancelled', done: 25, total: 100 } });
    for (const page of others) expect(await work(page)).toMatchObject({ outcome: 'cancelled' });
    expect(await get(id)).toMatchObject({ state: 'cancelled', done: 25 });
    clock.advance(60_000);
    expect(await ask(id, 'resume')).toMatchObject({
      status: 202,
      json: { state: 'running', resumedAt: '2026-11-21T09:01:00.000Z' },
    });
    const sent = await workOff();
    expect(sent.filter(({ outcome }) => outcome === 'settled')).toHaveLength(3);
    expect(ids).toHaveLength(100);
    await expectClosedOnce(project, id);
  });

  test('waits for the page at work, and is cancelled when that ends', async ({ engines }) => {
    const project = await projectWithRuns(engines, { tickets: 75 });
    const { id, pages } = await beginClosing(project);
    const { cancelled, facts } = await cancelWhile(project, engines, id, pages[0]);
    expect(cancelled).toMatchObject({ status: 202, json: { state: 'cancelling' } });
    expect(facts).toMatchObject({ outcome: 'settled', state: 'cancelled' });
    expect(await project.get(id)).toMatchObject({ state: 'cancelled', done: 25 });
  });

  test('is done where the page at work was the last one', async ({ engines }) => {
    const project = await projectWithRuns(engines, { tickets: 50 });
    const { id, pages } = await beginClosing(project);
    if (pages[0] !== undefined) await project.work(pages[0]);
    const { cancelled, facts } = await cancelWhile(project, engines, id, pages[1]);
    expect(cancelled).toMatchObject({ status: 202, json: { state: 'cancelling' } });
    expect(facts).toMatchObject({ outcome: 'settled', state: 'done' });
    await expectClosedOnce(project, id);
  });

  test('begins no page that was about to begin', async ({ engines }) => {
    const project = await projectWithRuns(engines, { tickets: 50 });
    const { id, pages } = await beginClosing(project);
    const { cancelled, facts } = await cancelWhile(project, engines, id, pages[0], 'leases');
    expect(cancelled).toMatchObject({ status: 202, json: { state: 'cancelled' } });
    expect(facts).toMatchObject({ outcome: 'cancelled' });
    expect(await project.get(id)).toMatchObject({ state: 'cancelled', done: 0 });
    expect(await project.results(id)).toEqual([]);
  });

  test('while it is counted goes on counting when it is resumed', async ({ engines }) => {
    const project = await projectWithRuns(engines, { tickets: 30 });
    const { id } = Object((await project.start('close', { where: statusIs('New') })).json);
    expect(await project.ask(id, 'cancel')).toMatchObject({ status: 202, json: { state: 'cancelled' } });
    await project.workOff();
    expect(await project.get(id)).toMatchObject({ state: 'cancelled', total: 0 });
    expect(await project.ask(id, 'resume')).toMatchObject({ status: 202, json: { state: 'counting' } });
    await project.workOff();
    await expectClosedOnce(project, id);
  });

  test('that was never started waits again for its start when it is resumed', async ({ engines }) => {
    const project = await projectWithRuns(engines, { tickets: 3 });
    const { id } = await beginClosing(project, { tickets: project.ids, confirm: true });
    await project.ask(id, 'cancel');
    expect(await project.ask(id, 'resume')).toMatchObject({ status: 202, json: { state: 'counted', total: 3 } });
  });
});

describe('a run that is retried', () => {
  test('works its failed targets again and nothing else, in the same run', async ({ engines }) => {
    const remark = { kind: 'comment', text: '((Summary | truncate: 20))', visibility: 'internal' };
    const inTeam = { kind: 'setFields', fields: { severity: '((description))' } };
    const rate = { key: 'rate', name: 'Rate', target: 'feedback', feedbackType: 'issues', actions: [inTeam, remark] };
    const project = await projectWithRuns(engines, {
      tickets: 60,
      describe: (number) => ({
        fields: { summary: `S${number}`, description: number % 10 === 0 ? 'Nonsense' : 'High' },
      }),
      change: ({ macros }) => {
        const mend = { kind: 'setFields', fields: { description: 'High' } };
        const mending = { key: 'mend', name: 'Mend', target: 'feedback', feedbackType: 'issues', actions: [mend] };
        macros.push(Macro.parse(rate), Macro.parse(mending));
      },
    });
    const { ids, start, ask, get, workOff, results, changesBy } = project;
    const { id } = Object((await start('rate', { tickets: ids })).json);
    await workOff();
    expect(await get(id)).toMatchObject({ state: 'done', done: 54, failed: 6, round: 1 });
    const failed = await results(id, '&outcome=failed');
    expect(failed.map(({ ticket }) => ticket)).toEqual(ids.filter((_, place) => place % 10 === 9));
    const mended = failed.slice(0, 4).map(({ ticket }) => String(ticket));
    await start('mend', { tickets: mended });
    expect(await ask(id, 'retry')).toMatchObject({ status: 202, json: { state: 'running', round: 2, failed: 6 } });
    await workOff();
    expect(await get(id)).toMatchObject({ state: 'done', total: 60, done: 58, failed: 2, round: 2 });
    // Each try of a macro that fails is an entry of the ticket's history, that of one that is done the other.
    expect(await Promise.all(ids.map((ticket) => changesBy(id, ticket)))).toEqual(
      ids.map((_, place) => (place % 10 === 9 ? 2 : 1)),
    );
    expect(await results(id, '&outcome=failed')).toHaveLength(2);
  });

  test('leaves a target alone of which some actions were done, and says so', async ({ engines }) => {
    const toJira = { kind: 'webhook', method: 'PUT', url: 'https://jira.example.com/((Jira ID))', contentType: 'json' };
    const remark = { kind: 'comment', text: 'told Jira', visibility: 'internal' };
    const tell = { key: 'tell', name: 'Tell', target: 'feedback', feedbackType: 'issues' };
    const { ids, start, ask, get, results, workOff, changesBy } = await projectWithRuns(engines, {
      tickets: 2,
      change: ({ macros }) => macros.push(Macro.parse({ ...tell, actions: [remark, { ...toJira, body: '{}' }] })),
    });
    const { id } = Object((await start('tell', { tickets: [...ids, 'BUG-9999'] })).json);
    const failed = await results(id, '&outcome=failed');
    expect(failed).toMatchObject([
      { ticket: ids[0], reason: expect.stringMatching(/Jira ID is empty.*a retry leaves it/) },
      { ticket: ids[1], actions: [{ outcome: 'applied' }, { outcome: 'failed' }] },
      { ticket: 'BUG-9999', reason: 'there is no such ticket' },
    ]);
    expect(await ask(id, 'retry')).toMatchObject({ status: 202, json: { state: 'running', round: 2 } });
    await workOff();
    expect(await get(id)).toMatchObject({ state: 'done', total: 3, failed: 3, round: 2 });
    expect(await results(id, '&outcome=failed')).toEqual(failed);
    expect(await Promise.all(ids.map((ticket) => changesBy(id, ticket)))).toEqual([1, 1]);
  });

  test('after it was cancelled leaves alone what was never begun', async ({ engines }) => {
    const project = await projectWithRuns(engines, { tickets: 49 });
    const { ids, ask, get, workOff, work } = project;
    const { id, pages } = await beginClosing(project, { tickets: ['BUG-9999', ...ids] });
    if (pages[0] !== undefined) await work(pages[0]);
    await ask(id, 'cancel');
    expect(await get(id)).toMatchObject({ state: 'cancelled', done: 24, failed: 1 });
    await ask(id, 'retry');
    await workOff();
    expect(await get(id)).toMatchObject({ state: 'cancelled', done: 24, failed: 1, round: 2 });
    await ask(id, 'resume');
    await workOff();
    expect(await get(id)).toMatchObject({ state: 'done', total: 50, done: 49, failed: 1 });
  });
});

describe('whatever happens', () => {
  test('redelivered pages and repeated messages repeat nothing', async ({ engines }) => {
    const project = await projectWithRuns(engines, { tickets: 60 });
    const { id } = Object((await project.start('close', { where: statusIs('New') })).json);
    const messages = await project.takeAll();
    await Promise.all([...messages, ...messages].map(async (message) => await project.work(message)));
    const pages = await project.takeAll();
    expect(pages).toHaveLength(3);
    const other = macroWorker(engines, project.queue, `${id}/other`, project.clock);
    await Promise.all([...pages, ...pages].map(async (page, place) => await (place % 2 ? other : project.work)(page)));
    for (const page of pages) expect(await project.work(page)).toMatchObject({ outcome: 'done' });
    await expectClosedOnce(project, id);
  });

  test.for([1, 2, 3, 9, 16, 27, 28])(
    'a process that is gone from write %i of a page on leaves it to another, which repeats nothing',
    async (nth, { engines }) => {
      for (const isDone of [true, false]) {
        const project = await projectWithRuns(engines, { tickets: 30 });
        const { id, pages } = await beginClosing(project);
        const undo = dieAtWrite(engines.table, nth, { isDone });
        const [first, second] = pages;
        if (first === undefined || second === undefined) throw new Error('there are two pages');
        await project.work(first).catch(() => undefined);
        undo();
        project.clock.advance(120_000);
        const other = macroWorker(engines, project.queue, `${id}/other`, project.clock);
        await other(second);
        project.clock.advance(120_000);
        await project.tick();
        await project.workOff();
        project.clock.advance(120_000);
        await project.tick();
        await project.workOff();
        await expectClosedOnce(project, id);
        expect(await project.results(id)).toHaveLength(30);
      }
    },
  );

  test('lost messages of counting and of pages are sent again', async ({ engines }) => {
    const project = await projectWithRuns(engines, { tickets: 60 });
    const { id } = Object((await project.start('close', { where: statusIs('New') })).json);
    await project.takeAll();
    await project.tick();
    expect(await project.takeAll()).toEqual([]);
    project.clock.advance(120_000);
    await project.tick();
    const [count] = await project.takeAll();
    expect(count).toMatchObject({ kind: 'count-run' });
    if (count !== undefined) await project.work(count);
    expect(await project.takeAll()).toHaveLength(3);
    project.clock.advance(120_000);
    await project.tick();
    await project.workOff();
    await expectClosedOnce(project, id);
    project.clock.advance(3_600_000);
    await project.tick();
    expect(await project.takeAll()).toEqual([]);
  });

  test('a page is worked although the table was too busy to read it at once', async ({ engines }) => {
    const project = await projectWithRuns(engines, { tickets: 30 });
    const { id, pages } = await beginClosing(project);
    for (const page of pages) {
      const undo = leaveUnprocessed(engines.table);
      const facts = await project.work(page).finally(undo);
      expect(facts).toMatchObject({ outcome: 'settled' });
    }
    await expectClosedOnce(project, id);
  });

  test('a run that goes on is not sent again, and one that stands still wakes nobody', async ({ engines }) => {
    const project = await projectWithRuns(engines, { tickets: 75 });
    const { id, pages } = await beginClosing(project);
    for (const page of pages.slice(0, 2)) {
      await project.work(page);
      project.clock.advance(120_000);
      await project.tick();
      expect(await project.takeAll()).toEqual([]);
    }
    project.clock.advance(120_000);
    await project.tick();
    expect(await project.takeAll()).toEqual([pages[2]]);
    await project.ask(id, 'cancel');
    project.clock.advance(86_400_000);
    await project.tick();
    expect(await project.takeAll()).toEqual([]);
  });

  test.for([
    ['conflicts', (engines: TestEngines) => injectConflicts(engines.table, 4)],
    ['a lost answer', (engines: TestEngines) => loseAnswer(engines.table, 'TransactWrite')],
    ['the loss of every answer', (engines: TestEngines) => loseEveryAnswer(engines.table)],
    ['a commit that is answered late', (engines: TestEngines) => hideCommit(engines.table)],
  ] as const)('%s leaves every ticket closed once', async ([, inject], { engines }) => {
    const project = await projectWithRuns(engines, { tickets: 30 });
    const { id, pages } = await beginClosing(project);
    for (const page of pages) {
      const undo = inject(engines);
      await project.work(page).finally(undo);
    }
    await project.workOff();
    await expectClosedOnce(project, id);
  });
});

describe('who asks something of a run', () => {
  test('is told its state and what would be possible', async ({ engines }) => {
    const project = await projectWithRuns(engines, { tickets: 2 });
    const { id } = Object((await project.start('close', { tickets: project.ids })).json);
    for (const what of ['start', 'cancel', 'resume', 'retry']) {
      const { status, json } = await project.ask(id, what);
      expect([status, Object(json).description]).toEqual([409, expect.stringMatching(/done|No target/)]);
    }
    expect((await project.ask('nothing', 'cancel')).status).toBe(404);
  });

  test('may do so where they may run its macro', async ({ engines }) => {
    const project = await projectWithRuns(engines, { tickets: 30 });
    const ada = project.api.as(personClaims('ada@example.com'));
    const { id } = await beginClosing(project);
    const shown = Object((await project.start('send-to-jira', { tickets: project.ids, confirm: true })).json).id;
    const cancel = async (run: string) => await ada('POST', `${project.path}/runs/${run}/cancel`);
    expect(await cancel(id)).toMatchObject({
      status: 403,
      json: { description: expect.stringContaining('shown to their teams') },
    });
    expect(await cancel(shown)).toMatchObject({ status: 202, json: { state: 'cancelled' } });
    const observer = project.api.as({ token_use: 'access', scope: 'feedbridge/observer' });
    expect((await observer('POST', `${project.path}/runs/${id}/cancel`)).status).toBe(403);
    expect((await observer('GET', `${project.path}/runs/${id}/results`)).status).toBe(200);
  });
});

/** Cancels a run at the instant before a page is leased, or after what it did for its first target is stored. */
async function cancelWhile(
  project: Project,
  { table }: TestEngines,
  run: string,
  page: unknown,
  when: 'leases' | 'RESULT#' = 'RESULT#',
) {
  let cancelled: unknown;
  const name = 'cancelWhile';
  const cancel = async (input: unknown) => {
    if (cancelled !== undefined || !JSON.stringify(input).includes(when)) return;
    cancelled = 'soon';
    cancelled = await project.ask(run, 'cancel');
  };
  table.client.middlewareStack.add(
    (next, context) => async (call) => {
      if (!context.commandName?.startsWith('TransactWrite')) return await next(call);
      if (when === 'leases') await cancel(call.input);
      const result = await next(call);
      if (when === 'RESULT#') await cancel(call.input);
      return result;
    },
    { step: 'initialize', name, priority: 'low' },
  );
  const facts = await project.work(JSON.parse(JSON.stringify(page)));
  table.client.middlewareStack.remove(name);
  return { cancelled, facts };
}
