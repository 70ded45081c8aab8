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

test('a policy binds bucket, key, size and session, and ends after an hour', async () => {
  const sign = uploadSigner(new DynamoDBClient(settings).config, 'files', undefined);
  const post = await sign('attachments/apollo/BUG-0001/screenshot/k', 2_147_483_648, now);
  expect(post).toMatchObject({
    method: 'POST',
    url: 'https://files.s3.eu-central-1.amazonaws.com',
    expiresAt: '2026-11-21T10:00:00.000Z',
    fields: { key: 'attachments/apollo/BUG-0001/screenshot/k', 'x-amz-security-token': 'session' },
  });
  expect(JSON.parse(Buffer.from(post.fields.policy ?? '', 'base64').toString())).toEqual({
    expiration: '2026-11-21T10:00:00.000Z',
    conditions: [
      { bucket: 'files' },
      { key: 'attachments/apollo/BUG-0001/screenshot/k' },
      { 'x-amz-algorithm': 'AWS4-HMAC-SHA256' },
      { 'x-amz-credential': 'AKIDEXAMPLE/20261121/eu-central-1/s3/aws4_request' },
      { 'x-amz-date': '20261121T090000Z' },
      { 'x-amz-security-token': 'session' },
      ['content-length-range', 1, 2_147_483_648],
    ],
  });
});
