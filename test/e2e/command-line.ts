import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type RunningStack, runStack, temporaryFolder } from './running-stack.ts';

/** What a call of the command line has come to. */
type Outcome = { exitCode: number | null; stdout: string; stderr: string };

/** A call of the command line that is still going on. */
type CommandLine = {
  child: ChildProcess;
  /** Waits until the output so far matches; fails where the call ends before. */
  until(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray>;
  ended: Promise<Outcome>;
};

/** How a call differs from one that is made in the folder of the stack. */
type CallOptions = { cwd?: string; env?: Record<string, string>; stdin?: string };

/** A folder in which a stack runs and the command line is called, as somebody does who has just typed `npm start`. */
export type CommandLineFolder = {
  path: string;
  stack: RunningStack;
  /** Begins a call. */
  begin(args: readonly string[], options?: CallOptions): CommandLine;
  /** Makes a call and waits for its end. */
  run(args: readonly string[], options?: CallOptions): Promise<Outcome>;
  remove(): Promise<void>;
};

/** Starts a stack in a folder of its own. */
export async function openCommandLineFolder(): Promise<CommandLineFolder> {
  const folder = temporaryFolder();
  mkdirSync(join(folder.path, 'config'));
  const stack = await runStack(join(folder.path, '.feedbridge'));
  const begin: CommandLineFolder['begin'] = (args, options) => beginCommand(folder.path, args, options);
  return {
    path: folder.path,
    stack,
    begin,
    run: async (args, options) => await begin(args, options).ended,
    async remove() {
      await stack.end('SIGTERM');
      folder.remove();
    },
  };
}

/** Begins a call from a folder in which what it keeps lies as well, whether a stack runs there or not. */
export function beginCommand(
  folder: string,
  args: readonly string[],
  { cwd = folder, env = {}, stdin = '' }: CallOptions = {},
): CommandLine {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [resolve('cli/feedbridge.mjs'), ...args], {
    cwd,
    // Whoever runs the tests may be signed in somewhere: none of that counts here.
    env: { PATH, HOME, XDG_CONFIG_HOME: join(folder, 'config'), XDG_DATA_HOME: join(folder, 'data'), ...env },
    stdio: 'pipe',
  });
  child.stdin.end(stdin);
  const said = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
      for (const look of waiting) look();
    });
  }
  const ended = once(child, 'close').then(([exitCode]): Outcome => ({ exitCode, ...said }));
  return {
    child,
    ended,
    async until(stream, pattern) {
      const { promise, resolve: found, reject } = Promise.withResolvers<RegExpExecArray>();
      const look = () => {
        const match = pattern.exec(said[stream]);
        if (match !== null) found(match);
      };
      waiting.add(look);
      look();
      void ended.then((outcome) => reject(new Error(`it ended without ${pattern}: ${JSON.stringify(outcome)}`)));
      return await promise.finally(() => waiting.delete(look));
    },
  };
}
