import { attachmentItem, storageItem } from '../../adapters/dynamodb/attachments.ts';
import type { Configuration, ConfigurationReader } from '../../adapters/dynamodb/configuration.ts';
import type { TransactItem } from '../../adapters/dynamodb/consequences.ts';
import type { AttachmentBucket } from '../../adapters/s3/attachment-bucket.ts';
import type { LargeBodies } from '../../adapters/s3/large-bodies.ts';
import type { ChainInput, Consequence } from '../../core/macros/chain.ts';
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
  { declared, arrival, ...ofTicket }: OfTicket & { declared: AttachmentRecord | undefined; arrival: Arrival },
): Promise<Decided<Arrival>> {
  const { table, dueShards, quotaBytes } = dependencies;
  const { outcome, attachment } = arrival;
  const isKnown = declared?.etag === attachment.etag && declared?.reason === attachment.reason;
  if (outcome === 'waiting' && isKnown) return { answer: arrival };
  const [file] = await linkFiles(dependencies, [attachment]);
  if (file === undefined) throw new Error('a file that is there has no description');
  const added = { bytes: attachment.size, files: 1 };
  return await decideFor(dependencies, ofTicket, {
    answer: arrival,
    follow: (input) => followArrival(input, arrival, file),
    beside: (now) => [
      attachmentItem(table, { before: declared, after: attachment }, { dueShards, now }),
      ...(outcome === 'stored' ? [storageItem(table, attachment.project, added, quotaBytes)] : []),
    ],
  });
}

/** Decides what it comes to when a stored file is no more; its object goes after the commit. */
export async function decideRemoval(
  dependencies: RemovalDependencies,
  { stored, after, cause, ...ofTicket }: OfTicket & RemovedFile,
): Promise<Decided<AttachmentRecord>> {
  const { table, dueShards } = dependencies;
  const removed = { bytes: -stored.size, files: -1 };
  return await decideFor(dependencies, ofTicket, {
    answer: after,
    follow: (input) => followRemoval(input, cause, stored),
    beside: (now) => [
      attachmentItem(table, { before: stored, after }, { dueShards, now }),
      storageItem(table, stored.project, removed),
    ],
  });
}

/** A stored file that goes: as it was, as it is remembered, and by whose doing. */
type RemovedFile = { stored: AttachmentRecord; after: AttachmentRecord; cause: ChangeCause };

/** What is stored of a decision: what follows on the ticket, and what is written beside it; `now` is in epoch milliseconds. */
type Deciding<Answer> = {
  answer: Answer;
  follow: (input: ChainInput) => Consequence;
  beside: (now: number) => TransactItem[];
};

async function decideFor<Answer>(
  { newId, now, largeBodies }: RemovalDependencies,
  { configuration, loaded }: OfTicket,
  { answer, follow, beside }: Deciding<Answer>,
): Promise<Decided<Answer>> {
  const { context: before, memberVersion, ranOnce } = loaded;
  const decided = follow({ document: configuration.document, context: before, memberVersion, ranOnce, newId });
  const consequence = { ...decided, deliveries: await largeBodies.store(decided.deliveries) };
  const at = now();
  const write = { before, memberVersion, consequence, token: newId(), beside: beside(at) };
  return { answer, toStore: { write, now: at } };
}
