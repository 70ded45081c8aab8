import { findAttachment, storeAttachment } from '../../adapters/dynamodb/attachments.ts';
import { nameCaller } from '../../core/access/principal.ts';
import { isTicketId } from '../../core/tickets/ticket.ts';
import { type AttachmentRecord, isAttachmentId } from '../../core/uploads/attachment.ts';
import { decideRemoval } from '../kit/decide-arrival.ts';
import { type HttpReply, notFound, refuse, refuseContended } from '../kit/http.ts';
import { loadRecord } from '../kit/load-record.ts';
import { redirectToFile } from '../kit/redirect-to-file.ts';
import { removeObject } from '../kit/remove-object.ts';
import { type Decided, storeDecided } from '../kit/store-decided.ts';
import { type AdminDependencies, type Handle, type ProjectCall, pathParameter } from './call.ts';

/** How long deleting goes on trying, in milliseconds. */
const maxDeleteMs = 5_000;

/** What deleting came to; `gone` where there is nothing to delete. */
type Deletion = { outcome: 'gone' | 'changed' } | { outcome: 'deleted'; attachment: AttachmentRecord };

/** Leads to a file of a ticket for a few minutes. */
export const downloadAttachment: Handle<ProjectCall> = async ({ table, bucket }, call) => {
  const place = placeOf(call);
  const attachment = place && (await findAttachment(table, place));
  switch (attachment?.state) {
    case undefined:
    case 'deleted':
      return notFound();
    case 'pending':
      return refuse(409, attachment.reason ?? 'The file has not arrived yet.');
    case 'rejected':
      return refuse(409, `The file was rejected. ${attachment.reason ?? ''}`.trim());
    case 'stored':
      return await redirectToFile(bucket, attachment);
  }
};

/** Deletes a file of a ticket; links to it end, and the ticket's history says who deleted it. */
export const deleteAttachment: Handle<ProjectCall> = async (dependencies, call) => {
  const place = placeOf(call);
  if (place === undefined) return notFound();
  const deadline = dependencies.now() + maxDeleteMs;
  const stored = await storeDecided(dependencies, () => decide(dependencies, call, place), deadline);
  if (stored.outcome !== 'stored') return refuseContended('The file was not deleted. Try again shortly.');
  return await conclude(dependencies, stored.answer);
};

async function conclude(dependencies: AdminDependencies, deletion: Deletion): Promise<HttpReply> {
  switch (deletion.outcome) {
    case 'gone':
      return notFound();
    case 'changed':
      return refuseContended('The file changed meanwhile. Try again.');
    case 'deleted':
      await removeObject(dependencies, deletion.attachment);
      return { status: 204 };
  }
}

async function decide(
  dependencies: AdminDependencies,
  { principal, project }: ProjectCall,
  place: { project: string; ticket: string; id: string },
): Promise<Decided<Deletion>> {
  const configuration = await dependencies.readConfiguration(project);
  const [stored, loaded] = await Promise.all([
    findAttachment(dependencies.table, place),
    configuration && loadRecord(dependencies, configuration, { ticket: place.ticket }),
  ]);
  if (stored === undefined || stored.state === 'deleted' || configuration === undefined || loaded === undefined) {
    return { answer: { outcome: 'gone' } };
  }
  const after: AttachmentRecord = { ...stored, state: 'deleted', version: stored.version + 1 };
  if (stored.state !== 'stored') {
    const storage = { dueShards: dependencies.dueShards, now: dependencies.now() };
    const outcome = await storeAttachment(dependencies.table, { before: stored, after }, storage);
    return { answer: outcome === 'stored' ? { outcome: 'deleted', attachment: after } : { outcome: 'changed' } };
  }
  const cause = { kind: 'person' as const, by: nameCaller(principal) };
  const { answer, ...rest } = await decideRemoval(dependencies, { configuration, loaded, stored, after, cause });
  return { answer: { outcome: 'deleted', attachment: answer }, ...rest };
}

function placeOf(call: ProjectCall): { project: string; ticket: string; id: string } | undefined {
  const ticket = pathParameter(call, 'ticket');
  const id = pathParameter(call, 'attachment');
  return isTicketId(ticket) && isAttachmentId(id) ? { project: call.project, ticket, id } : undefined;
}
