import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { WorkerReply, type WorkerStart, type WorkRequest } from './lambda-messages.ts';
import { messageOf } from './start-error.ts';

/** One Lambda function as the template has it. */
export type FunctionDefinition = WorkerStart & { timeoutSeconds: number; environment: Record<string, string> };

/** How an event ended: with the handler's answer, or not. */
export type Invocation = { outcome: 'answered'; payload: unknown } | { outcome: 'failed'; error: string };

/** A running instance of a function, in a worker thread of its own. */
export type Instance = {
  /** Handles one event; only one may be under way. */
  handle: (event: unknown) => Promise<Invocation>;
  /** Settles when the instance is gone: it ended, threw outside a handler, or ran out of time or memory. */
  gone: Promise<void>;
  stop: () => Promise<void>;
};

/** Starts an instance; every line that it prints goes to `print`. */
export function startInstance(definition: FunctionDefinition, print: (line: string) => void): Instance {
  const { environment, timeoutSeconds, ...start } = definition;
  const worker = new Worker(new URL('./lambda-worker.ts', import.meta.url), {
    workerData: start,
    env: environment,
    execArgv: [],
    stdout: true,
    stderr: true,
    // Without a limit, a function that runs out of memory takes the whole process with it.
    resourceLimits: { maxOldGenerationSizeMb: definition.memoryMb },
  });
  printLines(worker.stdout, print);
  printLines(worker.stderr, print);
  let lastError: unknown;
  let running: ((invocation: Invocation) => void) | undefined;
  const settle = (invocation: Invocation) => {
    running?.(invocation);
    running = undefined;
  };
  worker.on('error', (error) => {
    lastError = error;
  });
  const gone = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      const reason = lastError === undefined ? `It ended with exit code ${code}.` : describe(lastError);
      settle({ outcome: 'failed', error: reason });
      resolve();
    });
  });
  worker.on('message', (message: unknown) => settle(toInvocation(WorkerReply.parse(message))));
  const handle = (event: unknown) =>
    new Promise<Invocation>((resolve) => {
      const deadline = Date.now() + timeoutSeconds * 1000;
      const timer = setTimeout(() => {
        lastError ??= new Error(`Task timed out after ${timeoutSeconds} seconds`);
        void worker.terminate();
      }, timeoutSeconds * 1000);
      running = (invocation) => {
        clearTimeout(timer);
        resolve(invocation);
      };
      const request: WorkRequest = { event: JSON.stringify(event), requestId: randomUUID(), deadline };
      worker.postMessage(request);
    });
  const stop = async () => {
    lastError ??= new Error('The local stack is stopping.');
    await worker.terminate();
    await gone;
  };
  return { handle, gone, stop };
}

function toInvocation(reply: WorkerReply): Invocation {
  return reply.outcome === 'answered'
    ? { outcome: 'answered', payload: JSON.parse(reply.payload) }
    : { outcome: 'failed', error: reply.error };
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
}

function printLines(stream: Readable, print: (line: string) => void): void {
  createInterface({ input: stream }).on('line', (line) => {
    if (line !== '') print(line);
  });
}
