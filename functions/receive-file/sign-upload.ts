import { type AttachmentRecord, objectKeyOf } from '../../core/uploads/attachment.ts';
import { countParts, partBytes, sizeOfPart } from '../../core/uploads/part-plan.ts';
import type { FileDependencies } from './call.ts';

/** Signs a form for exactly the file that was declared. */
export async function signForm({ signUpload, now }: FileDependencies, attachment: AttachmentRecord) {
  const { size: bytes, contentType, sha256 } = attachment;
  const form = await signUpload({ key: objectKeyOf(attachment), bytes, contentType, sha256 }, new Date(now()));
  return { ...form, maxBytes: bytes };
}

/** Signs the addresses of those parts that the file has. */
export async function signPartList(
  { bucket, uploadUrlSeconds, now }: FileDependencies,
  attachment: AttachmentRecord,
  numbers: readonly number[],
) {
  const { uploadId = '', size } = attachment;
  const key = objectKeyOf(attachment);
  const count = countParts(size);
  const parts = await Promise.all(
    numbers
      .filter((number) => number <= count)
      .map(async (number) => {
        const part = { key, uploadId, number, bytes: sizeOfPart(number, size) };
        return { number, url: await bucket.signPart(part, uploadUrlSeconds) };
      }),
  );
  const expiresAt = new Date(now() + uploadUrlSeconds * 1_000).toISOString();
  return { partSize: partBytes, parts, expiresAt };
}
