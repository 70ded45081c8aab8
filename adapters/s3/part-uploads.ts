import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  type ListPartsCommandOutput,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { NamedPart, UploadedPart } from '../../core/uploads/part-plan.ts';
import { unlessAbsent } from './s3-client.ts';

/** One part of an upload, before it is sent. */
export type PartToSign = { key: string; uploadId: string; number: number; bytes: number };

/** What came of putting parts together. */
export type Completion = 'completed' | 'gone' | 'changed';

/** How long parts may take to be put together, in milliseconds: a caller waits for it (AWS quota: 30 s). */
const maxCompleteMs = 20_000;

/** Opens the uploads in parts of a bucket. */
export function openPartUploads(client: S3Client, Bucket: string) {
  return {
    /** Begins an upload in parts and returns its id. */
    async startParts(key: string, contentType: string): Promise<string> {
      const { UploadId } = await client.send(
        new CreateMultipartUploadCommand({ Bucket, Key: key, ContentType: contentType }),
      );
      if (UploadId === undefined) throw new Error(`S3 gave no id of the upload of ${key}`);
      return UploadId;
    },
    /** Signs the upload of one part of exactly so many bytes, for so many seconds. */
    async signPart({ key, uploadId, number, bytes }: PartToSign, seconds: number): Promise<string> {
      const part = { Bucket, Key: key, UploadId: uploadId, PartNumber: number, ContentLength: bytes };
      return await getSignedUrl(client, new UploadPartCommand(part), { expiresIn: seconds });
    },
    /** Lists the parts that are there; undefined where the upload is finished or was aborted. */
    async listParts(key: string, uploadId: string): Promise<UploadedPart[] | undefined> {
      return await unlessAbsent(readParts(client, { Bucket, Key: key, UploadId: uploadId }));
    },
    /** Makes the parts an object; `gone` where the upload is finished or was aborted, `changed` where a part is another now. */
    async completeParts(key: string, uploadId: string, parts: readonly NamedPart[]): Promise<Completion> {
      const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: `"${etag}"` }));
      const command = new CompleteMultipartUploadCommand({
        ...{ Bucket, Key: key, UploadId: uploadId },
        MultipartUpload: { Parts },
      });
      try {
        const abortSignal = AbortSignal.timeout(maxCompleteMs);
        return (await unlessAbsent(client.send(command, { abortSignal }))) === undefined ? 'gone' : 'completed';
      } catch (error) {
        if (error instanceof S3ServiceException && error.name === 'InvalidPart') return 'changed';
        throw error;
      }
    },
    /** Gives an upload in parts up and removes them; one that is not there was given up already. */
    async abortParts(key: string, uploadId: string): Promise<void> {
      await unlessAbsent(client.send(new AbortMultipartUploadCommand({ Bucket, Key: key, UploadId: uploadId })));
    },
  };
}

async function readParts(client: S3Client, upload: { Bucket: string; Key: string; UploadId: string }) {
  const parts: UploadedPart[] = [];
  // The SDK's own paginator never ends: S3 names a next marker on the last page as well, and only IsTruncated says more.
  for (let marker: string | undefined; ; ) {
    const page: ListPartsCommandOutput = await client.send(
      new ListPartsCommand({ ...upload, PartNumberMarker: marker }),
    );
    for (const { PartNumber: number = 0, Size: size = 0, ETag = '' } of page.Parts ?? []) {
      parts.push({ number, size, etag: ETag.replaceAll('"', '') });
    }
    if (page.IsTruncated !== true) return parts;
    marker = page.NextPartNumberMarker;
  }
}
