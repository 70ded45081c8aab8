import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Bucket, startBucket } from './bucket-harness.ts';
import { credentials, region } from './place.ts';

const keys = ['attachments/a', "a b+c/ü(1)~*!'.log", 'trailing/'];

async function refusalOf(url: string, method = 'GET') {
  const answer = await fetch(url, { method, headers: { origin: 'https://a.example' } });
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  return [answer.status, /<Code>(.*)<\/Code>/.exec(await answer.text())?.[1]];
}

describe('a signature', () => {
  test.each(keys)('of a request for %s is found right', async (Key) => {
    const { client } = await startBucket();
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'hello', Metadata: { a: 'two  blanks' } }));
    const signed = await getSignedUrl(
      client,
      new GetObjectCommand({ Bucket, Key, ResponseContentDisposition: 'attachment; filename="a b+c.log"' }),
    );
    const answer = await fetch(signed);
    expect([answer.status, await answer.text()]).toEqual([200, 'hello']);
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
  });

  test('of another request is refused', async () => {
    const { client } = await startBucket();
    for (const Key of ['a', 'b']) await client.send(new PutObjectCommand({ Bucket, Key, Body: 'hello' }));
    const signed = await getSignedUrl(
      client,
      new GetObjectCommand({ Bucket, Key: 'a', ResponseContentType: 'text/plain' }),
    );
    const refused = [403, 'SignatureDoesNotMatch'];
    expect(await refusalOf(signed.replace('/files/a?', '/files/b?'))).toEqual(refused);
    expect(await refusalOf(signed.replace('text%2Fplain', 'text%2Fhtml'))).toEqual(refused);
    expect(await refusalOf(signed.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=604800'))).toEqual(refused);
    expect(await refusalOf(signed.replace(/X-Amz-Signature=\w+/, 'X-Amz-Signature=0'))).toEqual(refused);
    expect(await refusalOf(`${signed}&more=1`)).toEqual(refused);
    expect(await refusalOf(signed, 'PUT')).toEqual(refused);
  });

  test('with another secret is refused', async () => {
    const { url } = await startBucket();
    const client = new S3Client({
      endpoint: new URL(url).origin,
      region,
      forcePathStyle: true,
      credentials: { ...credentials, secretAccessKey: 'guessed' },
    });
    onTestFinished(() => client.destroy());
    const put = client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello' }));
    await expect(put).rejects.toMatchObject({ name: 'SignatureDoesNotMatch', $metadata: { httpStatusCode: 403 } });
  });

  test('that has expired matters only to the request, not to its preflight', async () => {
    const { client } = await startBucket();
    const signingDate = new Date(Date.now() - 3_600_000);
    const command = new PutObjectCommand({ Bucket, Key: 'a' });
    const expired = await getSignedUrl(client, command, { expiresIn: 60, signingDate });
    const headers = { origin: 'https://a.example', 'access-control-request-method': 'PUT' };
    const preflight = await fetch(expired, { method: 'OPTIONS', headers });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    expect(await refusalOf(expired, 'PUT')).toEqual([403, 'AccessDenied']);
  });
});
