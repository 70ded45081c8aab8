import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { expect, test } from 'vitest';
import { signPolicy, uploadSigner } from './presigned-post.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' };
const settings = { region: 'eu-central-1', credentials };
const now = new Date('2026-11-21T09:00:00.000Z');

test('a policy is signed as the SDK for S3 signs it', async () => {
  const client = new S3Client(settings);
  const { fields } = await createPresignedPost(client, { Bucket: 'files', Key: 'attachments/x' });
  const day = fields['X-Amz-Date']?.slice(0, 8) ?? '';
  expect(await signPolicy(new DynamoDBClient(settings).config, fields.Policy ?? '', day)).toBe(
    fields['X-Amz-Signature'],
  );
});

const sign = uploadSigner(new DynamoDBClient(settings).config, 'files', { endpoint: undefined, seconds: 3_600 });
const key = 'attachments/apollo/BUG-0001/screenshot/k';

function policyOf({ fields }: { fields: Record<string, string> }): unknown {
  return JSON.parse(Buffer.from(fields.policy ?? '', 'base64').toString());
}

const signedAlike = [
  { 'x-amz-algorithm': 'AWS4-HMAC-SHA256' },
  { 'x-amz-credential': 'AKIDEXAMPLE/20261121/eu-central-1/s3/aws4_request' },
  { 'x-amz-date': '20261121T090000Z' },
  { 'x-amz-security-token': 'session' },
];

test('a policy binds bucket, key, largest size and session, and ends after an hour', async () => {
  const post = await sign({ key, maxBytes: 2_147_483_648 }, now);
  expect(post).toMatchObject({
    method: 'POST',
    url: 'https://files.s3.eu-central-1.amazonaws.com',
    expiresAt: '2026-11-21T10:00:00.000Z',
    fields: { key, 'x-amz-security-token': 'session' },
  });
  expect(policyOf(post)).toEqual({
    expiration: '2026-11-21T10:00:00.000Z',
    conditions: [
      { bucket: 'files' },
      { key },
      ...signedAlike,
      ['starts-with', '$Content-Type', ''],
      ['starts-with', '$x-amz-meta-file-name', ''],
      ['content-length-range', 1, 2_147_483_648],
    ],
  });
});

test('a policy binds the exact size, the content type and the checksum of a file that was declared', async () => {
  const post = await sign({ key, bytes: 12, contentType: 'image/png', sha256: 'ab'.repeat(32) }, now);
  const checksum = Buffer.alloc(32, 0xab).toString('base64');
  expect(policyOf(post)).toEqual({
    expiration: '2026-11-21T10:00:00.000Z',
    conditions: [
      { bucket: 'files' },
      { key },
      { 'Content-Type': 'image/png' },
      { 'x-amz-checksum-algorithm': 'SHA256' },
      { 'x-amz-checksum-sha256': checksum },
      ...signedAlike,
      ['content-length-range', 12, 12],
    ],
  });
});
