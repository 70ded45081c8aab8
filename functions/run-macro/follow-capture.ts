import { chainMarkItems, findChainMarks } from '../../adapters/dynamodb/chain-marks.ts';
import type { ConfigurationReader } from '../../adapters/dynamodb/configuration.ts';
import { findUnfollowed, followedItem, markFollowed } from '../../adapters/dynamodb/follow-ups.ts';
import type { LargeBodies } from '../../adapters/s3/large-bodies.ts';
import { followCapture, stopCapture } from '../../core/macros/begin-chain.ts';
import { loadRecord, type RecordLoading } from '../kit/load-record.ts';
import { type Decided, type DecisionStorage, storeDecided } from '../kit/store-decided.ts';

/** What following captured values needs. */
export type FollowDependencies = RecordLoading &
  DecisionStorage & {
    readConfiguration: ConfigurationReader;
    largeBodies: Pick<LargeBodies, 'store'>;
    newId: () => string;
  };

type Facts = Readonly<Record<string, unknown>>;

/** How long one message goes on trying, in milliseconds; the delivery stays due, so that another comes. */
const maxFollowMs = 20_000;
/** How long after the capture it is still followed, in milliseconds: what cannot be stored by then never can, or is too late. */
const maxLateMs = 24 * 60 * 60 * 1_000;
const tooLate = 'it could not be run within 24 hours after the values were captured';

/**
 * Follows the automations that captured values set off, once: what comes of them is stored in the transaction that says so.
 * The sender leaves it to this function because it knows nothing of the project's document. After a day it is given up, and
 * the record's history says so.
 */
export async function followCaptured(dependencies: FollowDependencies, id: string): Promise<Facts> {
  const deadline = dependencies.now() + maxFollowMs;
  const followed = await storeDecided(dependencies, () => decide(dependencies, id), deadline);
  if (followed.outcome === 'stored') return { delivery: id, ...followed.answer };
  throw new Error(`captured values of delivery ${id} could not be followed: ${followed.outcome}`);
}

async function decide(dependencies: FollowDependencies, id: string): Promise<Decided<Facts>> {
  const { table, readConfiguration, largeBodies, deliveryRetentionDays, newId, now } = dependencies;
  const delivery = await findUnfollowed(table, id);
  if (delivery === undefined) return { answer: { outcome: 'followed-before' } };
  const storage = { deliveryRetentionDays, now: now() };
  const configuration = await readConfiguration(delivery.project);
  const loaded = configuration && (await loadRecord(dependencies, configuration, delivery.target));
  if (configuration === undefined || loaded === undefined) {
    await markFollowed(table, delivery, storage);
    return { answer: { outcome: 'record-gone' } };
  }
  const { context: before, memberVersion, ranOnce } = loaded;
  const { follow, followUp } = delivery;
  const { id: chain, listener } = follow;
  const marks = await findChainMarks(table, before, chain);
  const input = { document: configuration.document, context: before, memberVersion, ranOnce, listener, newId };
  const captured = {
    cause: { kind: 'capture' as const, key: id },
    paths: followUp.paths,
    chain: follow.chain,
    goesOn: { id: chain, applied: new Set([...follow.applied, ...marks]) },
  };
  const isLate = storage.now - Date.parse(followUp.capturedAt) >= maxLateMs;
  const { consequence, applied } = isLate ? stopCapture(input, captured, tooLate) : followCapture(input, captured);
  const deliveries = await largeBodies.store(consequence.deliveries);
  const beside = [
    followedItem(table, delivery, storage),
    ...chainMarkItems(table, before, { chain, macros: applied }, storage.now),
  ];
  const write = { before, memberVersion, consequence: { ...consequence, deliveries }, token: newId(), beside };
  const facts = { outcome: isLate ? 'given-up' : 'followed', project: delivery.project, chain, ran: applied };
  return { answer: facts, toStore: { write, now: storage.now } };
}
