import * as z from 'zod';
import { Attachment } from '../../core/uploads/attachment.ts';

/** A form for S3 that the caller completes with the file, as its last part. */
export const UploadForm = z
  .object({
    method: z.literal('POST'),
    url: z.url(),
    fields: z.record(z.string(), z.string()),
    expiresAt: z.iso.datetime(),
    maxBytes: z.int(),
  })
  .meta({ id: 'UploadForm' });

/**
 * A media type that can be a header: no control, nothing beyond ASCII (RFC 9110, 8.3). Without a dollar sign, since S3 puts the
 * file's name in the place of ${filename} in any field of a form.
 */
const mediaType = /^[A-Za-z0-9!#&^_.+-]+\/[A-Za-z0-9!#&^_.+-]+(?:\s*;[\x20-\x23\x25-\x7e]*)?$/;

/** A file as it is declared before it is sent. */
export const FileDeclaration = z
  .strictObject({
    fileName: z.string().min(1).describe('It is cleaned of what could do harm, and cut to 255 characters.'),
    contentType: z.string().max(255).regex(mediaType, 'a media type such as image/png').meta({ example: 'image/png' }),
    size: z.int().min(1).describe('Its bytes, exactly.'),
    sha256: z
      .string()
      .regex(/^[0-9A-Fa-f]{64}$/, '64 hexadecimal digits')
      .optional()
      .describe('Checked when the file has arrived.'),
    multipart: z.boolean().optional().describe('Whether it is sent in parts; those above 100 MiB are, by default.'),
  })
  .meta({ id: 'FileDeclaration' });
export type FileDeclaration = z.infer<typeof FileDeclaration>;

const PartNumber = z.int().min(1).max(10_000);

/** Which parts are to be signed. */
export const SignRequest = z
  .strictObject({ parts: z.array(PartNumber).min(1).max(1_000).optional().describe('Numbers of parts, from 1.') })
  .meta({ id: 'SignRequest' });

/** The parts of an upload that is complete, as S3 answered them. */
export const CompleteRequest = z
  .strictObject({
    parts: z
      .array(z.strictObject({ number: PartNumber, etag: z.string().min(1).max(200) }))
      .min(1)
      .max(10_000),
  })
  .meta({ id: 'CompleteRequest' });

const SignedPart = z.object({ number: z.int(), url: z.url() });

/** Addresses by which an upload is seen through without the key; they live for 7 days. */
const Addresses = z.object({
  sign: z.url().describe('POST: fresh addresses, or a fresh form, for the same file.'),
  list: z.url().describe('GET: what has become of the file, and its parts that are there.'),
  abort: z.url().describe('DELETE: the upload is given up.'),
});

/** An upload in one form. */
const FormUpload = UploadForm.extend(Addresses.shape).meta({ id: 'FormUpload' });

/** An upload in parts, with what else is needed to see it through without the key. */
const PartsUpload = z
  .object({
    uploadId: z.string(),
    partSize: z.int().describe('Bytes of each part but the last.'),
    parts: z.array(SignedPart).describe('Where to PUT the first parts.'),
    expiresAt: z.iso.datetime().describe('When these addresses end; `sign` gives fresh ones.'),
    complete: z.url().describe('POST: the parts are put together.'),
  })
  .extend(Addresses.shape)
  .meta({ id: 'PartsUpload' });

/** The answer to a file that was declared, or stored directly. */
export const AddedFile = z
  .object({
    status: z.literal(201),
    attachment: Attachment,
    upload: z.union([FormUpload, PartsUpload]).optional().describe('Absent where the file came with the call.'),
  })
  .meta({ id: 'AddedFile' });

/** The answer to what has become of a file. */
export const ListedParts = z
  .object({
    status: z.literal(200),
    attachment: Attachment,
    partSize: z.int().optional(),
    parts: z
      .array(z.object({ number: z.int(), size: z.int(), etag: z.string() }))
      .optional()
      .describe('What has arrived of a file that comes in parts.'),
  })
  .meta({ id: 'ListedParts' });

/** Fresh addresses of an upload. */
export const SignedUpload = z
  .object({
    status: z.literal(200),
    parts: z.array(SignedPart).optional(),
    expiresAt: z.iso.datetime(),
    upload: UploadForm.optional().describe('Of a file that comes in one form.'),
  })
  .meta({ id: 'SignedUpload' });

/** The answer to parts that were put together; the file is stored once S3 has said that it is there. */
export const CompletedUpload = z
  .object({ status: z.literal(200), attachment: Attachment })
  .meta({ id: 'CompletedUpload' });
