import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListPartsCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { describe, expect, test } from 'vitest';
import { Bucket, cutShort, filesIn, startBucket } from './bucket-harness.ts';

const Key = 'attachments/a';

async function begin(Metadata: Record<string, string> = {}) {
  const bucket = await startBucket();
  const { client } = bucket;
  const begun = await client.send(
    new CreateMultipartUploadCommand({ Bucket, Key, Metadata, ContentType: 'text/x-log' }),
  );
  return { ...bucket, upload: uploadIn(client, begun.UploadId ?? '') };
}

function uploadIn(client: S3Client, UploadId: string) {
  const upload = { Bucket, Key, UploadId };
  return {
    ...upload,
    put: (PartNumber: number, Body: string) => client.send(new UploadPartCommand({ ...upload, PartNumber, Body })),
    list: (page: { MaxParts?: number; PartNumberMarker?: string } = {}) =>
      client.send(new ListPartsCommand({ ...upload, ...page })),
    complete: (...Parts: CompletedPart[]) =>
      client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } })),
    abort: () => client.send(new AbortMultipartUploadCommand(upload)),
    signPart: (PartNumber: number, signingDate = new Date()) =>
      getSignedUrl(client, new UploadPartCommand({ ...upload, PartNumber }), { expiresIn: 60, signingDate }),
  };
}

const unknownId = '0'.repeat(32);
const noSuchUpload = { name: 'NoSuchUpload', $metadata: { httpStatusCode: 404 } };
const anHourAgo = () => new Date(Date.now() - 3_600_000);

describe('a multipart upload', () => {
  test('becomes an object of its parts in order, with its metadata, and leaves nothing else', async () => {
    const { client, folder, upload } = await begin({ 'file-name': 'a.log' });
    const second = await upload.put(2, 'world');
    const first = await upload.put(1, 'hello ');
    const completed = await upload.complete(
      { PartNumber: 1, ETag: first.ETag },
      { PartNumber: 2, ETag: second.ETag?.replaceAll('"', '') },
    );
    expect(completed).toMatchObject({ Bucket, Key, ETag: expect.stringMatching(/^"[0-9a-f]{32}-2"$/) });
    const object = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(object).toMatchObject({
      ETag: completed.ETag,
      ContentLength: 11,
      ContentType: 'text/x-log',
      Metadata: { 'file-name': 'a.log' },
    });
    expect(await object.Body?.transformToString()).toBe('hello world');
    expect(filesIn(folder).filter((name) => !name.startsWith('files/attachments/a._'))).toEqual([]);
  });

  test('lists its parts by number, with what S3 tells of each', async () => {
    const { upload } = await begin();
    for (const number of [10, 9, 2]) await upload.put(number, 'x'.repeat(number));
    const { Parts = [], ...rest } = await upload.list();
    expect(rest).toMatchObject({ Bucket, Key, UploadId: upload.UploadId, MaxParts: 1000, IsTruncated: false });
    expect(Parts.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [2, 2],
      [9, 9],
      [10, 10],
    ]);
    const aMinute = 60_000;
    expect(Parts[0]?.ETag).toBe('"9336ebf25087d91c818ee6e9ec29f8c1"');
    expect(Math.abs(Date.now() - Number(Parts[0]?.LastModified))).toBeLessThan(aMinute);
  });

  test('lists its parts by pages', async () => {
    const { upload } = await begin();
    for (const number of [1, 2, 3, 4, 5]) await upload.put(number, 'x');
    expect(await upload.list({ MaxParts: 2, PartNumberMarker: '1' })).toMatchObject({
      Parts: [{ PartNumber: 2 }, { PartNumber: 3 }],
      IsTruncated: true,
      PartNumberMarker: '1',
      NextPartNumberMarker: '3',
      MaxParts: 2,
    });
    // As S3 has it, the last page names a next one as well.
    expect(await upload.list({ MaxParts: 2, PartNumberMarker: '4' })).toMatchObject({
      Parts: [{ PartNumber: 5 }],
      IsTruncated: false,
      NextPartNumberMarker: '5',
    });
    expect(await upload.list({ PartNumberMarker: '5' })).toMatchObject({
      IsTruncated: false,
      NextPartNumberMarker: '0',
    });
  });

  test('lists no parts before there are any', async () => {
    const { upload } = await begin();
    const listed = await upload.list();
    expect(listed).toMatchObject({ IsTruncated: false });
    expect(listed.Parts ?? []).toEqual([]);
  });

  test('is gone once it was aborted, with its parts', async () => {
    const { folder, upload } = await begin();
    const { ETag } = await upload.put(1, 'x');
    expect((await upload.abort()).$metadata.httpStatusCode).toBe(204);
    expect(filesIn(folder)).toEqual([]);
    await expect(upload.abort()).rejects.toMatchObject(noSuchUpload);
    await expect(upload.list()).rejects.toMatchObject(noSuchUpload);
    await expect(upload.put(2, 'x')).rejects.toMatchObject(noSuchUpload);
    await expect(upload.complete({ PartNumber: 1, ETag })).rejects.toMatchObject(noSuchUpload);
    expect(filesIn(folder)).toEqual([]);
  });

  test.each([
    ['an id that nobody was given', unknownId],
    ['an id that leads elsewhere', '../..'],
  ])('is not found by %s', async (_, id) => {
    const { client, folder, upload } = await begin();
    const before = filesIn(folder);
    const unknown = uploadIn(client, id);
    await expect(unknown.put(1, 'x')).rejects.toMatchObject(noSuchUpload);
    await expect(unknown.list()).rejects.toMatchObject(noSuchUpload);
    await expect(unknown.abort()).rejects.toMatchObject(noSuchUpload);
    await expect(unknown.complete({ PartNumber: 1, ETag: 'x' })).rejects.toMatchObject(noSuchUpload);
    const elsewhere = new ListPartsCommand({ Bucket, Key: 'attachments/b', UploadId: upload.UploadId });
    await expect(client.send(elsewhere)).rejects.toMatchObject(noSuchUpload);
    expect(filesIn(folder)).toEqual(before);
  });

  test('is not completed by parts that are not those uploaded, and stays', async () => {
    const { client, upload } = await begin();
    const { ETag } = await upload.put(1, 'one');
    const { ETag: ETag2 } = await upload.put(2, 'two');
    const part = { PartNumber: 1, ETag };
    const invalidPart = { name: 'InvalidPart', $metadata: { httpStatusCode: 400 } };
    await expect(upload.complete({ PartNumber: 1, ETag: ETag2 })).rejects.toMatchObject(invalidPart);
    await expect(upload.complete({ PartNumber: 1 })).rejects.toMatchObject(invalidPart);
    await expect(upload.complete(part, { PartNumber: 3, ETag })).rejects.toMatchObject(invalidPart);
    const invalidOrder = { name: 'InvalidPartOrder', $metadata: { httpStatusCode: 400 } };
    await expect(upload.complete({ PartNumber: 2, ETag: ETag2 }, part)).rejects.toMatchObject(invalidOrder);
    await expect(upload.complete(part, part)).rejects.toMatchObject(invalidOrder);
    await expect(upload.complete()).rejects.toMatchObject({ name: 'MalformedXML' });
    await expect(client.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: 'NotFound' });
    expect((await upload.list()).Parts).toHaveLength(2);
  });

  test('keeps the earlier part where a later one of its number is cut short', async () => {
    const { client, folder, upload } = await begin();
    const { ETag } = await upload.put(1, 'the good one');
    const before = filesIn(folder);
    const signed = await upload.signPart(1);
    await cutShort(folder, signed, { method: 'PUT', beginning: Buffer.alloc(100_000, 'x') });
    expect(filesIn(folder)).toEqual(before);
    expect((await upload.list()).Parts).toMatchObject([{ PartNumber: 1, ETag, Size: 12 }]);
    await upload.complete({ PartNumber: 1, ETag });
    const object = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(await object.Body?.transformToString()).toBe('the good one');
  });

  test('takes a part by a presigned request, until that expires', async () => {
    const { upload } = await begin();
    const put = async (url: string) =>
      fetch(url, { method: 'PUT', body: 'hello', headers: { origin: 'https://a.example' } });
    const taken = await put(await upload.signPart(1));
    expect([taken.status, taken.headers.get('etag')]).toEqual([200, '"5d41402abc4b2a76b9719d911017c592"']);
    const late = await put(await upload.signPart(2, anHourAgo()));
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
    expect((await upload.list()).Parts).toHaveLength(1);
  });

  test('tells the page of any origin what it answers, errors too', async () => {
    const { url, upload } = await begin();
    const headers = { origin: 'https://a.example' };
    const answers = [
      await fetch(await upload.signPart(1), { method: 'PUT', body: 'x', headers }),
      await fetch(await upload.signPart(1, anHourAgo()), { method: 'PUT', body: 'x', headers }),
      await fetch(`${url}/${Key}?partNumber=1&uploadId=${unknownId}`, { method: 'PUT', body: 'x', headers }),
      await fetch(`${url}/${Key}?uploadId=${upload.UploadId}`, { headers }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 403, 403]);
    for (const answer of answers) {
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.headers.get('access-control-expose-headers')).toBe('ETag');
    }
    const preflight = await fetch(await upload.signPart(1), {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type' },
    });
    expect(preflight.status).toBe(200);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT');
  });

  test('refuses a part whose number is none', async () => {
    const { folder, upload } = await begin();
    const before = filesIn(folder);
    for (const number of [0, 10_001, 1.5]) {
      await expect(upload.put(number, 'x')).rejects.toMatchObject({ name: 'InvalidArgument' });
    }
    expect(filesIn(folder)).toEqual(before);
  });
});
