import { listAttachments } from '../../adapters/dynamodb/attachments.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import type { LoadKeys } from '../../adapters/secrets/master-secret.ts';
import { type AttachedFile, describeFiles } from '../../core/uploads/attached-file.ts';
import { type AttachmentRecord, uploadMs } from '../../core/uploads/attachment.ts';
import { writeFileLink } from '../../core/uploads/capabilities.ts';

/** How long a link to a file works, in milliseconds: 7 days (docs/http.md). */
const linkMs = uploadMs;

/** What links to files are made from. */
export type FileLinking = { apiOrigin: string; loadKeys: LoadKeys; now: () => number };

/** Reads the files of a ticket as tags and filters see them. */
export async function readTicketFiles(
  linking: FileLinking & { table: Table },
  project: string,
  ticket: string,
): Promise<AttachedFile[]> {
  return await linkFiles(linking, await listAttachments(linking.table, project, ticket));
}

/** Describes files, each stored one with a link that works from now on. */
export async function linkFiles(
  { apiOrigin, loadKeys, now }: FileLinking,
  records: readonly AttachmentRecord[],
): Promise<AttachedFile[]> {
  if (records.length === 0) return [];
  const { capability } = await loadKeys();
  const expiresAt = now() + linkMs;
  return describeFiles(records, ({ project, ticket, id }) => {
    return `${apiOrigin}/f/${writeFileLink(capability, { project, ticket, attachment: id, expiresAt })}`;
  });
}
