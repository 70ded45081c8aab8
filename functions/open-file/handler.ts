import { findAttachment } from '../../adapters/dynamodb/attachments.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import type { AttachmentBucket } from '../../adapters/s3/attachment-bucket.ts';
import type { LoadKeys } from '../../adapters/secrets/master-secret.ts';
import { readFileLink } from '../../core/uploads/capabilities.ts';
import type { HttpHandler } from '../kit/endpoint.ts';
import { notFound, refuse } from '../kit/http.ts';
import { redirectToFile } from '../kit/redirect-to-file.ts';

/** What the handler is given. */
export type OpenFileDependencies = {
  table: Table;
  bucket: AttachmentBucket;
  loadKeys: LoadKeys;
  now: () => number;
};

/** Leads whoever holds a link to the file that it is for, as long as both are there. */
export function openFile({ table, bucket, loadKeys, now }: OpenFileDependencies): HttpHandler {
  return async (request) => {
    const { capability } = await loadKeys();
    const link = readFileLink(capability, request.parameters.capability ?? '');
    if (link === undefined) return notFound();
    const { project, ticket, attachment: id } = link;
    request.note({ project, ticket, attachment: id });
    if (now() >= link.expiresAt) return refuse(404, 'This link has expired: links to files work for 7 days.');
    const attachment = await findAttachment(table, { project, ticket, id });
    if (attachment?.state !== 'stored') return refuse(404, 'This file was deleted, or must not be opened.');
    return await redirectToFile(bucket, attachment);
  };
}
