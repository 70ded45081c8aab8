import { S3Client } from '@aws-sdk/client-s3';
import { type AttachmentBucket, openAttachmentBucket } from '../adapters/s3/attachment-bucket.ts';
import { credentials, region } from '../local/place.ts';
import type { TestEngines } from './engines.ts';

/** The SDK's client for a worker's bucket, with what the functions set. */
export function bucketClient({ s3Endpoint: endpoint }: Pick<TestEngines, 's3Endpoint'>): S3Client {
  const checksums = {
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  } as const;
  return new S3Client({ endpoint, region, credentials, forcePathStyle: true, ...checksums });
}

/** A worker's bucket of attachments. */
export function openTestBucket(engines: Pick<TestEngines, 's3Endpoint' | 'bucketName'>): AttachmentBucket {
  return openAttachmentBucket(engines.bucketName, undefined, bucketClient(engines));
}
