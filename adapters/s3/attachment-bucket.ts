import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListPartsCommand,
  type ListPartsCommandOutput,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Evidence, Scan } from '../../core/uploads/judge-arrival.ts';
import type { NamedPart, UploadedPart } from '../../core/uploads/part-plan.ts';
import { BucketBusy } from './bucket-busy.ts';
import { readHeaderText } from './header-text.ts';

/** One version of an object; without one the latest. */
export type ObjectAt = { key: string; objectVersion?: string | undefined };

/** One part of an upload, before it is sent. */
export type PartToSign = { key: string; uploadId: string; number: number; bytes: number };

/** What came of putting parts together. */
export type Completion = 'completed' | 'gone' | 'changed';

/** The bucket of attachments, opened. */
export type AttachmentBucket = ReturnType<typeof openAttachmentBucket>;

/** The tag by which GuardDuty says what it found (GuardDuty, "Malware Protection for S3"). */
const scanTag = 'GuardDutyMalwareScanStatus';

/** How long parts may take to be put together, in milliseconds: a caller waits for it (AWS quota: 30 s). */
const maxCompleteMs = 20_000;

/** Opens the bucket; `endpoint` is set where it is not in AWS. */
export function openAttachmentBucket(Bucket: string, endpoint: string | undefined, given?: S3Client) {
  const client = given ?? makeClient(endpoint);
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        try {
          return await next(args);
        } catch (error) {
          throw isPassing(error) ? new BucketBusy(`S3 did not do ${commandName}`, { cause: error }) : error;
        }
      },
    { step: 'initialize', name: 'sayBusy', override: true },
  );
  const at = ({ key, objectVersion }: ObjectAt) => ({
    Bucket,
    Key: key,
    ...(objectVersion === undefined ? {} : { VersionId: objectVersion }),
  });
  return {
    /** What is known of an object without reading it; undefined where it is not there. */
    async look(object: ObjectAt): Promise<Evidence | undefined> {
      const head = await unlessAbsent(client.send(new HeadObjectCommand({ ...at(object), ChecksumMode: 'ENABLED' })));
      if (head === undefined) return undefined;
      const { ContentLength: bytes = 0, ETag = '', VersionId, ChecksumSHA256, ChecksumType, ContentType } = head;
      const fileName = head.Metadata?.['file-name'];
      return {
        bytes,
        etag: ETag.replaceAll('"', ''),
        objectVersion: VersionId,
        // The checksum of a multipart upload is one of the parts' checksums, which says nothing of the whole.
        sha256: ChecksumType === 'FULL_OBJECT' ? hexOf(ChecksumSHA256) : undefined,
        fileName: fileName === undefined ? undefined : readHeaderText(fileName),
        contentType: ContentType,
      };
    },
    /** Reads an object through and returns its SHA-256 in hexadecimal; never more than a piece of it is in memory. */
    async hash(object: ObjectAt): Promise<string> {
      const { Body } = await client.send(new GetObjectCommand(at(object)));
      const hash = createHash('sha256');
      // On Node the body is the socket's own stream; as a web stream it would take as much memory again.
      if (!(Body instanceof Readable)) throw new Error(`S3 gave no stream of ${object.key}`);
      for await (const piece of Body) hash.update(piece);
      return hash.digest('hex');
    },
    /** What GuardDuty says of an object, by its tag. */
    async readScan(object: ObjectAt): Promise<Scan> {
      const { TagSet = [] } = await client.send(new GetObjectTaggingCommand(at(object)));
      return judgeScan(TagSet.find(({ Key }) => Key === scanTag)?.Value);
    },
    /** Stores a small file. */
    async put(key: string, body: Uint8Array, contentType: string): Promise<void> {
      await client.send(new PutObjectCommand({ Bucket, Key: key, Body: body, ContentType: contentType }));
    },
    /** Removes an object, or one of its versions, for good; one that is not there is removed already. */
    async remove(object: ObjectAt): Promise<void> {
      await client.send(new DeleteObjectCommand(at(object)));
    },
    /** Signs a download for so many seconds, as a file under this name and of no type that a browser would show. */
    async signDownload(object: ObjectAt, fileName: string, seconds: number): Promise<string> {
      const command = new GetObjectCommand({
        ...at(object),
        ResponseContentType: 'application/octet-stream',
        ResponseContentDisposition: dispositionOf(fileName),
        ResponseCacheControl: 'private, no-store',
      });
      return await getSignedUrl(client, command, { expiresIn: seconds });
    },
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

function makeClient(endpoint: string | undefined): S3Client {
  return new S3Client({
    maxAttempts: 5,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    // A presigned part would carry the checksum of an empty body, which no browser's part has.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
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

/** Whoever asks may list the bucket, so that S3 says 404 of what is not there, and 403 only of what nobody should meet. */
async function unlessAbsent<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof S3ServiceException && absentNames.has(error.name)) return undefined;
    throw error;
  }
}

/** Whether a fault of S3 passes: its own, throttling, and what took too long (S3 API, "Error responses"). */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (passingNames.has(error.name)) return true;
  return error instanceof S3ServiceException && (error.$metadata.httpStatusCode ?? 0) >= 500;
}

const passingNames = new Set([
  'InternalError',
  'SlowDown',
  'ServiceUnavailable',
  'RequestTimeout',
  'TimeoutError',
  'AbortError',
]);

const absentNames = new Set(['NotFound', 'NoSuchKey', 'NoSuchUpload', 'NoSuchVersion']);

function judgeScan(status: string | undefined): Scan {
  switch (status) {
    case undefined:
      return { outcome: 'not-yet' };
    case 'NO_THREATS_FOUND':
      return { outcome: 'clean' };
    case 'THREATS_FOUND':
      return { outcome: 'infected' };
    default:
      return { outcome: 'impossible', status };
  }
}

/** RFC 6266: the plain name for old clients, the whole one in UTF-8. */
function dispositionOf(fileName: string): string {
  const plain = fileName.replace(/[^ -~]|["\\%]/g, '_');
  const whole = encodeURIComponent(fileName).replace(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}

function hexOf(base64: string | undefined): string | undefined {
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('hex');
}
