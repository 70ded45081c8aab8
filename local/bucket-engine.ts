import { once } from 'node:events';
import S3rver from 's3rver';
import { type BucketListener, openBucketEvents } from './bucket-events.ts';
import { answerPreflights } from './bucket-requests.ts';
import { BucketStore } from './bucket-store.ts';
import { mendDownloads } from './download-requests.ts';
import { answerForms } from './form-requests.ts';
import { checkSignatures } from './signature-check.ts';
import { answerUploads } from './upload-requests.ts';

/** The running bucket engine. */
export type BucketEngine = {
  endpoint: string;
  /** Sets who is told of every event from now on, and first of those that an earlier process left untold. */
  onEvent: (listener: BucketListener) => Promise<void>;
  stop: () => Promise<void>;
};

/** What to start it with. */
export type BucketEngineOptions = {
  /** Absent: a free one. */
  port?: number | undefined;
  /** Where events lie until they are taken; absent: those that nobody takes are gone. */
  eventsFolder?: string | undefined;
};

/** Starts the bucket engine on 127.0.0.1, with its objects as files in a folder. */
export async function startBucketEngine(
  folder: string,
  { port = 0, eventsFolder }: BucketEngineOptions = {},
): Promise<BucketEngine> {
  const events = openBucketEvents(eventsFolder);
  const store = new BucketStore(folder, events);
  const engine = new S3rver({ address: '127.0.0.1', port, directory: folder, silent: true, vhostBuckets: false });
  engine.store = store;
  engine.context.store = store;
  // Nobody reads its log, and it complains of what is logged after its end.
  engine.logger = silence;
  engine.context.logger = silence;
  engine.middleware.shift();
  // In front of the router, which answers whatever reaches it.
  engine.middleware.splice(
    -1,
    0,
    answerPreflights,
    checkSignatures,
    mendDownloads(store),
    answerForms(store),
    answerUploads(store),
  );
  const address = await engine.run();
  // However long an upload takes, it may: Node would end it after 5 minutes.
  engine.httpServer.requestTimeout = 0;
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    onEvent: (listener) => events.listen(listener, (event) => store.shows(event)),
    stop: async () => {
      const closed = once(engine.httpServer, 'close');
      engine.httpServer.close();
      engine.httpServer.closeAllConnections();
      await closed;
    },
  };
}

const silence = { info() {}, warn() {}, error() {}, close() {}, exceptions: { unhandle() {} } };
