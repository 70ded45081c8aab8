import { CommanderError } from 'commander';
import { addCompletion } from './completion.ts';
import { exitCodes, Failure, messageOf } from './failure.ts';
import { createProgram } from './program.ts';

/** npx passes a terminal's Ctrl-C on although it arrives by itself: what comes so soon after the first is the first. */
const echoMs = 500;

const interruption = new AbortController();
let interruptedAt = 0;

process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
// Whoever read the output may leave (`feedbridge tail | head`): then there is nothing more to do.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

function interrupt(): void {
  const now = performance.now();
  if (!interruption.signal.aborted) {
    interruptedAt = now;
    interruption.abort(new Failure('interrupted', 'Stopped.'));
  } else if (now - interruptedAt > echoMs) {
    process.exit(exitCodes.interrupted);
  }
}

const exitCode = await run();
// Nothing that is still open, such as a connection kept for later, is worth waiting for once the output is out.
process.stdout.write('', () => process.exit(exitCode));

async function run(): Promise<number> {
  const program = createProgram(interruption.signal);
  try {
    await addCompletion(program, process.argv.slice(2));
    await program.parseAsync();
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  // Commander has said by itself what was wrong with the call, or has printed the help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.misused;
  const failure = toFailure(error);
  const exitCode = exitCodes[failure.kind];
  for (const line of [failure.message, ...failure.lines]) process.stderr.write(`${line}\n`);
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ description: failure.message, ...failure.json, exitCode })}\n`);
  }
  return exitCode;
}

function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (interruption.signal.aborted) return new Failure('interrupted', 'Stopped.');
  return new Failure('broken', messageOf(error));
}
