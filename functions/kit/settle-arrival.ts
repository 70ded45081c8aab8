import { findAttachment, readStorageUse } from '../../adapters/dynamodb/attachments.ts';
import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import type { AttachmentBucket, ObjectAt } from '../../adapters/s3/attachment-bucket.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import { type AttachmentPlace, type AttachmentRecord, objectKeyOf } from '../../core/uploads/attachment.ts';
import { type Arrival, type Evidence, judgeArrival, type Scan } from '../../core/uploads/judge-arrival.ts';
import { decideArrival, decideRemoval, type OfTicket, type SettleDependencies } from './decide-arrival.ts';
import { type LoadedRecord, loadRecord } from './load-record.ts';
import { removeObject } from './remove-object.ts';
import { type Decided, storeDecided } from './store-decided.ts';

/**
 * What became of an object: an `orphan` belongs to nothing, a `ghost` to what was rejected or deleted, and both are removed, as is
 * a second version of what is stored (`overwrite-undone`). `left` was not settled, since the caller wanted stored files alone.
 */
export type Settled = {
  outcome:
    | Arrival['outcome']
    | 'settled-before'
    | 'overwrite-undone'
    | 'withdrawn'
    | 'ghost'
    | 'orphan'
    | 'absent'
    | 'left'
    | 'busy';
  attachment?: AttachmentRecord;
};

/** How an object is settled: which version was told of, until when it is tried, and whether anything but storing is left to others. */
export type SettleOptions = { objectVersion?: string | undefined; deadline: number; storesOnly?: boolean };

/** What there is to go by when an attachment is judged. */
type Found = {
  place: AttachmentPlace;
  evidence: Evidence;
  scan: Scan | undefined;
  readDeclared: () => Promise<AttachmentRecord | undefined>;
  storesOnly: boolean;
};

/** Tries to settle a file, while others change its ticket or the project's counter. */
const maxTries = 40;

/**
 * Settles the attachment that an object belongs to by what the bucket shows, however often and in whatever order it is told
 * of the object; nothing is tried after `deadline` (epoch milliseconds).
 */
export async function settleArrival(
  dependencies: SettleDependencies,
  place: AttachmentPlace,
  { objectVersion, deadline, storesOnly = false }: SettleOptions,
): Promise<Settled> {
  const { table, bucket, malwareProtection } = dependencies;
  const told: ObjectAt = { key: objectKeyOf(place), objectVersion };
  const known = await findAttachment(table, place);
  if (known !== undefined && known.field !== place.field) {
    // Nobody signed this key: ids are given once.
    await bucket.remove(told);
    return { outcome: 'orphan' };
  }
  if (known !== undefined && known.state !== 'pending') {
    const before = await keepOut(bucket, told, known);
    if (before !== 'settled-before' || !malwareProtection) return { outcome: before, attachment: known };
  }
  const evidence = await bucket.look(told);
  if (evidence === undefined) return { outcome: 'absent' };
  const seen: ObjectAt = { ...told, objectVersion: evidence.objectVersion ?? objectVersion };
  const scan = malwareProtection ? await bucket.readScan(seen) : undefined;
  const sha256 = await hashWhereNeeded(bucket, seen, { known, evidence, scan });
  const readDeclared = firstly(known, async () => await findAttachment(table, place));
  const found: Found = { place, evidence: { ...evidence, sha256 }, scan, readDeclared, storesOnly };
  const stored = await storeDecided(dependencies, () => decide(dependencies, found), deadline, maxTries);
  const settled: Settled = stored.outcome === 'stored' ? stored.answer : { outcome: 'busy' };
  return await conclude(dependencies, seen, settled);
}

/** Removes what does not count: the version that was seen, since the one that counts may be another by now. */
async function conclude(dependencies: SettleDependencies, seen: ObjectAt, settled: Settled): Promise<Settled> {
  const { outcome, attachment } = settled;
  switch (outcome) {
    case 'orphan':
      await dependencies.bucket.remove(seen);
      return settled;
    case 'rejected':
    case 'withdrawn':
      if (attachment !== undefined) await removeObject(dependencies, attachment);
      return settled;
    case 'settled-before':
      return attachment === undefined
        ? settled
        : { outcome: await keepOut(dependencies.bucket, seen, attachment), attachment };
    default:
      return settled;
  }
}

/** Removes an object that comes beside or after the one by which its attachment was settled. */
async function keepOut(
  bucket: AttachmentBucket,
  object: ObjectAt,
  settled: AttachmentRecord,
): Promise<'settled-before' | 'overwrite-undone' | 'ghost'> {
  const isStored = settled.state === 'stored';
  const isOther = object.objectVersion !== undefined && object.objectVersion !== settled.objectVersion;
  if (isStored && !isOther) return 'settled-before';
  await bucket.remove(object);
  return isStored ? 'overwrite-undone' : 'ghost';
}

/** Reads an object through only where a checksum was declared that S3 does not know of it, and nothing else decides first. */
async function hashWhereNeeded(
  bucket: AttachmentBucket,
  seen: ObjectAt,
  { known, evidence, scan }: { known: AttachmentRecord | undefined; evidence: Evidence; scan: Scan | undefined },
): Promise<string | undefined> {
  const isWanted = known?.state === 'pending' && known.sha256 !== undefined && evidence.bytes === known.size;
  if (evidence.sha256 !== undefined || !isWanted) return evidence.sha256;
  return scan === undefined || scan.outcome === 'clean' ? await bucket.hash(seen) : undefined;
}

/** Gives what is known already the first time, and what is read anew from then on. */
function firstly<Value>(known: Value, read: () => Promise<Value>): () => Promise<Value> {
  let isFirst = true;
  return async () => {
    if (!isFirst) return await read();
    isFirst = false;
    return known;
  };
}

async function decide(dependencies: SettleDependencies, found: Found): Promise<Decided<Settled>> {
  const { readConfiguration, readConfigurationNow } = dependencies;
  const decided = await decideBy(dependencies, found, await readConfiguration(found.place.project));
  if (decided.answer.outcome !== 'orphan') return decided;
  // What was configured a moment ago, and what its form was signed by, may not be known here yet.
  return await decideBy(dependencies, found, await readConfigurationNow(found.place.project));
}

async function decideBy(
  dependencies: SettleDependencies,
  { place, evidence, scan, readDeclared, storesOnly }: Found,
  configuration: Configuration | undefined,
): Promise<Decided<Settled>> {
  const { table, quotaBytes, now } = dependencies;
  const { project, ticket } = place;
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
  if (declared === undefined && !hasField(configuration.document, loaded, place)) {
    return { answer: { outcome: 'orphan' } };
  }
  const roomBytes = quotaBytes === undefined ? undefined : quotaBytes - (use?.bytes ?? 0);
  const nowText = new Date(now()).toISOString();
  const arrival = judgeArrival({ place, declared, evidence, scan, roomBytes, now: nowText });
  if (storesOnly && arrival.outcome !== 'stored') return { answer: { outcome: 'left' } };
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
