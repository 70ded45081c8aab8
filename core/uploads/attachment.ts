import * as z from 'zod';

/** Largest attachment, in bytes: 2 GiB (docs/http.md). */
export const maxAttachmentBytes = 2_147_483_648;
/** Largest file that is sent to us directly, in bytes: the gateway takes little more (docs/http.md). */
export const maxDirectBytes = 4 * 1_048_576;
/** Files of one ticket that may be declared, whatever becomes of them: all of them are read to show the ticket. */
export const maxFilesOfTicket = 500;
/** How long an upload may take, and how long files may be added to a ticket from outside, in milliseconds: 7 days. */
export const uploadMs = 7 * 24 * 60 * 60 * 1_000;

/** Whether a file is expected, there, or was not what it should be. */
const AttachmentState = z.enum(['pending', 'stored', 'rejected']);

/** A file of a ticket; it is `stored` only once the bucket has shown that it is there and what was declared. */
export const Attachment = z
  .object({
    id: z.string(),
    field: z.string().describe('The key of the attachment field.'),
    fileName: z.string(),
    contentType: z.string().describe('As its sender said: never to be trusted for display.'),
    size: z.int().describe('Bytes: those that were declared until it is stored, then those that are there.'),
    sha256: z.string().optional().describe('As declared, in hexadecimal; it was checked where the file is stored.'),
    state: AttachmentState,
    reason: z.string().optional().describe('Why it was rejected, or what it waits for.'),
    createdAt: z.iso.datetime(),
    storedAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'Attachment' });
export type Attachment = z.infer<typeof Attachment>;

/**
 * An attachment as it lies in the table, with where its object is. One that was deleted or aborted stays for a while, so that
 * an event or a form that comes late raises no ghost.
 */
export const AttachmentRecord = Attachment.extend({
  state: z.enum([...AttachmentState.options, 'deleted']),
  project: z.string(),
  ticket: z.string(),
  version: z.int(),
  /** The multipart upload by which it comes. */
  uploadId: z.string().optional(),
  /** When its parts were put together: from then on none is missing. */
  completedAt: z.iso.datetime().optional(),
  etag: z.string().optional(),
  /** The version of the object that counts; later ones are removed. */
  objectVersion: z.string().optional(),
});
export type AttachmentRecord = z.infer<typeof AttachmentRecord>;

/** Whether a text can be an attachment's id. */
export function isAttachmentId(text: string): boolean {
  return /^[0-9A-Za-z]{1,64}$/.test(text);
}

/** Which attachment of which ticket is meant. */
export type AttachmentPlace = { project: string; ticket: string; field: string; id: string };

/** The key of an attachment's object; its id makes it unguessable, the rest says where the object belongs when it arrives. */
export function objectKeyOf({ project, ticket, field, id }: AttachmentPlace): string {
  return `attachments/${project}/${ticket}/${field}/${id}`;
}

/** Reads what {@link objectKeyOf} wrote; undefined for any other key. */
export function readObjectKey(key: string): AttachmentPlace | undefined {
  const [, project, ticket, field, id] = /^attachments\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(key) ?? [];
  if (project === undefined || ticket === undefined || field === undefined || id === undefined) return undefined;
  return { project, ticket, field, id };
}
