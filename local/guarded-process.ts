import { spawn } from 'node:child_process';
import { once } from 'node:events';

// The shell starts the program and a watcher that waits on a pipe from this process. However this process ends, SIGKILL
// included, the pipe closes, and the watcher kills the program. When the program ends first, the watcher goes with it.
// `read`, because an orphaned `cat` would hold the pipe, and with it this process's event loop.
const guard = `"$@" 3<&- &
program=$!
{ read _ <&3; kill -9 $program; } >/dev/null 2>&1 &
watcher=$!
wait $program
code=$?
kill $watcher 2>/dev/null
exit $code`;

/** A program that cannot outlive this process. */
export type GuardedProcess = {
  /** Settles when the program is gone, with its exit code (null after a signal) and the end of what it printed. */
  ended: Promise<{ code: number | null; output: string }>;
  stop: () => Promise<void>;
};

/** Starts a program that ends with this process, in whatever way this process ends (Linux, macOS). */
export function startGuarded(command: readonly string[], env: NodeJS.ProcessEnv = process.env): GuardedProcess {
  // A process group of its own, so that Ctrl-C reaches this process first, and one signal reaches shell and program.
  const child = spawn('sh', ['-c', guard, 'sh', ...command], {
    detached: true,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output.push(text);
      if (output.length > 50) output.shift();
    });
  }
  // The watcher's end of the pipe may be gone already when this process closes its own.
  child.stdio[3]?.on('error', () => {});
  const ended = (async () => {
    // `close` comes when nobody holds the program's output any more, so after program and shell are gone.
    const [code] = await once(child, 'close');
    return { code: typeof code === 'number' ? code : null, output: output.join('').trim() };
  })();
  // A failed spawn is reported to whoever awaits `ended`, not to the process.
  ended.catch(() => {});
  const stop = async () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) signalGroup(child.pid);
    await ended;
  };
  return { ended, stop };
}

function signalGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // It has ended in this very moment.
  }
}
