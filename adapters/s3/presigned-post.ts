import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createScope, getSigningKey } from '@smithy/signature-v4';

/** Where uploads go: the bucket, and the origin that browsers and phones reach it by. */
export type UploadTarget = { bucket: string; origin: string };

/** A form that a client sends to S3 with the file as its last part. */
type PresignedPost = { method: 'POST'; url: string; fields: Record<string, string>; expiresAt: string };

/** What a form allows: one key, and either the file that was declared or any of at most so many bytes. */
type UploadForm = { key: string } & (
  | { bytes: number; contentType: string; sha256: string | undefined }
  | { maxBytes: number }
);

/** Signs a form; the client completes it with the file. */
export type SignUpload = (upload: UploadForm, now: Date) => Promise<PresignedPost>;

/** Any SDK client's settings: they hold credentials, region and hash, so that hot functions need no S3 client. */
export type SigningSettings = Pick<DynamoDBClient['config'], 'credentials' | 'region' | 'sha256'>;

/** The bucket's origin: path-style where an endpoint is set, as on one machine, else the bucket's own host name. */
export function uploadTarget(bucket: string, region: string, endpoint: string | undefined): UploadTarget {
  if (endpoint !== undefined) return { bucket, origin: `${endpoint.replace(/\/$/, '')}/${bucket}` };
  return { bucket, origin: `https://${bucket}.s3.${region}.amazonaws.com` };
}

/** Signs a POST policy that allows exactly what the form says, for so many seconds. */
async function presignPost(
  settings: SigningSettings,
  target: UploadTarget,
  upload: UploadForm,
  { now, seconds }: { now: Date; seconds: number },
): Promise<PresignedPost> {
  const credentials = await settings.credentials();
  const region = await settings.region();
  const signedAt = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = signedAt.slice(0, 8);
  const expiresAt = new Date(now.getTime() + seconds * 1_000).toISOString();
  const { bound, free, length } = fileFields(upload);
  const fields: Record<string, string> = {
    key: upload.key,
    ...bound,
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${credentials.accessKeyId}/${createScope(day, region, 's3')}`,
    'x-amz-date': signedAt,
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
  };
  const conditions = [
    { bucket: target.bucket },
    ...Object.entries(fields).map(([name, value]) => ({ [name]: value })),
    // S3 refuses a field that no condition names, and a form without a field that one names: so each has a value to begin with.
    ...Object.keys(free).map((name) => ['starts-with', `$${name}`, '']),
    ['content-length-range', ...length],
  ];
  const policy = Buffer.from(JSON.stringify({ expiration: expiresAt, conditions })).toString('base64');
  const signature = await signPolicy(settings, policy, day);
  const signed = { ...fields, ...free, policy, 'x-amz-signature': signature };
  return { method: 'POST', url: target.origin, fields: signed, expiresAt };
}

/** The fields that say what the file is: bound to their values where it was declared, else free for the client to change. */
function fileFields(upload: UploadForm): {
  bound: Record<string, string>;
  free: Record<string, string>;
  length: readonly [number, number];
} {
  if ('maxBytes' in upload) {
    // S3 puts the name of the file that is sent in the place of ${filename} (S3 API, POST Object).
    const free = { 'Content-Type': 'application/octet-stream', 'x-amz-meta-file-name': `\${filename}` };
    return { bound: {}, free, length: [1, upload.maxBytes] };
  }
  const { bytes, contentType, sha256 } = upload;
  const checksum =
    sha256 === undefined
      ? {}
      : {
          'x-amz-checksum-algorithm': 'SHA256',
          'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64'),
        };
  return { bound: { 'Content-Type': contentType, ...checksum }, free: {}, length: [bytes, bytes] };
}

/** Signs a Base64 policy for a day such as 20261121 (AWS Signature Version 4). */
export async function signPolicy(settings: SigningSettings, policy: string, day: string): Promise<string> {
  const { sha256, credentials, region } = settings;
  const signingKey = await getSigningKey(sha256, await credentials(), day, await region(), 's3');
  const hash = new sha256(signingKey);
  hash.update(Buffer.from(policy));
  return Buffer.from(await hash.digest()).toString('hex');
}

/** Makes the function that signs uploads into a bucket, each for so many seconds. */
export function uploadSigner(
  settings: SigningSettings,
  bucket: string,
  { endpoint, seconds }: { endpoint: string | undefined; seconds: number },
): SignUpload {
  return async (upload, now) => {
    const target = uploadTarget(bucket, await settings.region(), endpoint);
    return await presignPost(settings, target, upload, { now, seconds });
  };
}
