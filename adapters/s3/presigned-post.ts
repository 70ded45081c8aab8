import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createScope, getSigningKey } from '@smithy/signature-v4';

/** How long a presigned POST lives, in seconds: a Lambda role's session is the upper bound (docs/decisions). */
const presignedSeconds = 3_600;

/** Where uploads go: the bucket, and the origin that browsers and phones reach it by. */
export type UploadTarget = { bucket: string; origin: string };

/** A form that a client sends to S3 with the file as its last part. */
export type PresignedPost = { method: 'POST'; url: string; fields: Record<string, string>; expiresAt: string };

/** Any SDK client's settings: they hold credentials, region and hash, so that hot functions need no S3 client. */
export type SigningSettings = Pick<DynamoDBClient['config'], 'credentials' | 'region' | 'sha256'>;

/** The bucket's origin: path-style where an endpoint is set, as on one machine, else the bucket's own host name. */
export function uploadTarget(bucket: string, region: string, endpoint: string | undefined): UploadTarget {
  if (endpoint !== undefined) return { bucket, origin: `${endpoint.replace(/\/$/, '')}/${bucket}` };
  return { bucket, origin: `https://${bucket}.s3.${region}.amazonaws.com` };
}

/** Signs a POST policy that allows exactly this key and at most `maxBytes`, for an hour. */
async function presignPost(
  settings: SigningSettings,
  target: UploadTarget,
  upload: { key: string; minBytes: number; maxBytes: number },
  now: Date,
): Promise<PresignedPost> {
  const credentials = await settings.credentials();
  const region = await settings.region();
  const signedAt = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = signedAt.slice(0, 8);
  const expiresAt = new Date(now.getTime() + presignedSeconds * 1000).toISOString();
  const fields: Record<string, string> = {
    key: upload.key,
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${credentials.accessKeyId}/${createScope(day, region, 's3')}`,
    'x-amz-date': signedAt,
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
  };
  const conditions = [
    { bucket: target.bucket },
    ...Object.entries(fields).map(([name, value]) => ({ [name]: value })),
    ['content-length-range', upload.minBytes, upload.maxBytes],
  ];
  const policy = Buffer.from(JSON.stringify({ expiration: expiresAt, conditions })).toString('base64');
  const signature = await signPolicy(settings, policy, day);
  return { method: 'POST', url: target.origin, fields: { ...fields, policy, 'x-amz-signature': signature }, expiresAt };
}

/** Signs a Base64 policy for a day such as 20261121 (AWS Signature Version 4). */
export async function signPolicy(settings: SigningSettings, policy: string, day: string): Promise<string> {
  const { sha256, credentials, region } = settings;
  const signingKey = await getSigningKey(sha256, await credentials(), day, await region(), 's3');
  const hash = new sha256(signingKey);
  hash.update(Buffer.from(policy));
  return Buffer.from(await hash.digest()).toString('hex');
}

/** Makes the function that signs uploads of up to `maxBytes` into a bucket. */
export function uploadSigner(settings: SigningSettings, bucket: string, endpoint: string | undefined) {
  return async (key: string, maxBytes: number, now: Date): Promise<PresignedPost> => {
    const target = uploadTarget(bucket, await settings.region(), endpoint);
    return await presignPost(settings, target, { key, minBytes: 1, maxBytes }, now);
  };
}
