import { expect } from 'vitest';
import { test } from '../engines.ts';
import { loseAnswer } from '../faults.ts';
import { replaceDocument } from '../project.ts';
import { projectWithRuns } from '../run-project.ts';

const headers = { 'content-type': 'text/csv' };

async function openedImport(engines: Parameters<typeof projectWithRuns>[0]) {
  const project = await projectWithRuns(engines);
  const opened = await project.call('POST', `${project.path}/imports`);
  const { id } = Object(opened.json);
  const path = `${project.path}/imports/${id}`;
  expect(opened).toMatchObject({ status: 201, headers: { location: `https://api.example.com/admin/v1${path}` } });
  const put = async (piece: number | string, body: string | Uint8Array) =>
    (await project.call('PUT', `${path}/pieces/${piece}`, { headers, body })).status;
  return { ...project, id, at: path, put, begin: (query = '') => project.call('POST', `${path}/start${query}`) };
}

const file = Buffer.from(
  `email,name,teams\n${Array.from({ length: 500 }, (_, place) => `jörg${place}@example.com,"Jörg\r\n${place}",testers\n`).join('')}`,
);

test('a file that comes in pieces is imported as one, wherever it was cut, in whatever order and however often they come', async ({
  engines,
}) => {
  const project = await openedImport(engines);
  const { put, begin, at, call } = project;
  const [first, second] = [Math.floor(file.length / 3), Math.floor(file.length / 2)];
  expect(await put(3, file.subarray(second))).toBe(204);
  expect(await begin()).toMatchObject({
    status: 409,
    json: { description: expect.stringContaining('Piece 1 is missing') },
  });
  expect(await put(1, 'something else')).toBe(204);
  for (const _ of [1, 2]) expect(await put(1, file.subarray(0, first))).toBe(204);
  expect(await put(2, file.subarray(first, second))).toBe(204);
  expect((await call('GET', at)).json).toMatchObject({
    state: 'open',
    pieces: [{ number: 1, bytes: first }, { number: 2 }, { number: 3, bytes: file.length - second }],
  });
  const started = await begin();
  expect(started).toMatchObject({ status: 202, json: { kind: 'import', state: 'counting' } });
  const { id: run } = Object(started.json);
  expect(await put(1, 'too late')).toBe(409);
  expect((await call('GET', at)).json).toMatchObject({ state: 'started', run });
  await project.workOff();
  expect(await project.get(run)).toMatchObject({ state: 'done', total: 500, done: 500 });
  const { json } = await call('GET', `${project.path}/members/${encodeURIComponent('JÖRG499@example.com')}`);
  expect(json).toMatchObject({ name: 'Jörg\n499', teams: ['testers'] });
});

test('a line that is wrong in a hundred ways is listed with ten of them and how many more there are', async ({
  engines,
}) => {
  const { put, call, at } = await openedImport(engines);
  const teams = Array.from({ length: 99 }, (_, place) => `unknown-${place}`).join(';');
  await put(1, `email,teams\n${Array.from({ length: 200 }, (_, line) => `p${line}@example.com,${teams}\n`).join('')}`);
  const { items } = Object((await call('GET', `${at}/problems?limit=200`)).json);
  expect(items).toHaveLength(200);
  expect(items[0].errors).toHaveLength(11);
  expect(items[0].errors[10]).toMatchObject({ message: '89 more problems are in this line.' });
});

test('an import is started once, by two at once and where the answer of the table is lost', async ({ engines }) => {
  const { put, begin } = await openedImport(engines);
  await put(1, file);
  const restore = loseAnswer(engines.table, 'TransactWrite');
  const answers = await Promise.all([begin(), begin(), begin()]);
  restore();
  answers.push(await begin());
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
  expect(new Set(answers.map(({ json }) => Object(json).id)).size).toBe(1);
});

test('the bad lines of a long file are listed page by page, each with all of its problems', async ({ engines }) => {
  const project = await openedImport(engines);
  const bad = Array.from({ length: 300 }, (_, place) => `user${place},x,nobody\nok${place}@example.com,,`);
  await project.put(1, `email,name,teams\n${bad.join('\n')}`);
  const refused = await project.begin();
  expect(refused).toMatchObject({
    status: 400,
    json: { description: '300 of 600 lines are wrong: nothing was imported.', errors: { length: 200 } },
  });
  const lines: number[] = [];
  let cursor = '';
  do {
    const { json } = await project.call('GET', `${project.at}/problems?limit=200${cursor}`);
    for (const { line, errors } of Object(json).items) {
      lines.push(line);
      expect(errors.map(({ parameter }: { parameter: string }) => parameter)).toEqual(['email', 'teams.0']);
    }
    cursor = Object(json).cursor === undefined ? '' : `&cursor=${Object(json).cursor}`;
  } while (cursor !== '');
  expect(lines).toEqual(bad.map((_, place) => 2 * place + 2));
  expect(await project.begin('?dryRun=true')).toMatchObject({ status: 200, json: { lines: 600, bad: 300 } });
  const started = await project.begin('?skipBad=true');
  await project.workOff();
  expect(await project.get(Object(started.json).id)).toMatchObject({ state: 'done', total: 300, done: 300 });
});

test('what the document does not allow any more fails, and is tried again when it does', async ({ engines }) => {
  const project = await openedImport(engines);
  await project.put(1, file);
  const { id } = Object((await project.begin()).json);
  const { document } = project;
  const teams = document.teams.filter(({ key }) => key !== 'testers');
  await replaceDocument(engines.table, project.project, { ...document, teams });
  await project.workOff();
  expect(await project.get(id)).toMatchObject({ state: 'done', failed: 500 });
  const [result] = await project.results(id, '&outcome=failed');
  expect(result).toMatchObject({ line: 2, reason: expect.stringMatching(/^teams.0 takes one of/) });
  await replaceDocument(engines.table, project.project, document);
  await project.ask(id, 'retry');
  await project.workOff();
  expect(await project.get(id)).toMatchObject({ state: 'done', done: 500, failed: 0 });
});

test('what is no piece of an import is refused', async ({ engines }) => {
  const { put, call, path, begin } = await openedImport(engines);
  expect([await put(0, 'x'), await put('one', 'x'), await put(21, 'x'), await put(1, '')]).toEqual([
    404, 404, 413, 400,
  ]);
  expect(await put(1, 'x'.repeat(1_048_577))).toBe(413);
  expect((await begin()).status).toBe(409);
  for (const [method, rest] of [
    ['GET', ''],
    ['POST', '/start'],
    ['GET', '/problems'],
  ] as const) {
    expect((await call(method, `${path}/imports/nothing${rest}`)).status).toBe(404);
  }
  expect((await call('PUT', `${path}/imports/${'x'.repeat(3_000)}/pieces/1`, { headers, body: 'x' })).status).toBe(404);
});
