import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBucketEngine } from './bucket-engine.ts';
import { startDynoxide } from './dynoxide.ts';
import { startQueueEngine } from './queue-engine.ts';
import { type SecretsEngine, startSecretsEngine } from './secrets-engine.ts';
import { StartError } from './start-error.ts';

/** Where each AWS service is found on this machine. */
export type Endpoints = { dynamodb: string; sqs: string; s3: string; secretsManager: string };

/** The running engines. */
export type Engines = {
  endpoints: Endpoints;
  secrets: SecretsEngine;
  /** Settles when an engine ends that nobody stopped. */
  lost: Promise<StartError>;
  stop: () => Promise<void>;
};

/** What to start the engines with: a folder to keep everything in (absent: nothing is kept) and ports (absent: free ones). */
export type EnginesOptions = {
  dataDir?: string | undefined;
  ports?: { sqs?: number; s3?: number; secretsManager?: number };
};

/** Starts tables, queues, bucket and secrets on 127.0.0.1; all of them end with this process, however it ends. */
export async function startEngines({ dataDir, ports = {} }: EnginesOptions = {}): Promise<Engines> {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'feedbridge-objects-'));
  const kept = (name: string) => (dataDir === undefined ? undefined : join(dataDir, name));
  mkdirSync(join(folder, 'objects'), { recursive: true });
  const running: { stop: () => Promise<void> }[] = [];
  const track = async <T extends { stop: () => Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const engine = await starting;
    running.push(engine);
    return engine;
  };
  const stopAll = async () => {
    await Promise.all(running.map((engine) => engine.stop()));
    if (dataDir === undefined) rmSync(folder, { recursive: true, force: true });
  };
  const started = await Promise.allSettled([
    startDynoxide(kept('tables.db')).then(({ endpoint, process }) =>
      track(Promise.resolve({ endpoint, stop: process.stop, ended: process.ended })),
    ),
    track(startQueueEngine(kept('queues'), ports.sqs)),
    track(startBucketEngine(join(folder, 'objects'), ports.s3)),
    track(startSecretsEngine(kept('secrets.json'), ports.secretsManager)),
  ]);
  const [tables, queues, bucket, secrets] = started;
  if (
    tables.status === 'rejected' ||
    queues.status === 'rejected' ||
    bucket.status === 'rejected' ||
    secrets.status === 'rejected'
  ) {
    await stopAll();
    throw started.find((engine) => engine.status === 'rejected')?.reason;
  }
  let stopping = false;
  return {
    endpoints: {
      dynamodb: tables.value.endpoint,
      sqs: queues.value.endpoint,
      s3: bucket.value.endpoint,
      secretsManager: secrets.value.endpoint,
    },
    secrets: secrets.value,
    lost: new Promise((resolve) => {
      const report = ({ output }: { output: string }) => {
        if (!stopping) resolve(new StartError(`The table engine ended by itself and said: ${output || 'nothing'}`));
      };
      tables.value.ended.then(report, () => report({ output: '' }));
    }),
    stop: async () => {
      stopping = true;
      await stopAll();
    },
  };
}
