import { markRemoved } from '../../adapters/dynamodb/attachments.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import type { AttachmentBucket } from '../../adapters/s3/attachment-bucket.ts';
import { type AttachmentRecord, objectKeyOf } from '../../core/uploads/attachment.ts';

/** Removes what of a rejected or deleted attachment may lie in the bucket; until that is done it stays due. */
export async function removeObject(
  { table, bucket, now }: { table: Table; bucket: AttachmentBucket; now: () => number },
  attachment: AttachmentRecord,
): Promise<void> {
  await emptyPlace(bucket, attachment);
  await markRemoved(table, attachment, now());
}

/** Removes what of an attachment may lie in the bucket: parts that were sent, and the object. */
export async function emptyPlace(bucket: AttachmentBucket, attachment: AttachmentRecord): Promise<void> {
  const key = objectKeyOf(attachment);
  const { uploadId, objectVersion } = attachment;
  if (uploadId !== undefined) await bucket.abortParts(key, uploadId);
  await bucket.remove({ key, objectVersion });
}
