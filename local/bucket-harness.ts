import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, onTestFinished, vi } from 'vitest';
import { startBucketEngine } from './bucket-engine.ts';
import { credentials, region } from './place.ts';
import { provisionBucket } from './provision-bucket.ts';

/** The bucket that {@link startBucket} makes. */
export const Bucket = 'files';

/** A client of a bucket engine that goes with the test, set as the product's is. */
export function clientOf(endpoint: string): S3Client {
  const client = new S3Client({
    endpoint,
    region,
    credentials,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  onTestFinished(() => client.destroy());
  return client;
}

/** Starts a bucket engine with a bucket that pages of any origin may use; it goes with the test. */
export async function startBucket() {
  const folder = mkdtempSync(join(tmpdir(), 'feedbridge-bucket-test-'));
  const engine = await startBucketEngine(folder);
  onTestFinished(async () => {
    await engine.stop();
    rmSync(folder, { recursive: true });
  });
  const client = clientOf(engine.endpoint);
  await client.send(new CreateBucketCommand({ Bucket }));
  const rule = { AllowedOrigins: ['*'], AllowedMethods: ['GET', 'POST', 'PUT'], AllowedHeaders: ['*'] };
  await provisionBucket(engine.endpoint, Bucket, [{ ...rule, ExposedHeaders: ['ETag'], MaxAge: 3600 }]);
  return { client, folder, url: `${engine.endpoint}/${Bucket}` };
}

/** Every file of objects and parts below a folder, finished or not. */
export function filesIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.filter((name) => statSync(join(folder, name)).isFile() && !name.endsWith('cors.xml')).sort();
}

/** Sends the beginning of a body, waits until the engine writes it, cuts the connection, and waits until that is noticed. */
export async function cutShort(
  folder: string,
  url: string,
  { method, headers = {}, beginning }: { method: string; headers?: Record<string, string>; beginning: Buffer },
): Promise<void> {
  const drafts = () => readdirSync(join(folder, '.drafts'));
  const outgoing = request(url, { method, headers: { ...headers, 'content-length': String(beginning.length + 1) } });
  const failed = once(outgoing, 'error');
  outgoing.on('response', (response) => expect.unreachable(`answered ${response.statusCode}`));
  outgoing.write(beginning);
  await vi.waitFor(() => {
    const [draft = ''] = drafts();
    expect(statSync(join(folder, '.drafts', draft)).size).toBeGreaterThan(0);
  });
  outgoing.destroy(new Error('cut'));
  await failed;
  await vi.waitFor(() => expect(drafts()).toEqual([]));
}
