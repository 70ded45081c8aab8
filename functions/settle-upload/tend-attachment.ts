import { findAttachment } from '../../adapters/dynamodb/attachments.ts';
import { type AttachmentRecord, uploadMs } from '../../core/uploads/attachment.ts';
import type { SettleDependencies } from '../kit/decide-arrival.ts';
import { removeObject } from '../kit/remove-object.ts';
import { settleArrival } from '../kit/settle-arrival.ts';
import { expireAttachment } from './expire-attachment.ts';

/** What became of one attachment, as the log says it. */
export type TendedFacts = { project: string; ticket: string; attachment: string; outcome: string };

/**
 * Sees to an attachment that is due: what was rejected or deleted is removed from the bucket, and what has not arrived in time
 * expires, after one last look.
 */
export async function tendAttachment(
  dependencies: SettleDependencies,
  { project, ticket, id }: { project: string; ticket: string; id: string },
  deadline: number,
): Promise<TendedFacts> {
  const attachment = await findAttachment(dependencies.table, { project, ticket, id });
  const facts = { project, ticket, attachment: id };
  switch (attachment?.state) {
    case undefined:
    case 'stored':
      return { ...facts, outcome: 'done-before' };
    case 'rejected':
    case 'deleted':
      await removeObject(dependencies, attachment);
      return { ...facts, outcome: 'removed' };
    case 'pending':
      return { ...facts, outcome: await look(dependencies, attachment, deadline) };
  }
}

async function look(dependencies: SettleDependencies, attachment: AttachmentRecord, deadline: number): Promise<string> {
  if (dependencies.now() < Date.parse(attachment.createdAt) + uploadMs) return 'not-due';
  const { outcome } = await settleArrival(dependencies, attachment, { deadline });
  if (outcome === 'busy') throw new Error(`attachment ${attachment.id} could not be settled`);
  return outcome === 'absent' || outcome === 'waiting'
    ? await expireAttachment(dependencies, attachment, deadline)
    : outcome;
}
