import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Bucket, cutShort, filesIn, startBucket } from './bucket-harness.ts';
import { openDrafts } from './drafts.ts';

const Key = 'attachments/a';

describe('the bucket', () => {
  test('keeps the earlier object where a later one is cut short', async () => {
    const { client, folder, url } = await startBucket();
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'the good one' }));
    const before = filesIn(folder);
    await cutShort(folder, `${url}/${Key}`, { method: 'PUT', beginning: Buffer.alloc(100_000, 'x') });
    await cutShort(folder, `${url}/attachments/b`, { method: 'PUT', beginning: Buffer.alloc(100_000, 'x') });
    expect(filesIn(folder)).toEqual(before);
    const object = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(await object.Body?.transformToString()).toBe('the good one');
  });

  test('stores what lies in the chunks in which an SDK sends a stream', async () => {
    const { client } = await startBucket();
    const pieces = [randomBytes(100_000), Buffer.from('\r\n0\r\n\r\n'), randomBytes(3)];
    const content = Buffer.concat(pieces);
    await client.send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body: Readable.from(pieces),
        ContentLength: content.length,
        ChecksumAlgorithm: 'CRC32',
      }),
    );
    const object = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(object.ContentEncoding).toBeUndefined();
    expect(Buffer.from((await object.Body?.transformToByteArray()) ?? [])).toEqual(content);
  });

  test('gives an object that was overwritten or deleted no tags of the one before', async () => {
    const { client, folder } = await startBucket();
    const put = () => client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    const TagSet = [{ Key: 'GuardDutyMalwareScanStatus', Value: 'NO_THREATS_FOUND' }];
    const tag = () => client.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet } }));
    const tags = async () => (await client.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet;
    await put();
    await tag();
    expect(await tags()).toEqual(TagSet);
    await put();
    expect(await tags()).toEqual([]);
    await tag();
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(filesIn(folder)).toEqual([]);
    expect(existsSync(join(folder, Bucket, 'attachments'))).toBe(false);
    await put();
    expect(await tags()).toEqual([]);
  });

  test('stores and deletes side by side in one folder', async () => {
    const { client } = await startBucket();
    const keys = Array.from({ length: 30 }, (_, number) => `attachments/${number}`);
    await Promise.all(
      keys.map(async (key) => {
        await client.send(new PutObjectCommand({ Bucket, Key: key, Body: key }));
        await client.send(new DeleteObjectCommand({ Bucket, Key: key }));
        await client.send(new PutObjectCommand({ Bucket, Key: key, Body: key }));
      }),
    );
    for (const key of keys) await client.send(new HeadObjectCommand({ Bucket, Key: key }));
  });

  test('copies an object with its metadata', async () => {
    const { client } = await startBucket();
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'x', Metadata: { a: 'b' } }));
    await client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/${Key}` }));
    const copy = await client.send(new HeadObjectCommand({ Bucket, Key: 'copy' }));
    expect(copy).toMatchObject({ ContentLength: 1, Metadata: { a: 'b' } });
  });

  test('does not show where it keeps what is not complete', async () => {
    const { client, url } = await startBucket();
    const { Buckets = [] } = await client.send(new ListBucketsCommand());
    expect(Buckets.map(({ Name }) => Name)).toEqual([Bucket]);
    expect((await fetch(new URL('/.drafts/1', url), { method: 'PUT', body: 'x' })).status).toBe(404);
  });
});

test('drafts that a killed process left behind go', () => {
  const folder = mkdtempSync(join(tmpdir(), 'feedbridge-drafts-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, '.drafts'));
  writeFileSync(join(folder, '.drafts', '7'), 'half');
  openDrafts(join(folder, '.drafts'));
  expect(filesIn(folder)).toEqual([]);
});
