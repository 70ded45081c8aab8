import { findAttachment, readStorageUse } from '../../adapters/dynamodb/attachments.ts';
import type { AttachmentBucket, ObjectAt } from '../../adapters/s3/attachment-bucket.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import { type AttachmentPlace, type AttachmentRecord, objectKeyOf } from '../../core/uploads/attachment.ts';
import { type Arrival, type Evidence, judgeArrival, type Scan } from '../../core/uploads/judge-arrival.ts';
import { decideArrival, decideRemoval, type OfTicket, type SettleDependencies } from './decide-arrival.ts';
import { type LoadedRecord, loadRecord } from './load-record.ts';
import { removeObject } from './remove-object.ts';
import { type Decided, storeDecided } from './store-decided.ts';

/** What became of an object: `orphan` and `ghost` belong to nothing, and are removed. */
export type Settled = {
  outcome:
    | Arrival['outcome']
    | 'settled-before'
    | 'overwrite-undone'
    | 'withdrawn'
    | 'ghost'
    | 'orphan'
    | 'absent'
    | 'busy';
  attachment?: AttachmentRecord;
};

/** What there is to go by when an attachment is judged. */
type Found = {
  place: AttachmentPlace;
  evidence: Evidence;
  scan: Scan | undefined;
  readDeclared: () => Promise<AttachmentRecord | undefined>;
};

/**
 * Settles the attachment that an object belongs to by what the bucket shows, however often and in whatever order it is told
 * of the object; nothing is tried after `deadline` (epoch milliseconds).
 */
export async function settleArrival(
  dependencies: SettleDependencies,
  place: AttachmentPlace,
  { objectVersion, deadline }: { objectVersion?: string | undefined; deadline: number },
): Promise<Settled> {
  const { table, bucket, malwareProtection } = dependencies;
  const object: ObjectAt = { key: objectKeyOf(place), objectVersion };
  const known = await findAttachment(table, place);
  if (known?.state === 'rejected' || known?.state === 'deleted') {
    await bucket.remove(object);
    return { outcome: 'ghost' };
  }
  if (known?.state === 'stored' && objectVersion !== undefined && objectVersion !== known.objectVersion) {
    await bucket.remove(object);
    return { outcome: 'overwrite-undone' };
  }
  if (known?.state === 'stored' && !malwareProtection) return { outcome: 'settled-before', attachment: known };
  const evidence = await gather(bucket, object, known);
  if (evidence === undefined) return { outcome: 'absent' };
  const scan = malwareProtection ? await bucket.readScan(object) : undefined;
  let isRead = true;
  const readDeclared = async () => {
    if (!isRead) return await findAttachment(table, place);
    // Only what is decided anew needs it anew.
    isRead = false;
    return known;
  };
  const found = { place, evidence, scan, readDeclared };
  const stored = await storeDecided(dependencies, () => decide(dependencies, found), deadline);
  const settled: Settled = stored.outcome === 'stored' ? stored.answer : { outcome: 'busy' };
  if (settled.outcome === 'orphan') await bucket.remove(object);
  const { attachment } = settled;
  if (attachment?.state === 'rejected' || attachment?.state === 'deleted') {
    await removeObject(dependencies, attachment);
  }
  return settled;
}

/** Looks at an object, and reads it through only where a checksum was declared that S3 does not know of it. */
async function gather(
  bucket: AttachmentBucket,
  object: ObjectAt,
  known: AttachmentRecord | undefined,
): Promise<Evidence | undefined> {
  const evidence = await bucket.look(object);
  if (evidence === undefined || known?.state !== 'pending' || known.sha256 === undefined) return evidence;
  if (evidence.sha256 !== undefined || evidence.bytes !== known.size) return evidence;
  const { objectVersion } = evidence;
  return { ...evidence, sha256: await bucket.hash({ ...object, objectVersion }) };
}

async function decide(dependencies: SettleDependencies, found: Found): Promise<Decided<Settled>> {
  const { table, readConfiguration, quotaBytes, now } = dependencies;
  const { place, evidence, scan, readDeclared } = found;
  const { project, ticket } = place;
  const configuration = await readConfiguration(project);
  const [declared, loaded, use] = await Promise.all([
    readDeclared(),
    configuration && loadRecord(dependencies, configuration, { ticket }),
    quotaBytes === undefined ? undefined : readStorageUse(table, project),
  ]);
  if (configuration === undefined || loaded === undefined) return { answer: { outcome: 'orphan' } };
  if (declared?.state === 'stored' && scan?.outcome === 'infected') {
    return await decideWithdrawal(dependencies, { configuration, loaded, stored: declared });
  }
  if (declared !== undefined && declared.state !== 'pending') {
    return { answer: { outcome: 'settled-before', attachment: declared } };
  }
  if (declared === undefined && !hasField(configuration.document, loaded, place))
    return { answer: { outcome: 'orphan' } };
  const roomBytes = quotaBytes === undefined ? undefined : quotaBytes - (use?.bytes ?? 0);
  const nowText = new Date(now()).toISOString();
  const arrival = judgeArrival({ place, declared, evidence, scan, roomBytes, now: nowText });
  return await decideArrival(dependencies, { configuration, loaded, declared, arrival });
}

/** A document may have dropped the field since the form was signed, or the ticket may be of another type by the key alone. */
function hasField(document: ProjectDocument, { context }: LoadedRecord, { field }: AttachmentPlace): boolean {
  if (!('ticket' in context)) return false;
  const type = document.feedbackTypes.find(({ key }) => key === context.ticket.feedbackType);
  return type?.fields.some(({ key, kind }) => key === field && kind === 'attachment') ?? false;
}

async function decideWithdrawal(
  dependencies: SettleDependencies,
  { stored, ...ofTicket }: OfTicket & { stored: AttachmentRecord },
): Promise<Decided<Settled>> {
  const reason = 'Malware was found in it.';
  const after: AttachmentRecord = { ...stored, state: 'rejected', reason, version: stored.version + 1 };
  const cause = { kind: 'upload' as const, key: stored.id };
  const { answer, ...rest } = await decideRemoval(dependencies, { ...ofTicket, stored, after, cause });
  return { answer: { outcome: 'withdrawn', attachment: answer }, ...rest };
}
