import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLineFolder, openCommandLineFolder } from './command-line.ts';

let folder: CommandLineFolder;

beforeAll(async () => {
  folder = await openCommandLineFolder();
});

afterAll(async () => await folder.remove());

test('tail follows what is accepted, refused and delivered, each once, until Ctrl-C', async () => {
  await folder.stack.report({ summary: 'Before anybody looked', severity: 'Low' });
  const [people, machine] = [folder.begin(['tail']), folder.begin(['tail', '--json'])];
  const both = [people, machine];
  await Promise.all(both.map((tail) => tail.until('stderr', /^Following apollo .*\n/)));
  const { json } = await folder.stack.report({ summary: 'Crash', severity: 'Critical' });
  const { id } = Object(json).ticket;
  await folder.stack.report({ summary: 'Crash', severity: 'critical' });
  await people.until('stdout', new RegExp(`accepted +201 POST /api/v1/projects/apollo/feedback/appcrashlog ${id} `));
  await people.until('stdout', /refused +400 POST .*severity/);
  await people.until('stdout', new RegExp(`delivered +\\S+/\\S+ ${id} `));
  for (const outcome of ['accepted', 'refused', 'delivered']) await machine.until('stdout', new RegExp(`"${outcome}"`));
  for (const { child } of both) child.kill('SIGINT');
  const [shown, told] = await Promise.all(both.map(async ({ ended }) => await ended));
  expect([shown?.exitCode, told?.exitCode]).toEqual([0, 0]);
  const lines = shown?.stdout.trimEnd().split('\n') ?? [];
  expect(lines).toHaveLength(3);
  const objects =
    told?.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)) ?? [];
  expect(objects.map(({ kind, outcome }) => `${kind} ${outcome}`).sort()).toEqual([
    'call accepted',
    'call refused',
    'delivery delivered',
  ]);
});
