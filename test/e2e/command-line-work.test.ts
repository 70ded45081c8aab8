import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { type CommandLineFolder, openCommandLineFolder } from './command-line.ts';

let folder: CommandLineFolder;

beforeAll(async () => {
  folder = await openCommandLineFolder();
});

afterAll(async () => await folder.remove());

/** Takes so many reports, and returns the id of the first. */
async function reportMany(count: number, report: object): Promise<string> {
  const { api, keys } = folder.stack;
  let first = '';
  for (let left = count; left > 0; left -= 100) {
    const reports = Array.from({ length: Math.min(100, left) }, () => report);
    const response = await fetch(`${api}/api/v1/projects/apollo/feedback/appcrashlog/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': keys.mobile ?? '' },
      body: JSON.stringify(reports),
    });
    expect(await response.clone().json()).toMatchObject({ accepted: reports.length });
    first ||= Object(await response.json()).reports[0].ticket.id;
  }
  return first;
}

const Run = z.object({ id: z.string(), state: z.string(), total: z.int(), done: z.int() });

test('a run over a filter is counted first, needs a yes, and ends with what became of each', async () => {
  const id = await reportMany(30, { summary: 'To be logged', severity: 'Low' });
  const where = JSON.stringify({ field: 'severity', op: 'equals', value: 'Low' });
  const unasked = await folder.run(['run', 'send-to-jira', '--where', where]);
  expect(unasked).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(/over \d+\? .*--yes/) });
  const outcome = await folder.run(['run', 'send-to-jira', '--where', where, '--yes', '--json']);
  expect(outcome.exitCode).toBe(0);
  const run = Run.parse(JSON.parse(outcome.stdout));
  expect(run).toMatchObject({ state: 'done', total: run.done });
  expect(outcome.stderr).toContain(`${run.total} of ${run.total} targets`);
  const failing = await folder.run(['run', 'update-jira-occurrences', '--ticket', id, '--ticket', 'BUG-9999']);
  expect(failing).toMatchObject({ exitCode: 8, stderr: expect.stringContaining('BUG-9999: there is no such ticket') });
});

test('Ctrl-C cancels a run, says how far it came, and the run can be resumed', async () => {
  await reportMany(300, { summary: 'One of many', severity: 'Medium' });
  const where = JSON.stringify({ field: 'severity', op: 'equals', value: 'Medium' });
  const running = folder.begin(['run', 'send-to-jira', '--where', where, '--yes']);
  await running.until('stderr', /^\d+ of \d+ targets/m);
  running.child.kill('SIGINT');
  const { exitCode, stdout, stderr } = await running.ended;
  expect(exitCode).toBe(130);
  expect(stderr).toContain('Cancelling …');
  const [, done, total, id = ''] = /^(\d+) done, 0 failed, 0 skipped, of (\d+) \(run (\w+)\)/m.exec(stdout) ?? [];
  expect(stderr).toContain(`Cancelled. Go on with: feedbridge runs resume ${id}`);
  expect(Number(done)).toBeLessThan(Number(total));
  expect(await folder.run(['runs', 'show', id])).toMatchObject({ stdout: expect.stringMatching(/^cancelled: /) });
  const resumed = await folder.run(['runs', 'resume', id]);
  expect(resumed).toMatchObject({
    exitCode: 0,
    stdout: `${total} done, 0 failed, 0 skipped, of ${total} (run ${id}).\n`,
  });
});

test('a ticket is changed as it was seen, refused with every problem, and commented on', async () => {
  const id = await reportMany(1, { summary: 'Blank page', severity: 'High' });
  const changed = await folder.run(['tickets', 'set', id, '--status', 'Open', '--field', 'occurrences:=7', '--json']);
  expect(JSON.parse(changed.stdout)).toMatchObject({ id, state: { status: 'Open' }, fields: { occurrences: 7 } });
  const refused = await folder.run(['tickets', 'set', id, '--status', 'Nope', '--field', 'severity=high']);
  expect(refused).toMatchObject({ exitCode: 4, stdout: '' });
  expect(refused.stderr).toMatch(/^ {2}state\.status: .*\n {2}fields\.severity: .*one of Low/m);
  expect(await folder.run(['tickets', 'comment', id, '-'], { stdin: 'Seen\non two phones' })).toMatchObject({
    exitCode: 0,
  });
  const { json } = await folder.stack.admin('GET', `/projects/apollo/tickets/${id}/comments`);
  expect(json).toMatchObject({ items: [{ text: 'Seen\non two phones', visibility: 'internal' }] });
});

test('a key is shown once, works, is rotated, changed and revoked', async () => {
  const made = await folder.run(['keys', 'create', 'ci', '--name', 'CI', '--max-per-minute', '60']);
  expect(made).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^ci-[0-9A-Za-z]{43}\n$/) });
  const shown = await folder.run(['keys', 'show', 'ci', '--json']);
  expect(shown.stdout).not.toContain(made.stdout.trim().slice(3));
  expect(JSON.parse(shown.stdout)).toMatchObject({ prefix: 'ci', maxPerMinute: 60 });
  const rotated = await folder.run(['keys', 'rotate', 'ci', '--overlap', '0m']);
  expect(rotated.stdout).not.toBe(made.stdout);
  const changed = await folder.run([
    'keys',
    'change',
    'ci',
    '--max-per-minute',
    'none',
    '--cidr',
    '203.0.113.0/24',
    '--json',
  ]);
  expect(JSON.parse(changed.stdout)).toEqual(expect.not.objectContaining({ maxPerMinute: expect.anything() }));
  expect(await folder.run(['keys', 'change', 'ci', '--cidr', 'nowhere'])).toMatchObject({ exitCode: 4 });
  expect(await folder.run(['keys', 'revoke', 'ci'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--yes'),
  });
  expect(await folder.run(['keys', 'revoke', 'ci', '--yes'])).toMatchObject({ exitCode: 0 });
  expect(await folder.run(['keys', 'show', 'ci'])).toMatchObject({ exitCode: 4 });
});

test('what was delivered is sent again, one or many', async () => {
  const id = await reportMany(2, { summary: 'Sent to Slack', severity: 'Critical' });
  const settled = async () => (await folder.stack.admin('GET', `/projects/apollo/deliveries?ticket=${id}`)).json;
  await expect.poll(settled, { timeout: 20_000 }).toMatchObject({ items: [{ outcome: 'delivered' }] });
  const [{ id: delivery }] = Object(await settled()).items;
  expect(await folder.run(['replay', delivery])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('again as'),
  });
  const many = await folder.run(['replay', '--ticket', id, '--outcome', 'delivered', '--yes', '--json']);
  expect(many.exitCode).toBe(0);
  expect(Run.parse(JSON.parse(many.stdout))).toMatchObject({ state: 'done' });
  expect(await folder.run(['replay', '--yes'])).toMatchObject({ exitCode: 4 });
});
