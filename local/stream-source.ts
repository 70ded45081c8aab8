import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { AwsCall } from './aws-json.ts';
import type { CheckpointStore } from './checkpoints.ts';
import type { Filter } from './filter-pattern.ts';
import type { Lambda } from './lambda.ts';
import { region } from './place.ts';

const StreamRecord = z.looseObject({
  eventID: z.string(),
  eventName: z.string(),
  dynamodb: z.looseObject({ SequenceNumber: z.string(), ApproximateCreationDateTime: z.number() }),
});
type StreamRecord = z.infer<typeof StreamRecord>;
const Stream = z.object({
  StreamDescription: z.object({ Shards: z.array(z.object({ ShardId: z.string() })).length(1) }),
});
const Iterator = z.object({ ShardIterator: z.string() });
const Page = z.object({ Records: z.array(StreamRecord), NextShardIterator: z.string() });
const PartialResponse = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish() });

// Lambda polls four times a second; ten times costs 3 % of a core here and makes the local stack feel quick.
const pollEveryMs = 100;
const retryReadMs = 1000;
const firstRetryMs = 100;
const longestRetryMs = 5000;

/** One table stream that a function consumes. */
export type StreamSource = {
  streams: AwsCall;
  arn: string;
  engineArn: string;
  /** The mapping's name, for its checkpoint. */
  mapping: string;
  batchSize: number;
  filter: Filter;
  bisect: boolean;
  partial: boolean;
  maxRetries: number;
  maxAgeMs: number;
  target: Lambda;
  /** Takes the note about records that are given up. */
  giveUp: (note: object) => Promise<void>;
  checkpoints: CheckpointStore;
  onTrouble: (error: unknown) => void;
  signal: AbortSignal;
};

/** Hands the stream's matching records to the function, in order and from the checkpoint on, until aborted. */
export async function consumeStream(source: StreamSource): Promise<void> {
  const { signal, onTrouble } = source;
  while (!signal.aborted) {
    try {
      await readFrom(source, await iteratorOf(source));
    } catch (error) {
      if (signal.aborted) return;
      onTrouble(error);
      await pause(retryReadMs, signal);
    }
  }
}

async function iteratorOf({ streams, engineArn, arn, mapping, checkpoints }: StreamSource): Promise<string> {
  const { StreamDescription } = Stream.parse(await streams('DescribeStream', { StreamArn: engineArn }));
  const checkpoint = checkpoints.find(mapping, arn);
  const position =
    checkpoint === undefined
      ? { ShardIteratorType: 'TRIM_HORIZON' }
      : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: checkpoint };
  const ShardId = StreamDescription.Shards[0]?.ShardId;
  return Iterator.parse(await streams('GetShardIterator', { StreamArn: engineArn, ShardId, ...position }))
    .ShardIterator;
}

async function readFrom(source: StreamSource, first: string): Promise<void> {
  const { streams, signal, batchSize, filter, arn, mapping, checkpoints } = source;
  for (let iterator = first; !signal.aborted; ) {
    const page = Page.parse(await streams('GetRecords', { ShardIterator: iterator, Limit: 1000 }, signal));
    const records = page.Records.map((record) => ({ ...record, awsRegion: region, eventSourceARN: arn }));
    for (let from = 0; from < records.length; from += batchSize) {
      const read = records.slice(from, from + batchSize);
      const matching = read.filter(filter);
      if (matching.length > 0 && !(await deliver(source, matching))) return;
      const last = read.at(-1);
      if (last !== undefined) checkpoints.put(mapping, arn, last.dynamodb.SequenceNumber);
    }
    iterator = page.NextShardIterator;
    if (records.length === 0) await pause(pollEveryMs, signal);
  }
}

/** Hands over a batch until it is done or given up, or answers false when it was aborted before. */
async function deliver(source: StreamSource, batch: readonly StreamRecord[], retriesSoFar = 0): Promise<boolean> {
  const { signal, maxRetries, maxAgeMs, bisect } = source;
  let rest = batch;
  for (let retries = retriesSoFar; !signal.aborted; retries += 1) {
    const aged = rest.filter((record) => Date.now() - createdAtMs(record) > maxAgeMs);
    if (aged.length > 0) await source.giveUp(noteOf(source, aged, 'RecordAgeExceeded', retries));
    rest = rest.filter((record) => !aged.includes(record));
    const outcome = rest.length === 0 ? { rest, named: false } : await attempt(source, rest);
    rest = outcome.rest;
    if (rest.length === 0) return true;
    if (signal.aborted) return false;
    if (bisect && rest.length > 1 && !outcome.named) {
      const middle = Math.ceil(rest.length / 2);
      const first = await deliver(source, rest.slice(0, middle), retries);
      return first && (await deliver(source, rest.slice(middle), retries));
    }
    if (retries >= maxRetries) {
      await source.giveUp(noteOf(source, rest, 'RetryAttemptsExhausted', retries + 1));
      return true;
    }
    await pause(Math.min(firstRetryMs * 2 ** retries, longestRetryMs), signal);
  }
  return false;
}

/** Invokes the function once and answers what is still to do, and whether the function named where it stopped. */
async function attempt({ target, partial }: StreamSource, batch: readonly StreamRecord[]) {
  const invocation = await target.invoke({ Records: batch });
  if (invocation.outcome === 'failed') return { rest: batch, named: false };
  if (!partial || invocation.payload === null) return { rest: [], named: false };
  const response = PartialResponse.safeParse(invocation.payload);
  if (!response.success) return { rest: batch, named: false };
  const failed = new Set(response.data.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier));
  if (failed.size === 0) return { rest: [], named: false };
  // A stream is in order: everything from the first failure on is to be done again.
  const from = batch.findIndex(({ dynamodb }) => failed.has(dynamodb.SequenceNumber));
  return from === -1 ? { rest: batch, named: false } : { rest: batch.slice(from), named: from > 0 };
}

function createdAtMs({ dynamodb }: StreamRecord): number {
  return dynamodb.ApproximateCreationDateTime * 1000;
}

function noteOf({ arn, target }: StreamSource, batch: readonly StreamRecord[], condition: string, invocations: number) {
  const [first] = batch;
  const last = batch.at(-1);
  return {
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: randomUUID(),
      functionArn: target.name,
      condition,
      approximateInvokeCount: invocations,
    },
    DDBStreamBatchInfo: {
      streamArn: arn,
      batchSize: batch.length,
      startSequenceNumber: first?.dynamodb.SequenceNumber,
      endSequenceNumber: last?.dynamodb.SequenceNumber,
    },
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
