import { once } from 'node:events';
import { createRequire } from 'node:module';
import type S3rverClass from 's3rver';
import * as z from 'zod';

const S3rverModule = z.custom<typeof S3rverClass>((value) => typeof value === 'function');

/** Starts the bucket engine on a free port of 127.0.0.1, with its objects as files in a folder. */
export async function startBucketEngine(
  folder: string,
  port = 0,
): Promise<{ endpoint: string; stop: () => Promise<void> }> {
  const S3rver = S3rverModule.parse(createRequire(import.meta.url)('s3rver'));
  const engine = new S3rver({ address: '127.0.0.1', port, directory: folder, silent: true, vhostBuckets: false });
  const address = await engine.run();
  const stop = async () => {
    const closed = once(engine.httpServer, 'close');
    engine.httpServer.close();
    engine.httpServer.closeAllConnections();
    await closed;
  };
  return { endpoint: `http://127.0.0.1:${address.port}`, stop };
}
