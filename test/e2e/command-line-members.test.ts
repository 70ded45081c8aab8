import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLineFolder, openCommandLineFolder } from './command-line.ts';

let folder: CommandLineFolder;

beforeAll(async () => {
  folder = await openCommandLineFolder();
});

afterAll(async () => await folder.remove());

test('members are imported from a file: every bad line is named first, and only good files change anything', async () => {
  const bad = 'email,role\nada@example.com,observer\nnobody,observer\ngrace@example.com,captain\n';
  const refused = await folder.run(['members', 'import', '-'], { stdin: bad });
  expect(refused).toMatchObject({ exitCode: 4, stdout: '' });
  expect(refused.stderr).toMatch(/Line 3: .*\n.*Line 4: /);
  const tried = await folder.run(['members', 'import', '-', '--dry-run'], { stdin: bad });
  expect(tried).toMatchObject({
    exitCode: 4,
    stdout: expect.stringMatching(/Line 3: .*\n.*\n1 of 3 lines can be imported\.\n/),
  });
  const imported = await folder.run(['members', 'import', '-', '--skip-bad'], { stdin: bad });
  expect(imported).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 done, 0 failed') });
  const listed = await folder.run(['members', '--role', 'observer', '--json']);
  expect(listed.stdout).toContain('"ada@example.com"');
  expect(listed.stdout).not.toContain('grace@example.com');
});

test('a file that is too large for one call is sent in pieces', async () => {
  const name = 'x'.repeat(180);
  const lines = Array.from({ length: 6_000 }, (_, place) => `one-${place}@example.com,${name}`);
  const file = ['email,name', ...lines, 'nobody,Nobody', ''].join('\r\n');
  const outcome = await folder.run(['members', 'import', '-', '--dry-run'], { stdin: file });
  expect(outcome).toMatchObject({
    exitCode: 4,
    stdout: expect.stringContaining('6000 of 6001 lines can be imported.'),
  });
  expect(outcome.stderr).toContain('Sending piece 2 of 2 …');
});
