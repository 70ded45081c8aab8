import { findAttachment, storeAttachment } from '../../adapters/dynamodb/attachments.ts';
import type { AttachmentRecord } from '../../core/uploads/attachment.ts';
import { decideArrival, type SettleDependencies } from '../kit/decide-arrival.ts';
import { loadRecord } from '../kit/load-record.ts';
import { removeObject } from '../kit/remove-object.ts';
import { type Decided, storeDecided } from '../kit/store-decided.ts';

/** Rejects an attachment whose time is over, with its entry in the ticket's history, and removes what there is of it. */
export async function expireAttachment(
  dependencies: SettleDependencies,
  attachment: AttachmentRecord,
  deadline: number,
): Promise<'expired' | 'settled-before'> {
  const stored = await storeDecided(dependencies, () => decide(dependencies, attachment), deadline);
  if (stored.outcome !== 'stored') throw new Error(`attachment ${attachment.id} could not expire: ${stored.outcome}`);
  const expired = stored.answer;
  if (expired === undefined) return 'settled-before';
  await removeObject(dependencies, expired);
  return 'expired';
}

async function decide(
  dependencies: SettleDependencies,
  attachment: AttachmentRecord,
): Promise<Decided<AttachmentRecord | undefined>> {
  const { table, readConfiguration, dueShards, now } = dependencies;
  const { project, ticket } = attachment;
  const configuration = await readConfiguration(project);
  const [declared, loaded] = await Promise.all([
    findAttachment(table, attachment),
    configuration && loadRecord(dependencies, configuration, { ticket }),
  ]);
  if (declared?.state !== 'pending') return { answer: undefined };
  const next = { ...declared, version: declared.version + 1 };
  if (configuration === undefined || loaded === undefined) {
    const after: AttachmentRecord = { ...next, state: 'deleted' };
    const outcome = await storeAttachment(table, { before: declared, after }, { dueShards, now: now() });
    return { answer: outcome === 'stored' ? after : undefined };
  }
  // Of one that has been seen, the reason says why it could not be stored.
  const reason = (declared.etag === undefined ? undefined : declared.reason) ?? 'Nothing arrived within 7 days.';
  const arrival = { outcome: 'rejected' as const, attachment: { ...next, state: 'rejected' as const, reason } };
  const { answer, ...rest } = await decideArrival(dependencies, { configuration, loaded, declared, arrival });
  return { answer: answer.attachment, ...rest };
}
