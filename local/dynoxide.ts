import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { type GuardedProcess, startGuarded } from './guarded-process.ts';
import { StartError } from './start-error.ts';

// The version that this was tried with; package.json pins the same one.
const version = '1.2.1';
const startDeadlineMs = 10_000;
const checkEveryMs = 20;

/** Finds the table engine's program for a platform; throws a StartError that says what to install. */
export function findDynoxide(platform: string, arch: string): string {
  const name = `@dynoxide/${platform}-${arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'dynoxide');
  } catch {
    throw new StartError(
      `The table engine for this platform is not installed; \`npm install --no-save ${name}@${version}\` installs it.`,
    );
  }
}

/** The running table engine. */
export type TableEngine = {
  endpoint: string;
  /** Settles when it ends though nobody stopped it. */
  lost: Promise<StartError>;
  stop: () => Promise<void>;
};

/** Starts the table engine on a free port, with its tables in a file or, without one, in memory. */
export async function startDynoxide(file?: string): Promise<TableEngine> {
  const program = findDynoxide(process.platform, process.arch);
  const port = await freePort();
  const where = file === undefined ? [] : ['--db-path', file];
  const running = startGuarded([program, '--host', '127.0.0.1', '--port', String(port), ...where]);
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await Promise.race([answers(endpoint), endedTooSoon(running, file)]);
    if (file !== undefined) indexStream(file);
  } catch (error) {
    await running.stop();
    throw error;
  }
  let stopping = false;
  const lost = running.ended.then(({ output }) => {
    if (stopping) return new Promise<never>(() => {});
    return new StartError(`The table engine ended by itself; the last it said was: ${output.split('\n').at(-1)}`);
  });
  const stop = () => {
    stopping = true;
    return running.stop();
  };
  return { endpoint, lost, stop };
}

/**
 * Gives the engine's file an index that it lacks: on each write it looks for the stream's last sequence number among all
 * records, which it never trims. Without it 270 writes/s fall to 111 after 6,000; with it they stay at 760.
 */
function indexStream(file: string): void {
  const database = new DatabaseSync(file, { timeout: 5_000 });
  try {
    database.exec(
      'CREATE INDEX IF NOT EXISTS feedbridge_stream_end ON _stream_records (table_name, CAST(sequence_number AS INTEGER))',
    );
  } catch {
    // Another version of the engine may keep its stream elsewhere: then it is only slower.
  } finally {
    database.close();
  }
}

async function answers(endpoint: string): Promise<void> {
  for (const deadline = Date.now() + startDeadlineMs; Date.now() < deadline; await sleep(checkEveryMs)) {
    try {
      await (await fetch(endpoint)).arrayBuffer();
      return;
    } catch {
      // Not listening yet.
    }
  }
  throw new StartError('The table engine did not answer within 10 seconds.');
}

async function endedTooSoon({ ended }: GuardedProcess, file: string | undefined): Promise<never> {
  const { output } = await ended;
  const said = output.split('\n').at(-1) || 'nothing';
  throw new StartError(
    file === undefined
      ? `The table engine ended at once and said: ${said}`
      : `The table file ${file} cannot be opened (${said}); restore it, or start with another --data-dir.`,
  );
}
