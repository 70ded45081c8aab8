import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { buildApp } from 'fauxqs';
import * as z from 'zod';
import { region } from './place.ts';
import { messageOf, StartError } from './start-error.ts';

type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
type Persistence = NonNullable<Stores['sqsStore']['persistence']>;

// startFauxqs listens on every interface, which would show the queues to the network. Its parts are put together here
// instead, on loopback alone; the package exports only some of them, so the others are found beside its entry.
const parts = {
  sqs: z.object({ SqsStore: z.custom<new () => Stores['sqsStore']>(isConstructor) }),
  sns: z.object({ SnsStore: z.custom<new () => Stores['snsStore']>(isConstructor) }),
  s3: z.object({ S3Store: z.custom<new () => Stores['s3Store']>(isConstructor) }),
  persistence: z.object({ PersistenceManager: z.custom<new (folder: string) => Persistence>(isConstructor) }),
};

/** Starts the queue engine on a free port of 127.0.0.1, with its queues in a folder or, without one, in memory. */
export async function startQueueEngine(
  folder?: string,
  port = 0,
): Promise<{ endpoint: string; stop: () => Promise<void> }> {
  const stores: Stores = {
    sqsStore: new (parts.sqs.parse(await partOfFauxqs('sqs/sqsStore.js')).SqsStore)(),
    snsStore: new (parts.sns.parse(await partOfFauxqs('sns/snsStore.js')).SnsStore)(),
    s3Store: new (parts.s3.parse(await partOfFauxqs('s3/s3Store.js')).S3Store)(),
  };
  // Without a host of its own it answers queue URLs with the host that was called, an address that needs no DNS.
  stores.sqsStore.host = '';
  const persistence = folder === undefined ? undefined : await loadQueues(folder, stores);
  const app = buildApp({ logger: false, defaultRegion: region, stores });
  const endpoint = await app.listen({ host: '127.0.0.1', port });
  const stop = async () => {
    await app.close();
    persistence?.close();
  };
  return { endpoint, stop };
}

async function loadQueues(folder: string, stores: Stores): Promise<Persistence> {
  const { PersistenceManager } = parts.persistence.parse(await partOfFauxqs('persistence.js'));
  try {
    showMessagesInFlight(join(folder, 'fauxqs.db'));
    const persistence = new PersistenceManager(folder);
    // Loaded before the stores know it: loading must not write the queues again, which would drop their messages.
    persistence.loadSqsAndSns(stores.sqsStore, stores.snsStore);
    stores.sqsStore.persistence = persistence;
    for (const queue of stores.sqsStore.allQueues()) queue.persistence = persistence;
    return persistence;
  } catch (error) {
    throw new StartError(
      `The queues in ${folder} cannot be opened (${messageOf(error)}); restore them, or start with another --data-dir.`,
      { cause: error },
    );
  }
}

/**
 * Makes messages in flight visible. Their receivers were workers of a process that is gone, so nobody will delete them or
 * give them back; without this each would wait for its visibility timeout (6 minutes) after every restart.
 */
function showMessagesInFlight(file: string): void {
  if (!existsSync(file)) return;
  const database = new DatabaseSync(file);
  try {
    const table = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'sqs_messages'").get();
    if (table === undefined) return;
    database.exec('UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL');
  } finally {
    database.close();
  }
}

async function partOfFauxqs(path: string): Promise<unknown> {
  return import(new URL(path, import.meta.resolve('fauxqs')).href);
}

function isConstructor(value: unknown): boolean {
  return typeof value === 'function';
}
