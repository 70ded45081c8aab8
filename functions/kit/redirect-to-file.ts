import type { AttachmentBucket } from '../../adapters/s3/attachment-bucket.ts';
import { type AttachmentRecord, objectKeyOf } from '../../core/uploads/attachment.ts';
import type { HttpReply } from './http.ts';

/** How long a download may begin, in seconds (docs/http.md). */
const downloadSeconds = 300;

/** Leads to a stored file: it is saved under its name, and never shown as what its sender said that it is. */
export async function redirectToFile(bucket: AttachmentBucket, attachment: AttachmentRecord): Promise<HttpReply> {
  const { objectVersion, fileName } = attachment;
  const location = await bucket.signDownload(
    { key: objectKeyOf(attachment), objectVersion },
    fileName,
    downloadSeconds,
  );
  return { status: 302, headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' } };
}
