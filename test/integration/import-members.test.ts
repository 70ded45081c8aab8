import { describe, expect } from 'vitest';
import { Automation } from '../../core/document/schema-automations.ts';
import { Macro } from '../../core/document/schema-macros.ts';
import { type AdminCaller, personClaims } from '../admin.ts';
import { test } from '../engines.ts';
import { loseEveryAnswer } from '../faults.ts';
import { projectWithRuns } from '../run-project.ts';

const headers = { 'content-type': 'text/csv' };
const header = 'email,name,teams,role,app-usage.sessions,app-usage.pro';

type Project = Awaited<ReturnType<typeof projectWithRuns>>;

const importAs = (call: AdminCaller, { path }: Project, body: string | Uint8Array, query = '') =>
  call('POST', `${path}/members/import${query}`, { headers, body });
const importing = (project: Project, body: string | Uint8Array, query = '') =>
  importAs(project.call, project, body, query);
const memberOf = async ({ call, path }: Project, email: string) =>
  Object((await call('GET', `${path}/members/${email}`)).json);

describe('a file of members', () => {
  test('adds who is missing, changes what it says of the others, and says so of each line', async ({ engines }) => {
    const project = await projectWithRuns(engines);
    const file = [
      header,
      'New.One@example.com,"One, New",testers; beta-support,observer,12,true',
      '',
      'jim@example.com,,,support,,',
      'ada@example.com,Ada,testers;beta-support,support,,',
    ].join('\r\n');
    const started = await importing(project, `\ufeff${file}\r\n`);
    expect(started).toMatchObject({
      status: 202,
      json: {
        ...{ kind: 'import', state: 'done', total: 3, done: 3, failed: 0 },
        results: [
          { line: 2, member: 'new.one@example.com', outcome: 'done', change: 'added' },
          { line: 4, member: 'jim@example.com', outcome: 'done', change: 'changed' },
          { line: 5, member: 'ada@example.com', outcome: 'done', change: 'unchanged' },
        ],
      },
    });
    expect(await memberOf(project, 'new.one@example.com')).toEqual({
      ...{ email: 'new.one@example.com', name: 'One, New', teams: ['testers', 'beta-support'], role: 'observer' },
      ...{ score: 0, external: { 'app-usage': { sessions: 12, pro: true } }, version: 1 },
    });
    expect(await memberOf(project, 'jim@example.com')).toMatchObject({
      ...{ name: 'Jim', teams: ['testers'], role: 'support', version: 2 },
    });
    const { json } = await project.call('GET', `${project.path}/members/jim@example.com/history`);
    const cause = { kind: 'run', key: Object(started.json).id, by: 'root@example.com' };
    expect(json).toMatchObject({ items: [{ cause, changes: [{ path: 'member.role', to: 'support' }] }] });
    expect(await importing(project, file)).toMatchObject({
      json: { results: [{ change: 'unchanged' }, { change: 'unchanged' }, { change: 'unchanged' }] },
    });
  });

  test('with bad lines changes nothing and names each of them with all of its problems, and imports the rest where that is asked', async ({
    engines,
  }) => {
    const project = await projectWithRuns(engines);
    const file = [
      header,
      'good@example.com,"Good\r\nIndeed",testers,,,',
      'not an address,,nobody;testers,boss,many,perhaps',
      'GOOD@example.com,Twice,,,,',
      'short@example.com,Short',
      'nul@example.com,a\0b,,,,',
    ].join('\r\n');
    const refused = await importing(project, file);
    expect(refused).toMatchObject({
      status: 400,
      json: { description: '4 of 5 lines are wrong: nothing was imported.' },
    });
    expect(Object(refused.json).errors.map(({ parameter, code }: Record<string, string>) => [parameter, code])).toEqual(
      [
        ['line 4: email', 'invalid_text'],
        ['line 4: teams.0', 'invalid_choice'],
        ['line 4: role', 'invalid_choice'],
        ['line 4: external.app-usage.sessions', 'invalid_type'],
        ['line 4: external.app-usage.pro', 'invalid_type'],
        ['line 5: email', 'not_allowed'],
        ['line 6: line', 'invalid_text'],
        ['line 7: line', 'invalid_text'],
      ],
    );
    expect(Object(refused.json).errors[5].message).toBe('Line 5: email is on line 2 already.');
    expect(await importing(project, file, '?dryRun=true')).toMatchObject({
      status: 200,
      json: { dryRun: true, lines: 5, bad: 4, errors: { length: 8 } },
    });
    expect(await memberOf(project, 'good@example.com')).toMatchObject({ status: 404 });
    const started = await importing(project, file, '?skipBad=true');
    expect(started).toMatchObject({ status: 202, json: { total: 1, results: [{ line: 2, change: 'added' }] } });
    expect(await memberOf(project, 'good@example.com')).toMatchObject({ name: 'Good\nIndeed' });
  });

  test('is read with semicolons, tabs, quotes and any line breaks', async ({ engines }) => {
    const project = await projectWithRuns(engines);
    const files = [
      'name;email;teams\r\n"Müller; Jürgen ""JJ""";a@example.com;"testers;beta-support"\r\n',
      'EMAIL\tName\tTeams\nb@example.com\tTab\ttesters;beta-support',
      'email,teams\rc@example.com,testers;beta-support\r',
    ];
    for (const file of files) expect(await importing(project, file)).toMatchObject({ json: { done: 1, total: 1 } });
    expect(await memberOf(project, 'a@example.com')).toMatchObject({ name: 'Müller; Jürgen "JJ"' });
    for (const email of ['a@example.com', 'b@example.com', 'c@example.com']) {
      expect(await memberOf(project, email)).toMatchObject({ teams: ['testers', 'beta-support'] });
    }
  });

  test.for<[string, string | Uint8Array, number, string]>([
    ['is empty', '', 400, 'The file is empty'],
    ['has a header alone', 'email,name\n', 400, 'The file has no line with a member'],
    ['is in another encoding', Buffer.from('email,name\na@example.com,M\xfcller', 'latin1'), 400, 'not UTF-8'],
    ['is UTF-16', Buffer.from('\ufeffemail\na@example.com', 'utf16le'), 400, 'not UTF-8'],
    ['names unknown columns', 'email,nam,app-usage.other,jira.key,\n', 400, '4 parameters were rejected'],
    ['has no column of addresses', 'Jim,jim@example.com\n', 400, 'parameters were rejected'],
    ['has a column twice', 'email,email\n', 400, '1 parameter was rejected'],
    ['does not close a quote', 'email,name\na@example.com,A\nb@example.com,"B\n', 400, '1 of 2 lines are wrong'],
    ['has a quote amid a cell', 'email,name\na@example.com,A "B" C\n', 400, '1 of 1 lines are wrong'],
    ['is over 1 MiB', `email\n${'x'.repeat(1_048_576)}`, 413, 'pieces'],
    ['has more than 50,000 lines', `email\n${'a@b\n'.repeat(50_001)}`, 413, '50000 at most'],
  ])('that %s is refused whole', async ([, body, status, says], { engines }) => {
    const project = await projectWithRuns(engines);
    for (const query of ['', '?skipBad=true']) {
      const refused = await importing(project, body, query);
      expect(refused).toMatchObject({ status, json: { description: expect.stringContaining(says) } });
    }
  });

  test('of another media type is refused with 415', async ({ engines }) => {
    const { call, path } = await projectWithRuns(engines);
    const body = 'email\na@example.com\n';
    const sent = { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body };
    expect((await call('POST', `${path}/members/import`, sent)).status).toBe(415);
  });
});

describe('a long import', () => {
  const lines = (count: number) =>
    Array.from({ length: count }, (_, place) => `user${place}@example.com,User ${place},testers,observer,${place},`);

  test('goes through the queue in pages, happens once where answers are lost and messages come twice, and sets off no automation of those it adds', async ({
    engines,
  }) => {
    const project = await projectWithRuns(engines, {
      change: (document) => {
        const actions = [{ kind: 'score', points: 5 }];
        document.macros.push(Macro.parse({ key: 'reward', name: 'Reward', target: 'member', actions }));
        document.automations = [Automation.parse({ key: 'each', trigger: 'modify', macro: 'reward' })];
      },
    });
    const file = [header, ...lines(60), 'jim@example.com,James,,,,'].join('\n');
    const started = await importing(project, file);
    expect(started).toMatchObject({ status: 202, json: { state: 'counting' } });
    const { id } = Object(started.json);
    const restore = loseEveryAnswer(engines.table);
    await project.workOff();
    restore();
    for (const message of project.received) await project.work(message);
    expect(await project.get(id)).toMatchObject({ state: 'done', total: 61, done: 61, failed: 0 });
    const results = await project.results(id);
    expect(results.map(({ line }) => line)).toEqual(Array.from({ length: 61 }, (_, place) => place + 2));
    expect(await memberOf(project, 'user59@example.com')).toMatchObject({
      ...{ score: 0, version: 1, external: { 'app-usage': { sessions: 59 } } },
    });
    expect(await memberOf(project, 'jim@example.com')).toMatchObject({ name: 'James', score: 5, version: 3 });
  });

  test('is cancelled and resumed, and tries again what the document refused meanwhile', async ({ engines }) => {
    const project = await projectWithRuns(engines);
    const file = [header, ...lines(40)].join('\n');
    const { id } = Object((await importing(project, file)).json);
    const [count] = await project.takeAll();
    if (count !== undefined) await project.work(count);
    expect(await project.ask(id, 'cancel')).toMatchObject({ status: 202, json: { state: 'cancelled' } });
    const support = project.api.as(personClaims('ada@example.com'));
    expect((await support('POST', `${project.path}/runs/${id}/resume`)).status).toBe(403);
    await project.ask(id, 'resume');
    await project.workOff();
    expect(await project.get(id)).toMatchObject({ state: 'done', total: 40, done: 40 });
  });

  test('of a project manager gives no role above theirs, and leaves their own', async ({ engines }) => {
    const project = await projectWithRuns(engines, {
      change: ({ members }) => {
        members.push({ email: 'boss@example.com', name: 'Boss', teams: [], role: 'administrator' });
      },
    });
    const pm = project.api.as(personClaims('pm@example.com'));
    const above = await importAs(pm, project, 'email,role\nx@example.com,administrator\n');
    expect(above).toMatchObject({ status: 400, json: { errors: [{ code: 'not_allowed' }] } });
    const file = 'email,role\npm@example.com,observer\nboss@example.com,observer\nx@example.com,support\n';
    const answer = await importAs(pm, project, file);
    expect(answer).toMatchObject({
      json: { results: [{ outcome: 'failed' }, { outcome: 'failed' }, { outcome: 'done', change: 'added' }] },
    });
    expect(Object(answer.json).results[0].reason).toBe(
      'role is your own: another project manager or an administrator can change it.',
    );
    expect((await importAs(project.api.as(personClaims('ada@example.com')), project, file)).status).toBe(403);
  });
});
