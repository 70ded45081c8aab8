import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BucketEngine, startBucketEngine } from './bucket-engine.ts';
import { startDynoxide } from './dynoxide.ts';
import { type MailEngine, startMailEngine } from './mail-engine.ts';
import { startQueueEngine } from './queue-engine.ts';
import { type SecretsEngine, startSecretsEngine } from './secrets-engine.ts';
import type { StartError } from './start-error.ts';

/** Where each AWS service is found on this machine. */
export type Endpoints = { dynamodb: string; sqs: string; s3: string; secretsManager: string; ses: string };

/** The running engines. */
export type Engines = {
  endpoints: Endpoints;
  secrets: SecretsEngine;
  mail: MailEngine;
  bucket: Pick<BucketEngine, 'onEvent'>;
  /** Settles when an engine ends that nobody stopped. */
  lost: Promise<StartError>;
  stop: () => Promise<void>;
};

/** What to start the engines with. */
export type EnginesOptions = {
  /** Where to keep everything; absent: nothing is kept. */
  dataDir?: string | undefined;
  /** Where objects lie that are not kept; absent: in a temporary folder that goes with the engines. */
  workDir?: string | undefined;
  /** Absent: free ones. */
  ports?: { sqs?: number; s3?: number; secretsManager?: number; ses?: number };
};

/** Starts tables, queues, bucket, secrets and e-mail on 127.0.0.1; all of them end with this process, however it ends. */
export async function startEngines({ dataDir, workDir, ports = {} }: EnginesOptions = {}): Promise<Engines> {
  const given = dataDir ?? workDir;
  const folder = given ?? mkdtempSync(join(tmpdir(), 'feedbridge-objects-'));
  const kept = (name: string) => (dataDir === undefined ? undefined : join(dataDir, name));
  mkdirSync(join(folder, 'objects'), { recursive: true });
  const starting = [
    startDynoxide(given === undefined ? undefined : join(given, 'tables.db')),
    startQueueEngine(kept('queues'), ports.sqs),
    startBucketEngine(join(folder, 'objects'), { port: ports.s3, eventsFolder: kept('bucket-events') }),
    startSecretsEngine(kept('secrets.json'), ports.secretsManager),
    startMailEngine(kept('outbox.jsonl'), ports.ses),
  ] as const;
  const stop = async () => {
    const engines = await Promise.allSettled(starting);
    await Promise.all(engines.map((engine) => (engine.status === 'fulfilled' ? engine.value.stop() : undefined)));
    if (given === undefined) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const [tables, queues, bucket, secrets, mail] = await Promise.all(starting);
    const endpoints = {
      dynamodb: tables.endpoint,
      sqs: queues.endpoint,
      s3: bucket.endpoint,
      secretsManager: secrets.endpoint,
      ses: mail.endpoint,
    };
    return { endpoints, secrets, mail, bucket, lost: tables.lost, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
