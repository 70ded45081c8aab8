import { attachmentItem, storageItem } from '../../adapters/dynamodb/attachments.ts';
import type { Configuration, ConfigurationReader } from '../../adapters/dynamodb/configuration.ts';
import type { AttachmentBucket } from '../../adapters/s3/attachment-bucket.ts';
import type { LargeBodies } from '../../adapters/s3/large-bodies.ts';
import type { ChangeCause } from '../../core/records/change.ts';
import type { AttachmentRecord } from '../../core/uploads/attachment.ts';
import { followArrival, followRemoval } from '../../core/uploads/follow-arrival.ts';
import type { Arrival } from '../../core/uploads/judge-arrival.ts';
import type { LoadedRecord, RecordLoading } from './load-record.ts';
import type { Decided, DecisionStorage } from './store-decided.ts';
import { linkFiles } from './ticket-files.ts';

/** What deciding on a file that goes needs. */
export type RemovalDependencies = Pick<DecisionStorage, 'table' | 'newId' | 'now' | 'dueShards'> & {
  largeBodies: Pick<LargeBodies, 'store'>;
};

/** What settling needs. */
export type SettleDependencies = RecordLoading &
  DecisionStorage &
  RemovalDependencies & {
    bucket: AttachmentBucket;
    readConfiguration: ConfigurationReader;
    /** Reads it from the table, however fresh what is known of it. */
    readConfigurationNow: ConfigurationReader;
    /** Most bytes that a project may store; undefined where there is no quota. */
    quotaBytes: number | undefined;
    /** Whether a file counts only once a scanner has found it clean. */
    malwareProtection: boolean;
  };

/** An attachment's ticket, as it was when something was decided of the attachment. */
export type OfTicket = { configuration: Configuration; loaded: LoadedRecord };

/** Decides what an arrival comes to on its ticket, together with the attachment itself and what the project has stored. */
export async function decideArrival(
  dependencies: SettleDependencies,
  { configuration, loaded, declared, arrival }: OfTicket & { declared: AttachmentRecord | undefined; arrival: Arrival },
): Promise<Decided<Arrival>> {
  const { table, newId, now, largeBodies, dueShards, quotaBytes } = dependencies;
  const { context: before, memberVersion, ranOnce } = loaded;
  const { outcome, attachment } = arrival;
  const isKnown = declared?.etag === attachment.etag && declared?.reason === attachment.reason;
  if (outcome === 'waiting' && isKnown) return { answer: arrival };
  const [file] = await linkFiles(dependencies, [attachment]);
  if (file === undefined) throw new Error('a file that is there has no description');
  const input = { document: configuration.document, context: before, memberVersion, ranOnce, newId };
  const consequence = followArrival(input, arrival, file);
  const deliveries = await largeBodies.store(consequence.deliveries);
  const at = now();
  const storage = { dueShards, now: at };
  const beside = [
    attachmentItem(table, { before: declared, after: attachment }, storage),
    ...(outcome === 'stored'
      ? [storageItem(table, attachment.project, { bytes: attachment.size, files: 1 }, quotaBytes)]
      : []),
  ];
  const write = { before, memberVersion, consequence: { ...consequence, deliveries }, token: newId(), beside };
  return { answer: arrival, toStore: { write, now: at } };
}

/** Decides what it comes to when a stored file is no more; its object goes after the commit. */
export async function decideRemoval(
  dependencies: RemovalDependencies,
  {
    configuration,
    loaded,
    stored,
    after,
    cause,
  }: OfTicket & { stored: AttachmentRecord; after: AttachmentRecord; cause: ChangeCause },
): Promise<Decided<AttachmentRecord>> {
  const { table, newId, now, largeBodies, dueShards } = dependencies;
  const { context: before, memberVersion, ranOnce } = loaded;
  const input = { document: configuration.document, context: before, memberVersion, ranOnce, newId };
  const consequence = followRemoval(input, cause, stored);
  const deliveries = await largeBodies.store(consequence.deliveries);
  const at = now();
  const beside = [
    attachmentItem(table, { before: stored, after }, { dueShards, now: at }),
    storageItem(table, stored.project, { bytes: -stored.size, files: -1 }),
  ];
  const write = { before, memberVersion, consequence: { ...consequence, deliveries }, token: newId(), beside };
  return { answer: after, toStore: { write, now: at } };
}
