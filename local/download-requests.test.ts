import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { describe, expect, test } from 'vitest';
import { Bucket, startBucket } from './bucket-harness.ts';

const Key = 'attachments/a';
const asFile = {
  ResponseContentType: 'application/octet-stream',
  ResponseContentDisposition: 'attachment; filename="a_b.log"; filename*=UTF-8\'\'a%C3%BCb.log',
};

async function stored(Body: string | Buffer = '0123456789') {
  const bucket = await startBucket();
  await bucket.client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'text/html' }));
  const sign = (input: object = {}, signingDate = new Date()) =>
    getSignedUrl(bucket.client, new GetObjectCommand({ Bucket, Key, ...input }), { expiresIn: 60, signingDate });
  return { ...bucket, sign };
}

describe('a presigned download', () => {
  test('comes under the name and type that were signed, to pages of any origin', async () => {
    const { sign } = await stored();
    const answer = await fetch(await sign(asFile), { headers: { origin: 'https://a.example' } });
    expect(await answer.text()).toBe('0123456789');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': asFile.ResponseContentType,
      'content-disposition': asFile.ResponseContentDisposition,
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'ETag',
    });
  });

  test('comes in ranges as well', async () => {
    const { sign } = await stored();
    const answer = await fetch(await sign(asFile), { headers: { range: 'bytes=2-4' } });
    expect([answer.status, await answer.text()]).toEqual([206, '234']);
    expect(answer.headers.get('content-range')).toBe('bytes 2-4/10');
    expect(answer.headers.get('content-disposition')).toBe(asFile.ResponseContentDisposition);
  });

  test('is described under that name too', async () => {
    const { client } = await stored();
    const head = await getSignedUrl(client, new HeadObjectCommand({ Bucket, Key, ...asFile }));
    const answer = await fetch(head, { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toBe(asFile.ResponseContentDisposition);
    expect(answer.headers.get('content-length')).toBe('10');
  });

  test('is refused once it has expired, as pages of any origin can read', async () => {
    const { sign } = await stored();
    const expired = await sign(asFile, new Date(Date.now() - 3_600_000));
    const answer = await fetch(expired, { headers: { origin: 'https://a.example' } });
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });

  test('is refused under a name that no header can have', async () => {
    const { sign } = await stored();
    const answer = await fetch(await sign({ ResponseContentDisposition: 'attachment; filename="☃.log"' }));
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('ISO-8859-1')]);
  });

  test('of an object that is not there is not found, as pages of any origin can read', async () => {
    const { sign } = await stored();
    const answer = await fetch(await sign({ Key: 'attachments/b' }), { headers: { origin: 'https://a.example' } });
    expect(answer.status).toBe(404);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('a range', () => {
  test.each([
    ['bytes=0-0', '0', 'bytes 0-0/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=7-99', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
    ['bytes=0-', '0123456789', 'bytes 0-9/10'],
    ['bytes=4-2', '0123456789', undefined],
    ['bytes=0-1,3-4', '0123456789', undefined],
    ['lines=1-2', '0123456789', undefined],
  ])('%s is %s', async (Range, content, ContentRange) => {
    const { client } = await stored();
    const answer = await client.send(new GetObjectCommand({ Bucket, Key, Range }));
    expect(await answer.Body?.transformToString()).toBe(content);
    expect(answer.ContentRange).toBe(ContentRange);
  });

  test('outside of the object is refused', async () => {
    const { client } = await stored();
    for (const Range of ['bytes=10-', 'bytes=-0']) {
      const asked = client.send(new GetObjectCommand({ Bucket, Key, Range }));
      await expect(asked).rejects.toMatchObject({ name: 'InvalidRange', $metadata: { httpStatusCode: 416 } });
    }
  });

  test('of nothing is refused, and nothing as a whole is not', async () => {
    const { client } = await stored(Buffer.alloc(0));
    const asked = client.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=0-' }));
    await expect(asked).rejects.toMatchObject({ name: 'InvalidRange' });
    const whole = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(await whole.Body?.transformToString()).toBe('');
  });
});
