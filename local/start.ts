import { relative } from 'node:path';
import { type Arguments, readArguments } from './arguments.ts';
import { startStack } from './stack.ts';
import type { Stack } from './stack-options.ts';
import { StartError } from './start-error.ts';
import { synthesise } from './synthesise.ts';
import { welcome } from './welcome.ts';

const parentCheckMs = 250;
const stopping = new AbortController();
const stop = () => stopping.abort(new StartError('Stopped.'));

process.on('SIGINT', stop).on('SIGTERM', stop);
// Whoever read the output may leave (`npm start | head`); the stack goes on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
// npm passes no SIGKILL on: whoever started this is gone when the parent's process id changes.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && stop(), parentCheckMs).unref();

try {
  await run(readArguments(process.argv.slice(2)));
  process.exit(0);
} catch (error) {
  if (stopping.signal.aborted) process.exit(0);
  console.error(error instanceof StartError ? error.message : error);
  process.exit(1);
}

async function run(given: Arguments): Promise<void> {
  const log = (line: string) => console.error(line);
  const stack = await startStack({ ...given, assemblyDir: synthesise, log, signal: stopping.signal });
  console.log(welcome(stack, Math.round(performance.now()), relative('.', stack.localJsonFile)));
  await ended(stack);
}

async function ended(stack: Stack): Promise<void> {
  const { promise: asked, resolve } = Promise.withResolvers<undefined>();
  stopping.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  if (stopping.signal.aborted) resolve(undefined);
  const lost = await Promise.race([asked, stack.lost]);
  await stack.stop();
  if (lost !== undefined) throw lost;
}
