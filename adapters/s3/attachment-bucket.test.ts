import { createServer } from 'node:http';
import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { type AttachmentBucket, openAttachmentBucket } from './attachment-bucket.ts';
import { BucketBusy } from './bucket-busy.ts';

type Answer = { status: number; headers?: Record<string, string>; body?: string };

const error = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;
const at = { key: 'attachments/p/BUG-0001/f/a' };

/** A bucket that answers one request after the other as told, the last answer for good, and what it was asked. */
async function bucketThat(...answers: Answer[]): Promise<{ bucket: AttachmentBucket; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume().once('end', () => {
      const {
        status,
        headers = {},
        body = '',
      } = answers[Math.min(asked.length, answers.length) - 1] ?? { status: 500 };
      response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
    forcePathStyle: true,
    maxAttempts: 1,
  });
  return { bucket: openAttachmentBucket('files', undefined, client), asked };
}

describe('an object', () => {
  test('is seen with its version, its name and the checksum of the whole', async () => {
    const headers = {
      'content-length': '12',
      etag: '"abc"',
      'x-amz-version-id': 'v1',
      'x-amz-checksum-sha256': Buffer.alloc(32, 0xab).toString('base64'),
      'x-amz-checksum-type': 'FULL_OBJECT',
      'x-amz-meta-file-name': '=?UTF-8?B?w5wudHh0?=',
    };
    const { bucket, asked } = await bucketThat({ status: 200, headers });
    expect(await bucket.look({ ...at, objectVersion: 'v1' })).toMatchObject({
      ...{ bytes: 12, etag: 'abc', objectVersion: 'v1', sha256: 'ab'.repeat(32), fileName: 'Ü.txt' },
    });
    expect(asked).toEqual([`HEAD /files/${at.key}?versionId=v1`]);
  });

  test('that came in parts has no checksum of the whole', async () => {
    const headers = { 'x-amz-checksum-sha256': 'AAAA-2', 'x-amz-checksum-type': 'COMPOSITE', etag: '"a-2"' };
    const { bucket } = await bucketThat({ status: 200, headers });
    expect(await bucket.look(at)).toMatchObject({ sha256: undefined });
  });

  test('is absent where S3 says 404, and nothing is concluded where it says 403', async () => {
    const { bucket } = await bucketThat({ status: 404 }, { status: 403 });
    expect(await bucket.look(at)).toBeUndefined();
    await expect(bucket.look(at)).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  test('is removed by its version', async () => {
    const { bucket, asked } = await bucketThat({ status: 204 });
    await bucket.remove({ ...at, objectVersion: 'v2' });
    expect(asked).toEqual([`DELETE /files/${at.key}?versionId=v2&x-id=DeleteObject`]);
  });

  test.each([500, 503])('of a bucket that answers %i may be asked for later', async (status) => {
    const { bucket } = await bucketThat({ status });
    await expect(bucket.look(at)).rejects.toThrow(BucketBusy);
  });
});

describe('parts', () => {
  const page = (number: number, more: boolean) =>
    `<ListPartsResult><IsTruncated>${more}</IsTruncated><NextPartNumberMarker>${number}</NextPartNumberMarker>` +
    `<Part><PartNumber>${number}</PartNumber><Size>5</Size><ETag>"e${number}"</ETag></Part></ListPartsResult>`;

  test('are listed to the last page, which names a next one as well', async () => {
    const { bucket, asked } = await bucketThat(
      { status: 200, body: page(1, true) },
      { status: 200, body: page(2, false) },
    );
    expect(await bucket.listParts(at.key, 'u')).toEqual([
      { number: 1, size: 5, etag: 'e1' },
      { number: 2, size: 5, etag: 'e2' },
    ]);
    expect(asked).toHaveLength(2);
  });

  test.each<[string, Answer, string]>([
    ['gone where the upload is no more', { status: 404, body: error('NoSuchUpload') }, 'gone'],
    ['changed where one is another by now', { status: 400, body: error('InvalidPart') }, 'changed'],
    [
      'completed',
      { status: 200, body: '<CompleteMultipartUploadResult><ETag>"a-1"</ETag></CompleteMultipartUploadResult>' },
      'completed',
    ],
  ])('are %s', async (_, answer, outcome) => {
    const { bucket } = await bucketThat(answer);
    expect(await bucket.completeParts(at.key, 'u', [{ number: 1, etag: 'e1' }])).toBe(outcome);
  });

  test('that S3 could not put together after it had answered 200 may be completed later', async () => {
    const { bucket } = await bucketThat({ status: 200, body: error('InternalError') });
    await expect(bucket.completeParts(at.key, 'u', [{ number: 1, etag: 'e1' }])).rejects.toThrow(BucketBusy);
  });
});

test('a download is signed as a file to be saved, under a name that cannot break its header', async () => {
  const { bucket } = await bucketThat({ status: 200 });
  const url = new URL(await bucket.signDownload(at, 'a"b\\c;\r\n’%.txt', 300));
  expect(url.searchParams.get('response-content-type')).toBe('application/octet-stream');
  expect(url.searchParams.get('response-content-disposition')).toBe(
    `attachment; filename="a_b_c;____.txt"; filename*=UTF-8''a%22b%5Cc%3B%0D%0A%E2%80%99%25.txt`,
  );
  expect(url.searchParams.get('X-Amz-Expires')).toBe('300');
});
