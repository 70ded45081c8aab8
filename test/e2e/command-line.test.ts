import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLineFolder, openCommandLineFolder } from './command-line.ts';

let folder: CommandLineFolder;

beforeAll(async () => {
  folder = await openCommandLineFolder();
});

afterAll(async () => await folder.remove());

/** The document in force, as YAML. */
async function readDocument(): Promise<string> {
  const response = await fetch(`${folder.stack.api}/admin/v1/projects/apollo/document`, {
    headers: { authorization: `Bearer ${folder.stack.token}`, accept: 'application/yaml' },
  });
  return await response.text();
}

function write(name: string, content: string): string {
  writeFileSync(join(folder.path, name), content);
  return name;
}

function nameIn(document: string): string {
  return /^ {2}name: (.*)$/m.exec(document)?.[1] ?? '';
}

/** A server in front of the stack that lets documents be applied only once as many are on their way. */
async function gatherApplications(count: number): Promise<{ origin: string; close(): Promise<void> }> {
  const gathered = Promise.withResolvers<void>();
  let arrived = 0;
  return await serveInFront(async (method, url) => {
    if (method !== 'PUT' || url.includes('dryRun')) return;
    arrived += 1;
    if (arrived === count) gathered.resolve();
    await gathered.promise;
  });
}

/** A server in front of the stack that passes each call on once it is let through. */
async function serveInFront(
  letThrough: (method: string, url: string) => Promise<void>,
): Promise<{ origin: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const body = await text(request);
    await letThrough(request.method ?? 'GET', request.url ?? '');
    const { authorization = '', 'content-type': type = 'application/json', 'if-match': ifMatch } = request.headers;
    const answer = await fetch(`${folder.stack.api}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { authorization, 'content-type': type, ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }) },
      body: body === '' ? null : body,
    });
    const etag = answer.headers.get('etag');
    response.writeHead(answer.status, etag === null ? {} : { etag }).end(await answer.text());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

test('`feedbridge diff` against a changed document prints what would change', async () => {
  const document = await readDocument();
  expect(await folder.run(['diff', write('same.yaml', document)])).toMatchObject({
    exitCode: 0,
    stdout: 'Nothing to change.\n',
  });
  const changed = document
    .replace(/^ {2}name: .*$/m, '  name: Apollo, the second')
    .replace('jiraUrl:', 'wikiUrl: https://wiki.example.com\n  jiraUrl:');
  const file = write('changed.yaml', changed);
  const people = await folder.run(['diff', file]);
  expect(people).toMatchObject({ exitCode: 3 });
  expect(people.stdout.split('\n')).toEqual([
    `~ project.name: ${nameIn(document)} → Apollo, the second`,
    '+ variables.wikiUrl: https://wiki.example.com',
    '1 added, 1 changed.',
    '',
  ]);
  const machine = await folder.run(['diff', '-', '--json'], { stdin: changed });
  expect(machine.exitCode).toBe(3);
  expect(JSON.parse(machine.stdout)).toMatchObject({
    project: 'apollo',
    differs: true,
    changes: [{ path: 'project.name' }, { path: 'variables.wikiUrl', to: 'https://wiki.example.com' }],
  });
  expect(await readDocument()).toBe(document);
});

test('`apply` in two terminals at once: one wins, the other is told why', async () => {
  const document = await readDocument();
  const { origin, close } = await gatherApplications(2);
  const env = { FEEDBRIDGE_URL: origin, FEEDBRIDGE_TOKEN: folder.stack.token };
  const outcomes = await Promise.all(
    ['one', 'two'].map(async (name) => {
      const file = write(`${name}.yaml`, document.replace(/^ {2}name: .*$/m, `  name: ${name}`));
      return { name, ...(await folder.run(['apply', file], { env })) };
    }),
  );
  await close();
  const [winner, loser] = outcomes.sort((one, other) => (one.exitCode ?? 0) - (other.exitCode ?? 0));
  expect([winner?.exitCode, loser?.exitCode]).toEqual([0, 5]);
  expect(winner?.stdout).toMatch(/~ project\.name: .* → (one|two)\n1 changed\.\nApplied as version \d+ of apollo\.\n$/);
  expect(loser?.stdout).toBe('');
  expect(loser?.stderr).toContain(
    'Somebody else applied another version in the meantime; nothing of yours was applied.',
  );
  expect(loser?.stderr).toContain('(412)');
  expect(await readDocument()).toContain(`name: ${winner?.name}\n`);
  const again = await folder.run(['apply', `${loser?.name}.yaml`]);
  expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`${winner?.name} → ${loser?.name}`) });
  expect(await folder.run(['apply', `${loser?.name}.yaml`])).toMatchObject({
    exitCode: 0,
    stdout: 'Nothing to change.\n',
  });
});

test('an `apply` that began before another one was applied, and comes after it, changes nothing', async () => {
  const document = await readDocument();
  const asked = Promise.withResolvers<void>();
  const applied = Promise.withResolvers<void>();
  const { origin, close } = await serveInFront(async () => {
    asked.resolve();
    await applied.promise;
  });
  const rename = (name: string) => write(`${name}.yaml`, document.replace(/^ {2}name: .*$/m, `  name: ${name}`));
  const env = { FEEDBRIDGE_URL: origin, FEEDBRIDGE_TOKEN: folder.stack.token };
  const slow = folder.run(['apply', rename('slow')], { env });
  await asked.promise;
  expect(await folder.run(['apply', rename('fast')])).toMatchObject({ exitCode: 0 });
  applied.resolve();
  const { exitCode, stdout, stderr } = await slow;
  await close();
  expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: '' });
  expect(stderr).toMatch(/Version \d+ was applied by administrator@feedbridge\.test at .*, after this command began\./);
  expect(await readDocument()).toContain('name: fast\n');
});

test('a document with faults is refused with every problem on a line of its own', async () => {
  const faulty = (await readDocument()).replace(/^ {2}name: .*$/m, '  name: 7\n  nmae: Apollo');
  const outcome = await folder.run(['apply', write('faulty.yaml', faulty)]);
  expect(outcome).toMatchObject({ exitCode: 4, stdout: '' });
  expect(outcome.stderr).toMatch(/^ {2}project\.name: .+\n {2}project\.nmae: .+\n/m);
  const machine = await folder.run(['diff', 'faulty.yaml', '--json']);
  expect(JSON.parse(machine.stdout)).toMatchObject({
    status: 400,
    exitCode: 4,
    errors: [{ parameter: 'project.name' }, {}],
  });
  expect(await folder.run(['apply', write('broken.yaml', 'project: {key: apollo\n  x')])).toMatchObject({
    exitCode: 4,
  });
});

test('tickets are listed and shown beside a running stack without any set-up', async () => {
  const { json } = await folder.stack.report({ summary: 'The map closes itself', severity: 'High' });
  const { id } = Object(json).ticket;
  // Lists follow a little later, and a call of the command line takes longer than that: it is made once.
  const listed = async () => (await folder.stack.admin('GET', '/projects/apollo/tickets')).json;
  await expect.poll(listed, { timeout: 20_000 }).toMatchObject({ items: [{ id }] });
  expect((await folder.run(['tickets'])).stdout).toMatch(
    new RegExp(`^TICKET .*\\n${id} +New .*The map closes itself$`, 'm'),
  );
  const { stdout } = await folder.run(['tickets', '--json', '--limit', '1']);
  expect(JSON.parse(stdout)).toMatchObject({ id });
  expect(JSON.parse((await folder.run(['tickets', 'show', id, '--json'])).stdout)).toMatchObject({ id, version: 1 });
  expect(await folder.run(['tickets', 'show', 'BUG-9999'])).toMatchObject({ exitCode: 4, stdout: '' });
});

test('each kind of failure has an exit code of its own, and says what to do', async () => {
  const calls = [
    { args: ['tickets', '--limit', 'x'], exitCode: 2, says: 'whole number' },
    { args: ['apply', 'nowhere.yaml'], exitCode: 2, says: 'nowhere.yaml cannot be read' },
    {
      args: ['tickets'],
      env: { FEEDBRIDGE_URL: folder.stack.api, FEEDBRIDGE_TOKEN: 'no.such.token' },
      exitCode: 6,
      says: 'feedbridge login',
    },
    {
      args: ['tickets'],
      env: { FEEDBRIDGE_URL: 'http://127.0.0.1:9', FEEDBRIDGE_TOKEN: 'x' },
      exitCode: 7,
      says: 'npm start',
    },
    { args: ['tickets'], env: { FEEDBRIDGE_URL: 'http://feedback.example.com' }, exitCode: 2, says: 'use https' },
    {
      args: ['tickets'],
      env: { FEEDBRIDGE_URL: 'https://feedback.example.com' },
      exitCode: 6,
      says: 'feedbridge login --url',
    },
  ];
  for (const { args, env = {}, exitCode, says } of calls) {
    expect(await folder.run(args, { env })).toMatchObject({
      exitCode,
      stdout: '',
      stderr: expect.stringContaining(says),
    });
  }
});

test('a shell completes commands, and keys of the project that is meant', async () => {
  const complete = async (...words: string[]) => (await folder.run(['complete', '--', ...words])).stdout.split('\n');
  expect(await complete('tic')).toContainEqual(expect.stringMatching(/^tickets\b/));
  expect(await complete('tickets', 'list', '--type', '')).toContainEqual(expect.stringMatching(/^issues\b/));
  for (const shell of ['bash', 'zsh', 'fish']) {
    expect(await folder.run(['completion', shell])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('feedbridge complete --'),
    });
  }
});
