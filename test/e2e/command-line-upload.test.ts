import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLineFolder, openCommandLineFolder } from './command-line.ts';

let folder: CommandLineFolder;

beforeAll(async () => {
  folder = await openCommandLineFolder();
});

afterAll(async () => await folder.remove());

async function makeTicket(): Promise<string> {
  const { json } = await folder.stack.report({ summary: 'With files', severity: 'Low' });
  return Object(json).ticket.id;
}

function makeFile(name: string, bytes: number): string {
  writeFileSync(join(folder.path, name), randomBytes(bytes));
  return name;
}

/** What a person downloads of the only file of a ticket, as its SHA-256. */
async function downloadedHash(ticket: string): Promise<string> {
  const { api, token } = folder.stack;
  const { json } = await folder.stack.admin('GET', `/projects/apollo/tickets/${ticket}`);
  const [attachment] = Object(json).attachments;
  const response = await fetch(`${api}/admin/v1/projects/apollo/tickets/${ticket}/attachments/${attachment.id}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const digest = createHash('sha256');
  for await (const chunk of response.body ?? []) digest.update(chunk);
  return digest.digest('hex');
}

/** The SHA-256 that a file was declared with; the stack has compared it with what arrived. */
async function declaredHash(ticket: string): Promise<string> {
  const { json } = await folder.stack.admin('GET', `/projects/apollo/tickets/${ticket}`);
  return Object(json).attachments[0].sha256;
}

test.each(['SIGINT', 'SIGKILL'] as const)(
  'an upload that %s interrupted goes on where it was, and arrives whole',
  async (signal) => {
    const ticket = await makeTicket();
    const file = makeFile(`${signal}.bin`, 200 * 1024 * 1024 + 17);
    const args = ['upload', file, '--ticket', ticket, '--field', 'crash-log'];
    const first = folder.begin(args);
    await first.until('stderr', /^(?!0 of)\d+(\.\d+)? of 200 MiB/m);
    first.child.kill(signal);
    const outcome = await first.ended;
    expect(outcome.stdout).toBe('');
    if (signal === 'SIGINT') {
      expect(outcome).toMatchObject({
        exitCode: 130,
        stderr: expect.stringContaining('the same command goes on from there'),
      });
    }
    const remembered = join(folder.path, 'data', 'feedbridge', 'uploads');
    for (const name of readdirSync(remembered)) expect(statSync(join(remembered, name)).mode & 0o777).toBe(0o600);
    const second = await folder.run(args);
    expect(second).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('209715217 bytes, stored') });
    expect(second.stderr).toMatch(/^Going on where it was\.\n(?!0 of)\d/);
    expect(await downloadedHash(ticket)).toBe(await declaredHash(ticket));
    expect(readdirSync(remembered)).toEqual([]);
    const { json } = await folder.stack.admin('GET', `/projects/apollo/tickets/${ticket}`);
    expect(Object(json).attachments).toHaveLength(1);
  },
);

test('a small file goes in one form, with the key, or by the endpoint in an answer', async () => {
  const ticket = await makeTicket();
  const file = makeFile('small.bin', 4_711);
  const stored = await folder.run(['upload', file, '--ticket', ticket, '--field', 'screenshot', '--json']);
  expect(JSON.parse(stored.stdout)).toMatchObject({
    field: 'screenshot',
    fileName: file,
    size: 4_711,
    state: 'stored',
  });
  expect(await downloadedHash(ticket)).toBe(await declaredHash(ticket));
  const { json } = await folder.stack.report({ summary: 'Elsewhere', severity: 'Low' });
  const env = { FEEDBRIDGE_UPLOAD_ENDPOINT: Object(json).files[0].endpoint };
  const path = join(folder.path, file);
  expect(await folder.run(['upload', path], { cwd: '/', env })).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('stored'),
  });
  const byKey = { FEEDBRIDGE_URL: folder.stack.api, FEEDBRIDGE_API_KEY: folder.stack.keys.mobile ?? '' };
  const named = ['upload', path, '--ticket', ticket, '-p', 'apollo', '--source', 'appcrashlog', '--field', 'crashLog'];
  expect(await folder.run(named, { cwd: '/', env: byKey })).toMatchObject({ exitCode: 0 });
});

test('what cannot be sent is refused with what to do', async () => {
  const ticket = await makeTicket();
  const file = makeFile('refused.bin', 10);
  writeFileSync(join(folder.path, 'empty.bin'), '');
  const calls = [
    { args: ['upload', 'nowhere.bin', '--ticket', ticket], exitCode: 2, says: 'nowhere.bin cannot be read' },
    { args: ['upload', file, '--ticket', ticket], exitCode: 2, says: '--field: screenshot, crash-log' },
    { args: ['upload', file], exitCode: 2, says: '--ticket' },
    { args: ['upload', file, '--ticket', 'BUG-9999'], exitCode: 4, says: '404' },
    { args: ['upload', 'empty.bin', '--ticket', ticket, '--field', 'screenshot'], exitCode: 4, says: 'size' },
  ];
  for (const { args, exitCode, says } of calls) {
    expect(await folder.run(args)).toMatchObject({ exitCode, stdout: '', stderr: expect.stringContaining(says) });
  }
});
