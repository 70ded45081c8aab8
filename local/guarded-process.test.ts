import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, test, vi } from 'vitest';
import { startGuarded } from './guarded-process.ts';

/** Whether a process runs; one that is dead and only waits to be collected does not. */
function runs(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

// A process of its own that guards a program; its first line is the program's process id.
const guardingProcess = `
  import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
  import { tmpdir } from 'node:os';
  import { join } from 'node:path';
  import { startGuarded } from '${new URL('./guarded-process.ts', import.meta.url).href}';
  const file = join(mkdtempSync(join(tmpdir(), 'feedbridge-guard-test-')), 'pid');
  startGuarded(['sh', '-c', 'echo $$ > "$0.new"; mv "$0.new" "$0"; exec sleep 60', file]);
  const timer = setInterval(() => {
    if (!existsSync(file)) return;
    clearInterval(timer);
    console.log(readFileSync(file, 'utf8').trim());
  }, 5);
  setInterval(() => {}, 1000);
`;

async function startGuardingProcess() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', guardingProcess], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const pid = Number(line);
  expect(runs(pid)).toBe(true);
  return { child, pid };
}

describe('startGuarded', () => {
  test('answers the exit code and what was printed', async () => {
    const { code, output } = await startGuarded(['sh', '-c', 'echo out; echo problem >&2; exit 7']).ended;
    expect(code).toBe(7);
    expect(output.split('\n').sort()).toEqual(['out', 'problem']);
  });

  test.each(['SIGKILL', 'SIGTERM'] as const)('ends the program when %s ends its guard', async (signal) => {
    const { child, pid } = await startGuardingProcess();
    child.kill(signal);
    await vi.waitFor(() => expect(runs(pid)).toBe(false), { timeout: 4000, interval: 20 });
  });

  test('ends the program when it is stopped, and says so only then', async () => {
    const guarded = startGuarded(['sh', '-c', 'echo $$; exec sleep 60']);
    await guarded.stop();
    const pid = Number((await guarded.ended).output);
    expect(pid === 0 || !runs(pid)).toBe(true);
  });

  test('can be stopped after the program has ended by itself', async () => {
    const guarded = startGuarded(['true']);
    await guarded.ended;
    await expect(guarded.stop()).resolves.toBeUndefined();
  });

  test('reports a program that is not there by its exit code', async () => {
    const { code } = await startGuarded(['/nowhere/program']).ended;
    expect(code).toBe(127);
  });
});
