import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { beginCommand } from './command-line.ts';
import { temporaryFolder } from './running-stack.ts';
import { openStubServer, type StubServer } from './stub-server.ts';

const folder = temporaryFolder();
let server: StubServer;
/** What was asked of the run, in order. */
let asked: string[] = [];

beforeAll(async () => {
  server = await openStubServer(({ method, path }) => {
    const step = path.split('/').at(-1) ?? '';
    if (method === 'POST') asked.push(step);
    const state = step === 'cancel' ? 'cancelled' : 'counted';
    return { json: { id: 'R1', state, total: 0, done: 0, failed: 0, skipped: 0 } };
  });
});

beforeEach(() => {
  asked = [];
});

afterAll(async () => {
  await server.close();
  folder.remove();
});

test('a run that would be about nothing is no failure, and nothing is left that could be resumed', async () => {
  const env = { FEEDBRIDGE_URL: server.origin, FEEDBRIDGE_TOKEN: 'token' };
  for (const args of [['--yes'], [], ['--json']]) {
    asked = [];
    const outcome = await beginCommand(folder.path, ['run', 'none', '-p', 'apollo', '-f', 'critical', ...args], { env })
      .ended;
    expect(outcome).toMatchObject({ exitCode: 0, stderr: 'There is nothing that it would be about.\n' });
    if (args[0] === '--json') expect(JSON.parse(outcome.stdout)).toMatchObject({ total: 0, state: 'cancelled' });
    else expect(outcome.stdout).toBe('');
    expect(asked).toEqual(['runs', 'cancel']);
  }
});
