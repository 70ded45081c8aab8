import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Evidence, Scan } from '../../core/uploads/judge-arrival.ts';
import { readHeaderText } from './header-text.ts';
import { openPartUploads } from './part-uploads.ts';
import { openS3Client, sayWhenBusy, unlessAbsent } from './s3-client.ts';

/** One version of an object; without one the latest. */
export type ObjectAt = { key: string; objectVersion?: string | undefined };

/** The bucket of attachments, opened. */
export type AttachmentBucket = ReturnType<typeof openAttachmentBucket>;

/** The tag by which GuardDuty says what it found (GuardDuty, "Malware Protection for S3"). */
const scanTag = 'GuardDutyMalwareScanStatus';

/** Opens the bucket; `endpoint` is set where it is not in AWS. */
export function openAttachmentBucket(Bucket: string, endpoint: string | undefined, given?: S3Client) {
  const client = given === undefined ? openS3Client(endpoint) : sayWhenBusy(given);
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
    ...openPartUploads(client, Bucket),
  };
}

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
